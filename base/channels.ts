/** The limits and names of a message at every door and inside, whatever carries it. */

/** The channels of a device's own messages. */
export type DeviceChannel = "telemetry" | "events" | "replies";

/** The channel of a topic. Those of a gateway hold the same for the devices behind it. */
export type Channel = DeviceChannel | `gateway-${DeviceChannel}`;

/**
 * The channel of the devices behind a gateway that a gateway's channel carries; undefined for a device's own channel.
 */
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

/** True when a device may publish on a channel of its own id. */
export const isOpenTo = ({ gateway }: { readonly gateway: boolean }, channel: Channel): boolean =>
  gateway || carriedBy(channel) === undefined;

/** The contract's limit for the payload of one message. */
export const MAX_PAYLOAD_BYTES = 256 * 1024;

/** A payload within the limit arrives whatever its topic, which has at most 64 KiB; beside them are a few bytes. */
export const MAX_PACKET_BYTES = MAX_PAYLOAD_BYTES + 65 * 1024;

/** The form of ids of devices and applications: any other name belongs to nobody, and the database is not asked. */
export const ID_FORM = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;
