import { z } from "zod";

/** Limits on each device, and the size of the batches that ingest commits. */
export const ingestSettings = {
  DEVICE_RATE_LIMIT: z.coerce
    .number()
    .min(0)
    .max(100_000)
    .default(0)
    .describe("Messages per second and device, with a burst of ten seconds' worth. 0: no limit."),
  DEVICE_ITEM_LIMIT: z.coerce
    .number()
    .min(0)
    .max(1_000_000)
    .default(0)
    .describe(
      "Items (readings, events, replies) per second and device, with a burst of ten seconds' worth; for a gateway, the items of all devices behind it count. 0: no limit.",
    ),
  BATCH_MAX_READINGS: z.coerce
    .number()
    .int()
    .min(1)
    .max(100_000)
    .default(4000)
    .describe("The largest batch that is committed at once."),
  BATCH_LINGER_MS: z.coerce
    .number()
    .int()
    .min(0)
    .max(1000)
    .default(5)
    .describe("Milliseconds that the first message of a batch may wait for others."),
};
