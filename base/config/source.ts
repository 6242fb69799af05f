import { z } from "zod";
import { networks, splitAtCommas } from "./forms.ts";

/** Other brokers to take messages from: one that speaks MQTT, a ChirpStack's, or a cluster of RabbitMQ. */
export const sourceSettings = {
  SOURCE_MQTT_URL: z
    .string()
    .regex(/^(mqtts?|wss?):\/\//, "expected mqtt://, mqtts://, ws:// or wss://")
    .optional()
    .describe(
      "Another MQTT broker from which the platform takes messages as well, e.g. a cluster. That broker decides who may publish where.",
    ),
  SOURCE_MQTT_TOPICS: z
    .string()
    .default("$share/ingest/v1/#")
    .transform(splitAtCommas)
    .describe("Topics that the platform subscribes to there, separated by commas."),
  SOURCE_MQTT_CLIENT_ID: z
    .string()
    .min(1)
    .default("sbi-ingest-1")
    .describe(
      "The name of this process's session there. It stays the same after a restart and differs in each process.",
    ),
  SOURCE_CHIRPSTACK_URL: z
    .string()
    .regex(/^(mqtts?|wss?):\/\//, "expected mqtt://, mqtts://, ws:// or wss://")
    .optional()
    .describe(
      "The MQTT broker to which a ChirpStack v4 publishes the events of LoRaWAN devices. docs/lorawan.md says how it is set up.",
    ),
  SOURCE_CHIRPSTACK_TOPICS: z
    .string()
    .default("application/+/device/+/event/+")
    .transform(splitAtCommas)
    .describe(
      "Topics that the platform subscribes to there, separated by commas. Several processes share them with $share/ingest/ in front.",
    ),
  SOURCE_CHIRPSTACK_CLIENT_ID: z
    .string()
    .min(1)
    .default("sbi-chirpstack-1")
    .describe(
      "The name of this process's session there. It stays the same after a restart and differs in each process.",
    ),
  SOURCE_AMQP_URL: z
    .string()
    .regex(/^amqps?:\/\//, "expected amqp:// or amqps://")
    .optional()
    .describe(
      "A RabbitMQ cluster to which devices connect, and from whose partitioned queues every process takes its share: amqp://user:password@host:5672. docs/cluster.md says how it is set up.",
    ),
  SOURCE_AMQP_PARTITIONS: z.coerce
    .number()
    .int()
    .min(1)
    .max(128)
    .default(12)
    .describe("How many partitions there are: the same number in every process, and at every start."),
  SOURCE_AMQP_MANAGEMENT_URL: z
    .string()
    .regex(/^https?:\/\//, "expected http:// or https://")
    .optional()
    .describe(
      "RabbitMQ's management API, http://user:password@host:15672: tells which devices had connected before this process, and ends their connections.",
    ),
  SOURCE_AMQP_AUTH_FROM: networks
    .optional()
    .describe(
      "Addresses and networks of RabbitMQ's nodes, which may ask at /v1/cluster-logins who logs in and who uses a topic, separated by commas. Unset: nobody may.",
    ),
};

export const sourceNeeds = [
  ["SOURCE_AMQP_MANAGEMENT_URL", "SOURCE_AMQP_URL"],
  // Whoever lets a device in has to be able to end its connections.
  ["SOURCE_AMQP_AUTH_FROM", "SOURCE_AMQP_MANAGEMENT_URL"],
] as const;
