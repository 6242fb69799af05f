import { type DoorDecoder, OWN_DOOR } from "../exchange/door.ts";
import { ownDecoder } from "../exchange/own-dialect.ts";
import type { Protocol } from "../exchange/protocol.ts";
import { amqpSource } from "../protocols/amqp-source/protocol.ts";
import { chirpstack } from "../protocols/chirpstack/protocol.ts";
import { hj212 } from "../protocols/hj212/protocol.ts";
import { jt808 } from "../protocols/jt808/protocol.ts";
import { mqttSource } from "../protocols/mqtt-source/protocol.ts";

/**
 * Every protocol by which devices may come besides our own broker. A new one is a folder in `protocols/` and a line
 * here.
 */
export const PROTOCOLS: readonly Protocol[] = [mqttSource, amqpSource, chirpstack, hj212, jt808];

/** The decoder of each door's rejections, by the door's name, whether the door is open or not. */
export const DECODERS: ReadonlyMap<string, DoorDecoder> = new Map([
  [OWN_DOOR, ownDecoder],
  ...PROTOCOLS.map(({ name, decoder }) => [name, decoder] as const),
]);
