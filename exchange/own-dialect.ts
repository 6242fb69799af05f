import { askForSender, CLOSING, type SenderQuestion } from "../base/ask-again.ts";
import { atMostOnce } from "../base/at-most-once.ts";
import { type Channel, type DeviceChannel, isOpenTo } from "../base/channels.ts";
import type { Repeated } from "../base/exact-json.ts";
import type { DoorDecoder, DoorDevice, DoorEvents, DoorRefusal, ReceivedMessage } from "./door.ts";
import { decodeJson } from "./own-json.ts";

/** Our own dialect: JSON on the topics `v1/devices/{id}/{channel}` and `v1/gateways/{id}/{channel}`. */

const TOPIC = /^v1\/(devices|gateways)\/([^/]+)\/(telemetry|events|replies)$/;

/** Reads a topic of the contract, for messages that come from another broker or out of the store. */
export function parseTopic(topic: string): { id: string; channel: Channel } | undefined {
  const found = TOPIC.exec(topic);
  if (!found) return undefined;
  const channel = found[3] as DeviceChannel;
  return { id: found[2]!, channel: found[1] === "gateways" ? `gateway-${channel}` : channel };
}

/** A message of which everything but the content is known: the content is filled in here. */
export interface OwnMessage<D extends DoorDevice> extends ReceivedMessage<D> {
  value: unknown;
  repeated: Repeated | undefined;
}

/**
 * Decodes a message and hands it inside, or puts on record why it cannot be decoded. A message on a topic that is not
 * its device's own is handed on as it came.
 * @returns how many items it holds
 */
export function handOn<D extends DoorDevice>(
  inside: Pick<DoorEvents<D>, "onMessage" | "onRefused">,
  message: OwnMessage<D>,
  settled: () => void,
): number {
  if (message.device !== undefined && message.channel !== undefined) {
    const decoded = decodeJson(message.raw);
    if ("reason" in decoded) {
      inside.onRefused(message, decoded, settled);
      return 1;
    }
    message.value = decoded.value;
    message.repeated = decoded.repeated;
  }
  return inside.onMessage(message, settled);
}

/** What a door needs that takes messages from another broker, which has decided who may publish where. */
export interface SourceInside<D extends DoorDevice>
  extends Pick<DoorEvents<D>, "onMessage" | "onRefused">,
    SenderQuestion<string, D> {
  /** The name of the door. */
  readonly door: string;
  /** A living device, from memory. */
  readonly find: (id: string) => D | undefined;
}

/** Hands a message of another broker inside, where its topic is the identity. It stays unsettled when the door closes. */
export async function takeFromSource<D extends DoorDevice>(
  inside: SourceInside<D>,
  topic: string,
  raw: Buffer,
  settled: () => void,
): Promise<void> {
  const { door, find, log } = inside;
  const receivedAt = Date.now();
  const parsed = parseTopic(topic);
  // At once for those in memory, as nearly all are.
  const device = parsed && (find(parsed.id) ?? (await askForSender(inside, parsed.id, topic)));
  if (device === CLOSING) return;
  const channel = parsed && device && isOpenTo(device, parsed.channel) ? parsed.channel : undefined;
  const undecoded = { channel, value: undefined, repeated: undefined };
  const message = { door, device, context: topic, raw, receivedAt, ...undecoded };
  const settledOnce = atMostOnce(settled);
  try {
    handOn(inside, message, settledOnce);
  } catch (error) {
    // It would come again, and end one process after the other.
    log.error({ err: error, topic }, "the platform failed with a message, which is put on record");
    inside.onRefused(message, FAILED, settledOnce);
  }
}

const FAILED: DoorRefusal = {
  reason: "not_json",
  detail: "The platform failed with this message, and its log says why",
};

/** The command of a device in the form for its gateway: with the device's id first. */
export const addressed = (id: string, payload: string): string =>
  `{"device":${JSON.stringify(id)}${payload === "{}" ? "" : ","}${payload.slice(1)}`;

/** Decodes again the records of the doors of our own dialect. */
export const ownDecoder: DoorDecoder = {
  decode(message, maxBytes) {
    const { device, context } = message;
    const topic = device && parseTopic(context);
    const isOwn = topic?.id === device?.id;
    const channel = topic && isOwn && isOpenTo(device, topic.channel) ? topic.channel : undefined;
    if (channel === undefined) return { ...message, channel, value: undefined, repeated: undefined };
    const decoded = decodeJson(message.raw, maxBytes);
    return "reason" in decoded ? decoded : { ...message, channel, ...decoded };
  },
};
