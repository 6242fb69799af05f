import { type DoorDecoder, OWN_DOOR } from "../exchange/door.ts";
import { ownDecoder } from "../exchange/own-dialect.ts";
import type { Protocol } from "../exchange/protocol.ts";
import { mqttSource } from "../protocols/mqtt-source/protocol.ts";

/**
 * Every protocol by which devices may come beside our own broker. A new one is a folder in `protocols/` and a line
 * here.
 */
export const PROTOCOLS: readonly Protocol[] = [mqttSource];

/** By the name of each door that there is, open or not: what decodes again what is on record of it. */
export const DECODERS: ReadonlyMap<string, DoorDecoder> = new Map([
  [OWN_DOOR, ownDecoder],
  ...PROTOCOLS.map(({ name, decoder }) => [name, decoder] as const),
]);
