import type { Client } from "aedes";
import type { DoorDevice } from "../exchange/door.ts";
import { openPacket, refreshKeepalive, replaceParse } from "./aedes-internals.ts";
import type { DeviceSession, KnownTopic } from "./sessions.ts";

/** The first byte of a PUBLISH of QoS 0, of QoS 1, and of one that is sent again; nothing retained. */
const QOS_0 = 0x30;
const QOS_1 = 0x32;
const QOS_1_AGAIN = 0x3a;

/** A remaining length has up to four digits of seven bits. */
const MORE = 0x80;
const MAX_LENGTH_BYTES = 4;

/**
 * Takes a PUBLISH that lies whole in the chunk.
 * @param packetId 0: QoS 0
 */
export type TakeQuickly<P extends DoorDevice> = (
  session: DeviceSession<P>,
  topic: KnownTopic,
  payload: Buffer,
  packetId: number,
) => void;

/**
 * Reads the packets of a connection one by one, and takes most of a device's messages past mqtt-packet and aedes: a
 * PUBLISH of QoS 0 or 1 that lies whole in the chunk, on a topic of the device's own on which it has published before.
 * All others go the usual way, in the order in which they came: the first on each topic, parts of a packet, and every
 * packet that has to be refused. (Measured: the usual way took a third of the thread.)
 */
export function publishQuickly<P extends DoorDevice>(
  client: Client,
  sessionOf: () => DeviceSession<P> | undefined,
  limit: { readonly bytes: number },
  take: TakeQuickly<P>,
): void {
  const open = openPacket(client);
  let session: DeviceSession<P> | undefined;

  /** Takes the packet whose body lies there, unless it has to go the usual way. */
  const taken = (chunk: Buffer, first: number, start: number, end: number): boolean => {
    if (first !== QOS_1 && first !== QOS_0 && first !== QOS_1_AGAIN) return false;
    session ??= sessionOf();
    if (!session?.ready || end - start > limit.bytes) return false;
    const topic = findTopic(session.topics, chunk, start, end);
    if (topic === undefined) return false;
    let payloadAt = start + 2 + topic.bytes.length;
    let packetId = 0;
    if (first !== QOS_0) {
      if (payloadAt + 2 > end) return false;
      packetId = (chunk[payloadAt]! << 8) | chunk[payloadAt + 1]!;
      if (packetId === 0) return false;
      payloadAt += 2;
    }
    take(session, topic, chunk.subarray(payloadAt, end), packetId);
    return true;
  };

  replaceParse(client, (chunk, parse) => {
    let at = 0;
    let quick = false;
    while (at < chunk.length) {
      const { missing } = open;
      const { start, end } = missing > 0 ? { start: 0, end: at + missing } : bodyAt(chunk, at);
      if (missing === 0 && end <= chunk.length && taken(chunk, chunk[at]!, start, end)) {
        quick = true;
        at = end;
        continue;
      }
      const upTo = Math.min(chunk.length, end);
      if (!parse(chunk, at, upTo)) return;
      at = upTo;
    }
    if (quick) refreshKeepalive(client);
  });
}

/** The place of the body of the packet at `at`; it ends nowhere while its length has not come, or cannot be one. */
function bodyAt(chunk: Buffer, at: number): { start: number; end: number } {
  let length = 0;
  for (let digit = 0; digit < MAX_LENGTH_BYTES; digit++) {
    const byte = chunk[at + 1 + digit];
    if (byte === undefined) break;
    length += (byte & (MORE - 1)) << (7 * digit);
    if (byte < MORE) return { start: at + 2 + digit, end: at + 2 + digit + length };
  }
  return { start: 0, end: Number.POSITIVE_INFINITY };
}

function findTopic(
  topics: readonly KnownTopic[],
  chunk: Buffer,
  start: number,
  end: number,
): KnownTopic | undefined {
  const length = (chunk[start]! << 8) | chunk[start + 1]!;
  const from = start + 2;
  if (from + length > end) return undefined;
  for (const topic of topics)
    if (topic.bytes.length === length && isAt(topic.bytes, chunk, from)) return topic;
  return undefined;
}

/** From the end, where the topics of a device differ. For so few bytes quicker than a call into native code. */
function isAt(bytes: Buffer, chunk: Buffer, from: number): boolean {
  for (let i = bytes.length - 1; i >= 0; i--) if (bytes[i] !== chunk[from + i]) return false;
  return true;
}
