/**
 * RabbitMQ turns the slashes of a topic into dots, and leaves the dots of an id as they are, so `v1/devices/a.b/events`
 * comes as `v1.devices.a.b.events`. The words at both ends have their places; the id is all that lies between them.
 */
const KEY = /^v1\.(devices|gateways)\.([^/]+)\.(telemetry|events|replies)$/;

/** What ingest takes from `amq.topic`: nothing else, and above all no commands. `#` stands for ids with dots as well. */
export const BINDING_KEYS: readonly string[] = ["devices", "gateways"].flatMap((folder) =>
  ["telemetry", "events", "replies"].map((channel) => `v1.${folder}.#.${channel}`),
);

/** The topic that a device has published on, or the key itself where it is none of ours. */
export function topicOfKey(key: string): string {
  const found = KEY.exec(key);
  return found ? `v1/${found[1]}/${found[2]}/${found[3]}` : key;
}

/** The key under which a device, or a gateway, hears its commands. */
export const commandKey = (id: string, folder: "devices" | "gateways"): string =>
  `v1.${folder}.${id}.commands`;
