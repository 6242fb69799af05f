import { type DoorDecoder, OWN_DOOR } from "../exchange/door.ts";
import { ownDecoder } from "../exchange/own-dialect.ts";
import { MQTT_SOURCE } from "../protocols/mqtt-source/door.ts";

/** By the name of each door that there is, open or not: what decodes again what is on record of it. */
export const DECODERS: ReadonlyMap<string, DoorDecoder> = new Map([
  [OWN_DOOR, ownDecoder],
  [MQTT_SOURCE, ownDecoder],
]);
