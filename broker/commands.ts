import type { PublishPacket } from "aedes";
import type { DevicePrincipal } from "../access/topics.ts";
import type { Session } from "./sessions.ts";

/** Where a device hears its commands. */
export const commandTopic = (id: string): string => `v1/devices/${id}/commands`;

/**
 * What may lie unsent on a connection before it gets no further command: who reads so slowly would be buffered for
 * without end. One command has up to 64 KiB.
 */
const MAX_UNSENT_BYTES = 128 * 1024;

/** The filters below a device's id that match its commands; `#` also matches the level above it [MQTT-4.7.1-2]. */
const LISTENING = ["commands", "commands/#", "#", "+", "+/#"] as const;

/** Whether the device has subscribed to its commands on this connection, by their topic or with wildcards. */
export function listens<P extends DevicePrincipal>({ filters, principal }: Session<P>): boolean {
  return LISTENING.some((rest) => filters.has(`v1/devices/${principal.id}/${rest}`));
}

/**
 * Hands a command with QoS 1 to every connection of a device that listens, without a way through topics and their
 * subscribers.
 * @returns whether there was one that took it
 */
export function deliverCommand<P extends DevicePrincipal>(
  sessions: Iterable<Session<P>>,
  payload: string,
): boolean {
  let handed = false;
  for (const session of sessions) {
    const { client, principal, ready } = session;
    if (!ready || client.closed || !listens(session)) continue;
    if (client.conn.writableLength > MAX_UNSENT_BYTES) continue;
    const topic = commandTopic(principal.id);
    const packet: PublishPacket = { cmd: "publish", topic, payload, qos: 1, retain: false, dup: false };
    client.publish(packet, () => {});
    handed = true;
  }
  return handed;
}
