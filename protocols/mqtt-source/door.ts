import type { Door, DoorDevice, DoorHealth } from "../../exchange/door.ts";
import { type SourceInside, takeFromSource } from "../../exchange/own-dialect.ts";
import { openSubscription, type SubscriptionOptions } from "./subscription.ts";

/** The name of this door. */
export const MQTT_SOURCE = "mqtt-source";

export interface MqttSourceOptions<D extends DoorDevice>
  extends Omit<SourceInside<D>, "door" | "isClosing">,
    Pick<SubscriptionOptions, "url" | "topics" | "clientId" | "quiesceMs" | "client"> {}

export interface MqttSource extends Door {
  /**
   * The reason why nothing comes from that broker, and nothing will before an operator acts; undefined while all is
   * well.
   */
  refusal(): string | undefined;
  /** True when there is a connection to that broker at the moment. */
  connected(): boolean;
  health(): DoorHealth;
}

/**
 * Takes messages from another MQTT broker: the way to grow past one machine, where any number of processes share
 * `$share/ingest/v1/#` on a cluster.
 */
export function openMqttSource<D extends DoorDevice>(options: MqttSourceOptions<D>): MqttSource {
  const { url, topics, clientId, log, quiesceMs, client } = options;
  const subscription = openSubscription({
    ...{ url, topics, clientId, log, quiesceMs, client },
    settings: { url: "SOURCE_MQTT_URL", topics: "SOURCE_MQTT_TOPICS" },
    check: "source",
    // What comes on topics that no other process shares would be lost until the next start.
    leaves: topics.every((topic) => topic.startsWith("$share/")),
    take: ({ topic, raw }, settled) => takeFromSource(inside, topic, raw, settled),
  });
  const inside = { ...options, door: MQTT_SOURCE, isClosing: subscription.isClosing };
  const { refusal, connected, health, quiesce, close } = subscription;
  return {
    name: MQTT_SOURCE,
    ...{ refusal, connected, health, quiesce, close },
    // Its devices are connected to the other broker, which does not tell us which are there; we hand it no commands.
    deliver: async () => "not_listening",
    isOnline: () => false,
    disconnect: () => {},
  };
}
