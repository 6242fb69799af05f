import { z } from "zod";
import { splitAtCommas } from "./forms.ts";

/** Another MQTT broker to take messages from. */
export const sourceSettings = {
  SOURCE_MQTT_URL: z
    .string()
    .regex(/^(mqtts?|wss?):\/\//, "expected mqtt://, mqtts://, ws:// or wss://")
    .optional()
    .describe(
      "Another MQTT broker to take messages from as well, e.g. a cluster. It decides who may publish where.",
    ),
  SOURCE_MQTT_TOPICS: z
    .string()
    .default("$share/ingest/v1/#")
    .transform(splitAtCommas)
    .describe("What to subscribe to there, separated by commas."),
  SOURCE_MQTT_CLIENT_ID: z
    .string()
    .min(1)
    .default("sbi-ingest-1")
    .describe("The name of this process's session there: the same after a restart, another in each process."),
};
