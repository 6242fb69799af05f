import { z } from "zod";

/** The platform's directory and the address that it listens on. */
export const placeSettings = {
  DATA_DIR: z
    .string()
    .min(1)
    .default(".data")
    .describe("Directory that holds the embedded database, the first admin key and the demo's credentials."),
  HOST: z.string().min(1).default("0.0.0.0").describe("The address that MQTT and HTTP listen on."),
};
