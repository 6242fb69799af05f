import { z } from "zod";

/** Where the platform is: its folder, and the address of its machine. */
export const placeSettings = {
  DATA_DIR: z
    .string()
    .min(1)
    .default(".data")
    .describe("Where the embedded database, the first admin key and the demo's credentials are kept."),
  HOST: z.string().min(1).default("0.0.0.0").describe("The address that MQTT and HTTP listen on."),
};
