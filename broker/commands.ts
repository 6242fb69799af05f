import type { PublishPacket } from "aedes";
import type { DevicePrincipal } from "../access/topics.ts";
import type { DeviceSession } from "./sessions.ts";

/** Where a device hears its own commands, and where a gateway hears those of the devices behind it. */
export type CommandFolder = "devices" | "gateways";

const commandTopic = (id: string, folder: CommandFolder): string => `v1/${folder}/${id}/commands`;

/**
 * What may lie unsent on a connection before it gets no further command: who reads so slowly would be buffered for
 * without end. One command has up to 64 KiB.
 */
const MAX_UNSENT_BYTES = 128 * 1024;

/** The filters below an id that match its commands; `#` also matches the level above it [MQTT-4.7.1-2]. */
const LISTENING = ["commands", "commands/#", "#", "+", "+/#"] as const;

/** Whether who is on this connection has subscribed to its commands, by their topic or with wildcards. */
export function listens<P extends DevicePrincipal>(
  { filters, principal }: DeviceSession<P>,
  folder: CommandFolder = "devices",
): boolean {
  return LISTENING.some((rest) => filters.has(`v1/${folder}/${principal.id}/${rest}`));
}

/**
 * Hands a command with QoS 1 to every connection of a device, or gateway, that listens, without a way through topics and
 * their subscribers.
 * @returns whether there was one that took it
 */
export function deliverCommand<P extends DevicePrincipal>(
  sessions: Iterable<DeviceSession<P>>,
  payload: string,
  folder: CommandFolder = "devices",
): boolean {
  let handed = false;
  for (const session of sessions) {
    const { client, principal, ready } = session;
    if (!ready || client.closed || !listens(session, folder)) continue;
    if (client.conn.writableLength > MAX_UNSENT_BYTES) continue;
    const topic = commandTopic(principal.id, folder);
    const packet: PublishPacket = { cmd: "publish", topic, payload, qos: 1, retain: false, dup: false };
    client.publish(packet, () => {});
    handed = true;
  }
  return handed;
}
