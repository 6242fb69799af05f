import type { Channel, DeviceChannel } from "../base/channels.ts";

export const deviceTopic = (deviceId: string, channel: DeviceChannel) => `v1/devices/${deviceId}/${channel}`;

const TOPIC = /^v1\/(devices|gateways)\/([^/]+)\/(telemetry|events|replies)$/;

/** Reads a topic of the contract, for messages that come from another broker or out of the store. */
export function parseTopic(topic: string): { id: string; channel: Channel } | undefined {
  const found = TOPIC.exec(topic);
  if (!found) return undefined;
  const channel = found[3] as DeviceChannel;
  return { id: found[2]!, channel: found[1] === "gateways" ? `gateway-${channel}` : channel };
}

/** What a channel of a gateway carries of the devices behind it; undefined for those of a device itself. */
export function carriedBy(channel: Channel): DeviceChannel | undefined {
  switch (channel) {
    case "gateway-telemetry":
      return "telemetry";
    case "gateway-events":
      return "events";
    case "gateway-replies":
      return "replies";
    default:
      return undefined;
  }
}

/** Whether a device may publish on a channel of its own id. */
export const isOpenTo = ({ gateway }: { readonly gateway: boolean }, channel: Channel): boolean =>
  gateway || carriedBy(channel) === undefined;
