import type { Channel } from "../base/channels.ts";

/**
 * The rights of a device, and of an application, on the MQTT side. `mayPublish` is called for every message, so it
 * compares strings in place: no regular expression, no split, no allocation.
 */

export interface DevicePrincipal {
  /** The device's id, which is also its MQTT user name, in the form of `ID_FORM`. */
  readonly id: string;
  /** True when its kind may publish for other devices. */
  readonly gateway: boolean;
}

const DEVICES = "v1/devices/";
const GATEWAYS = "v1/gateways/";
const SLASH = 47;

/** The index where the part after `<prefix><id>/` begins, or 0 when the topic is not below that id. */
function below(topic: string, prefix: string, id: string): number {
  const end = prefix.length + id.length;
  const inside =
    id.length > 0 &&
    topic.length > end + 1 &&
    topic.startsWith(prefix) &&
    topic.startsWith(id, prefix.length) &&
    topic.charCodeAt(end) === SLASH;
  return inside ? end + 1 : 0;
}

const isRest = (topic: string, from: number, rest: string): boolean =>
  topic.length === from + rest.length && topic.endsWith(rest);

/** The channel that `topic` is for this device, or undefined when it may not publish there. */
export function mayPublish(principal: DevicePrincipal, topic: string): Channel | undefined {
  const own = below(topic, DEVICES, principal.id);
  if (own > 0) {
    if (isRest(topic, own, "telemetry")) return "telemetry";
    if (isRest(topic, own, "events")) return "events";
    if (isRest(topic, own, "replies")) return "replies";
    return undefined;
  }
  if (!principal.gateway) return undefined;
  const gateway = below(topic, GATEWAYS, principal.id);
  if (gateway === 0) return undefined;
  if (isRest(topic, gateway, "telemetry")) return "gateway-telemetry";
  if (isRest(topic, gateway, "events")) return "gateway-events";
  return isRest(topic, gateway, "replies") ? "gateway-replies" : undefined;
}

/**
 * True when the device may subscribe to `filter`. All topics that the filter can match must lie below the device's own
 * id, so wildcards may only follow the id; `$share/…`, `#` and `+/…` do not start with it and so are refused.
 */
export function maySubscribe(principal: DevicePrincipal, filter: string): boolean {
  if (below(filter, DEVICES, principal.id) > 0) return true;
  return principal.gateway && below(filter, GATEWAYS, principal.id) > 0;
}

/** The channels that an application can listen to. */
export type FeedChannel = "telemetry" | "events";

/** A filter of an application: a channel of one device, or of all that it may see. */
export interface FeedFilter {
  readonly channel: FeedChannel;
  readonly deviceId: string | "all";
}

/**
 * The meaning of an application's filter, or undefined where it has none of the four forms. There are four forms, so
 * that no other wildcard has to be understood, and none can match more than was meant: `v1/devices/{id}/telemetry`,
 * `v1/devices/{id}/events` and the same with `+` for the id.
 */
export function feedFilter(filter: string): FeedFilter | undefined {
  if (!filter.startsWith(DEVICES)) return undefined;
  const end = filter.indexOf("/", DEVICES.length);
  if (end < 0) return undefined;
  const id = filter.slice(DEVICES.length, end);
  const channel = filter.slice(end + 1);
  if (channel !== "telemetry" && channel !== "events") return undefined;
  if (id === "+") return { channel, deviceId: "all" };
  return id === "" || id.includes("+") || id.includes("#") ? undefined : { channel, deviceId: id };
}

/** The topic on which an application hears a device. */
export const feedTopic = (deviceId: string, channel: FeedChannel): string =>
  `${DEVICES}${deviceId}/${channel}`;
