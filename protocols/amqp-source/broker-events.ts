/** What RabbitMQ's event exchange tells of the connections of devices. */
export type BrokerEvent =
  | { readonly type: "came"; readonly connection: BrokerConnection }
  | { readonly type: "went"; readonly key: string; readonly user: string }
  /** It has subscribed, or is back with the subscriptions of its session. */
  | { readonly type: "listens"; readonly user: string };

/** A connection over MQTT. */
export interface BrokerConnection {
  /** Tells it from every other one that there is at the same time. */
  readonly key: string;
  readonly name: string;
  /** Its user name, which is the id of the device. */
  readonly user: string;
  readonly address: string | undefined;
}

/** The keys by which a queue hears of them. */
export const EVENT_KEYS = ["connection.created", "connection.closed", "consumer.created"] as const;

/** Queues of MQTT sessions are named after their clients. */
const SESSION_QUEUE = /^mqtt-subscription-/;

const textOf = (value: unknown): string => (typeof value === "string" ? value : "");

/**
 * @param headers the event's properties, of which those of another type than text come in Erlang's words
 * @param host the virtual host of our devices: events of all of them come here
 */
export function readEvent(
  key: string,
  headers: Readonly<Record<string, unknown>>,
  host: string,
): BrokerEvent | undefined {
  if (headers.vhost !== host) return undefined;
  if (key === "consumer.created") {
    const user = textOf(headers.user_who_performed_action);
    return user !== "" && SESSION_QUEUE.test(textOf(headers.queue)) ? { type: "listens", user } : undefined;
  }
  const user = textOf(headers.user);
  const name = textOf(headers.name);
  if (user === "" || name === "" || !textOf(headers.protocol).includes("MQTT")) return undefined;
  const connection = connectionOf(textOf(headers.node), name, user, addressOf(textOf(headers.peer_host)));
  if (key === "connection.created") return { type: "came", connection };
  return key === "connection.closed" ? { type: "went", key: connection.key, user } : undefined;
}

const connectionOf = (
  node: string,
  name: string,
  user: string,
  address: string | undefined,
): BrokerConnection => ({ key: `${node} ${name}`, name, user, address });

/** `{127,0,0,1}` and `{0,0,0,0,0,65535,32512,1}`, as Erlang writes an address. */
export function addressOf(tuple: string): string | undefined {
  const parts = /^\{(\d+(?:,\d+)*)\}$/.exec(tuple)?.[1]?.split(",");
  if (parts?.length === 4) return parts.join(".");
  return parts?.length === 8 ? parts.map((part) => Number(part).toString(16)).join(":") : undefined;
}

/** Reads one connection of the management API's list. */
export function readListed(entry: unknown, host: string): BrokerConnection | undefined {
  if (typeof entry !== "object" || entry === null) return undefined;
  const { node, name, user, vhost, protocol, peer_host: address } = entry as Record<string, unknown>;
  const isDevice = textOf(protocol).startsWith("MQTT") && vhost === host;
  if (!isDevice || textOf(user) === "" || textOf(name) === "") return undefined;
  return connectionOf(textOf(node), textOf(name), textOf(user), textOf(address) || undefined);
}
