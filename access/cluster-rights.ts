import { type DevicePrincipal, mayPublish, maySubscribe } from "./topics.ts";

/**
 * The rights of a device at a RabbitMQ cluster, in its words. They are those of `topics.ts`; RabbitMQ has dots where MQTT
 * has slashes, and shares clients' names and queues among all devices.
 */

/** The exchange through which everything over MQTT goes. */
const TOPICS = "amq.topic";

const SESSION_QUEUE = /^mqtt-subscription-(.*)qos[01]$/s;

/**
 * True when a device may use this client id: its own id, or that with a colon and 1 or 2 behind it. RabbitMQ hands the
 * session of a client, and what waits there, to whoever comes with its id; and it keeps any number of sessions, on disk,
 * so there must be few. No id of a device holds a colon.
 */
export const mayUseClientId = (id: string, clientId: string): boolean =>
  clientId === id || clientId === `${id}:1` || clientId === `${id}:2`;

/** True when a device may use this queue or exchange: those of its own session, and the exchange of all topics. */
export function mayUseResource(id: string, resource: string, name: string, permission: string): boolean {
  if (resource === "exchange") return name === TOPICS && permission !== "configure";
  const clientId = resource === "queue" ? SESSION_QUEUE.exec(name)?.[1] : undefined;
  return clientId !== undefined && mayUseClientId(id, clientId);
}

/**
 * True when a device may publish (`write`) or subscribe (`read`) under this key. A key is below an id with exactly one word
 * behind it: with more, or with `#`, it would reach the device whose id is this one, a dot and more. It hears commands
 * alone: a session that hears what the device itself publishes would fill RabbitMQ's disk while it is away.
 */
export function mayUseKey(device: DevicePrincipal, permission: string, key: string): boolean {
  for (const folder of ["devices", "gateways"]) {
    const own = `v1.${folder}.${device.id}.`;
    if (!key.startsWith(own)) continue;
    const rest = key.slice(own.length);
    if (rest === "" || /[.#/+*]/.test(rest)) continue;
    const topic = `v1/${folder}/${device.id}/${rest}`;
    if (permission === "write" && mayPublish(device, topic) !== undefined) return true;
    if (permission === "read" && rest === "commands" && maySubscribe(device, topic)) return true;
  }
  return false;
}
