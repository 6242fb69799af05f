import { z } from "zod";
import { splitAtCommas } from "./forms.ts";

/** Another MQTT broker to take messages from. */
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
};
