import { z } from "zod";
import { INTERVAL_PATTERN } from "../../store/database/index.ts";
import { AGGREGATES } from "../../store/rollups/index.ts";
import {
  commaList,
  kindName,
  metricList,
  moment,
  pageQuery,
  regionCode,
  regionLevel,
  timestamp,
  timeZone,
} from "../schemas.ts";

const aggregate = z.enum(AGGREGATES);

const bucketSchema = z
  .object({
    start: timestamp.describe("When the bucket begins."),
    readings: z.int().describe("The number of readings in it."),
    values: z
      .record(z.string(), z.partialRecord(aggregate, z.union([z.number(), z.string(), z.null()])))
      .describe("By the key of the quantity and the aggregate, e.g. `values.volume.delta`."),
  })
  .meta({ id: "Bucket" });

const described = {
  kind: kindName,
  source: z
    .enum(["raw", "1h", "1d"])
    .describe("The source of the buckets: readings, readings by whole hours, or kept days."),
  interval: z.string(),
  timeZone: z.string(),
  from: timestamp.describe("The range of the request, widened to whole buckets."),
  to: timestamp,
  columns: z
    .array(z.object({ metric: z.string(), aggregate, unit: z.string().nullable() }))
    .describe("The values in each bucket, with their UCUM units."),
};

export const deviceSeriesSchema = z
  .object({
    deviceId: z.string(),
    ...described,
    items: z.array(bucketSchema).describe("Oldest first. A bucket without a reading is left out."),
    nextCursor: z.null().describe("A device's series is never cut."),
  })
  .meta({ id: "DeviceSeries" });

export const fleetSeriesSchema = z
  .object({
    ...described,
    region: z.string().nullable(),
    groupBy: z.enum(["region", "device"]),
    level: regionLevel.nullable().describe("The level of the groups; null when grouped by device."),
    items: z.array(
      z.object({
        regionCode,
        name: z.string().nullable().describe("The region's or the device's."),
        deviceId: z.string().nullable().describe("Only when grouped by device."),
        deleted: z
          .boolean()
          .nullable()
          .describe("True when the device was deleted since. Only when grouped by device."),
        from: timestamp
          .nullable()
          .describe("Since when the device was there, where it came from another region or owner."),
        until: timestamp
          .nullable()
          .describe("Until when it was there, where it went to another region or owner or was deleted."),
        buckets: z.array(bucketSchema),
      }),
    ),
    nextCursor: z.string().nullable(),
  })
  .meta({ id: "FleetSeries" });

const seriesQuery = {
  from: moment,
  to: moment.optional().describe("Now by default."),
  metrics: metricList.optional(),
  interval: z
    .string()
    .regex(INTERVAL_PATTERN, "expected a number and m, h, d, w or mo, e.g. 15m")
    .default("1h")
    .describe(
      "The length of a bucket: minutes `15m`, hours `1h`, days `1d`, weeks from Monday `1w`, months `1mo`.",
    ),
  aggregate: commaList(aggregate, AGGREGATES.length)
    .optional()
    .meta({
      description: `Any of ${AGGREGATES.join(", ")}, separated by commas. Default: avg of gauges, delta of counters, last of states and texts.`,
    }),
  timeZone,
};

export const deviceSeriesQuery = z.strictObject(seriesQuery);

export const fleetSeriesQuery = z.strictObject({
  kind: kindName,
  region: regionCode.optional(),
  groupBy: z.enum(["region", "device"]).default("region"),
  level: regionLevel
    .optional()
    .describe("With groupBy=region: the level of the groups, by default the one below `region`."),
  ...seriesQuery,
  ...pageQuery(100, 1000),
});
