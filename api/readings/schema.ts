import { z } from "zod";
import { latestValuesSchema } from "../latest/schema.ts";
import { deviceId, kindName, metricList, moment, momentText, pageQuery } from "../schemas.ts";

export const readingSchema = z
  .object({
    observedAt: momentText.describe("By the device's clock."),
    receivedAt: momentText.describe(
      "By the platform's clock; up to a second late, as the delay is kept in whole seconds.",
    ),
    metrics: z
      .record(z.string(), z.union([z.number(), z.string(), z.null()]))
      .describe("By the key of the quantity; null when the device left it out."),
    corrected: z.boolean().describe("True when a person has corrected it: see the repairs of the device."),
    extra: z
      .record(z.string(), z.unknown())
      .nullable()
      .describe("The values that it sent under keys that its kind does not know."),
  })
  .meta({ id: "Reading" });

export const latestSchema = z
  .object({
    deviceId,
    kind: kindName,
    reading: readingSchema.nullable().describe("Null when the device has never reported."),
    metrics: latestValuesSchema,
  })
  .meta({ id: "Latest" });

export const readingsQuery = z.strictObject({
  from: moment.optional(),
  to: moment.optional(),
  metrics: metricList.optional(),
  order: z.enum(["asc", "desc"]).default("desc").describe("By the device's clock; newest first by default."),
  ...pageQuery(500, 5000),
});
