import { z } from "zod";
import { deviceId, kindName, metricList, momentText, pageQuery, regionCode } from "../schemas.ts";

export const latestValuesSchema = z
  .record(
    z.string(),
    z
      .object({
        value: z.union([z.number(), z.string()]),
        observedAt: momentText.describe("When it was observed, by the device's clock."),
      })
      .nullable(),
  )
  .describe("By the key of the quantity; null when the device has never sent it.");

export const latestOfDeviceSchema = z
  .object({
    deviceId,
    name: z.string().nullable(),
    regionCode,
    observedAt: momentText
      .nullable()
      .describe("When the newest of the values below was observed; null where there is none."),
    metrics: latestValuesSchema,
  })
  .meta({ id: "LatestOfDevice" });

export const latestListQuery = z.strictObject({
  kind: kindName,
  region: regionCode.optional().describe("Devices in this region and everything inside it."),
  metrics: metricList.optional(),
  ...pageQuery(100, 1000),
});
