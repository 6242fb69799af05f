import type { PublishPacket } from "aedes";
import type { DevicePrincipal } from "../access/topics.ts";
import type { CommandedDevice, Delivery, DoorCommand, DoorDevice } from "../exchange/door.ts";
import { addressed } from "../exchange/own-dialect.ts";
import type { DeviceSession, DeviceSessions } from "./sessions.ts";

/**
 * The folder of topics where a device hears its own commands, and where a gateway hears those of the devices behind it.
 */
type CommandFolder = "devices" | "gateways";

const commandTopic = (id: string, folder: CommandFolder): string => `v1/${folder}/${id}/commands`;

/**
 * The most bytes that may lie unsent on a connection before it gets no further command: a slow reader would be buffered
 * for without end. One command has up to 64 KiB.
 */
const MAX_UNSENT_BYTES = 128 * 1024;

/** The filters below an id that match its commands; `#` also matches the level above it [MQTT-4.7.1-2]. */
const LISTENING = ["commands", "commands/#", "#", "+", "+/#"] as const;

/** True when the client of this connection has subscribed to its commands, by their topic or with wildcards. */
export function listens<P extends DevicePrincipal>(
  { filters, principal }: DeviceSession<P>,
  folder: CommandFolder = "devices",
): boolean {
  return LISTENING.some((rest) => filters.has(`v1/${folder}/${principal.id}/${rest}`));
}

/**
 * Hands a command with QoS 1 to every connection of a device that listens, or of its gateway, without a way through
 * topics and their subscribers. A device that has a connection itself gets nothing through a gateway; the caller knows
 * if it is behind that one.
 */
export function deliverCommand<P extends DoorDevice>(
  sessions: DeviceSessions<P>,
  { id, deviceNo }: CommandedDevice,
  { payload, through }: DoorCommand,
): Delivery {
  if (through === undefined) {
    const own = [...sessions.ofDevice(id)].filter(({ principal }) => principal.deviceNo === deviceNo);
    return handTo(own, payload, "devices");
  }
  if (sessions.isPresent(id)) return "not_listening";
  return handTo(sessions.ofDevice(through), addressed(id, payload), "gateways");
}

function handTo<P extends DevicePrincipal>(
  sessions: Iterable<DeviceSession<P>>,
  payload: string,
  folder: CommandFolder,
): Delivery {
  let isTaken = false;
  let isSlow = false;
  for (const session of sessions) {
    const { client, principal, ready } = session;
    if (!ready || client.closed || !listens(session, folder)) continue;
    if (client.conn.writableLength > MAX_UNSENT_BYTES) {
      isSlow = true;
      continue;
    }
    const topic = commandTopic(principal.id, folder);
    const packet: PublishPacket = { cmd: "publish", topic, payload, qos: 1, retain: false, dup: false };
    client.publish(packet, () => {});
    isTaken = true;
  }
  if (isTaken) return "taken";
  return isSlow ? "too_slow" : "not_listening";
}
