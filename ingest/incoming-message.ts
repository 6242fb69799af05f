import type { Channel } from "../base/channels.ts";
import type { DeviceEntry } from "./directory.ts";

/** One MQTT publish, from our own broker or another one, or out of the store when it is replayed. */
export interface IncomingMessage {
  /** Who published; undefined when nobody that we know did. */
  readonly publisher: DeviceEntry | undefined;
  /** Undefined when the topic is none of the publisher's: the message is recorded as foreign. */
  readonly channel: Channel | undefined;
  readonly topic: string;
  readonly payload: Buffer;
  /** Our clock at arrival, epoch milliseconds. */
  readonly receivedAt: number;
}
