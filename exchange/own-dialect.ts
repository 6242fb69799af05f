import { type Channel, type DeviceChannel, isOpenTo } from "../base/channels.ts";
import type { Repeated } from "../base/exact-json.ts";
import type { DoorDecoder, DoorDevice, DoorEvents, ReceivedMessage } from "./door.ts";
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
