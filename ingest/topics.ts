/** What a message is about, as its topic says. */
export type Channel = "telemetry" | "events" | "replies" | "gateway-telemetry";

export const deviceTopic = (deviceId: string, channel: "telemetry" | "events" | "replies") =>
  `v1/devices/${deviceId}/${channel}`;

const DEVICE_TOPIC = /^v1\/devices\/([^/]+)\/(telemetry|events|replies)$/;
const GATEWAY_TOPIC = /^v1\/gateways\/([^/]+)\/telemetry$/;

/** Reads a topic of the contract, for messages that come from another broker or out of the store. */
export function parseTopic(topic: string): { id: string; channel: Channel } | undefined {
  const device = DEVICE_TOPIC.exec(topic);
  if (device) return { id: device[1]!, channel: device[2] as Channel };
  const gateway = GATEWAY_TOPIC.exec(topic);
  return gateway ? { id: gateway[1]!, channel: "gateway-telemetry" } : undefined;
}
