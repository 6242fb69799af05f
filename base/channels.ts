/** What a message is at every door and inside, whatever carries it. */

/** What a device says. */
export type DeviceChannel = "telemetry" | "events" | "replies";

/** What a topic carries. Those of a gateway hold the same of the devices behind it. */
export type Channel = DeviceChannel | `gateway-${DeviceChannel}`;

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

/** The contract's limit for the payload of one message. */
export const MAX_PAYLOAD_BYTES = 256 * 1024;

/** A payload within the limit arrives whatever its topic, which has at most 64 KiB; beside them are a few bytes. */
export const MAX_PACKET_BYTES = MAX_PAYLOAD_BYTES + 65 * 1024;

/** The form of ids of devices and applications: what else a caller names is nobody, and the database is not asked. */
export const ID_FORM = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;
