import { z } from "zod";
import { SEVERITIES } from "../../devices/kind.ts";
import { DEVICE_STATUSES } from "../../store/devices/index.ts";
import { kindName, regionCode, regionLevel, timestamp } from "../schemas.ts";

const count = z.int();

const statuses = { total: count, ok: count, late: count, silent: count, never: count };

const statusCounts = z
  .object(statuses)
  .describe(`All devices, and those of each status (${DEVICE_STATUSES.join(", ")}).`);

const alarmCounts = z.object({ active: count, unacknowledged: count });

const counts = {
  devices: z.record(kindName, statusCounts).describe("By kind; kinds without a device are left out."),
  speakers: z
    .object({ ...statuses, connected: count })
    .describe(
      "The same over all kinds whose devices sound. `connected`: those that have a connection, so that a broadcast would reach them now, as previews count them.",
    ),
  alarms: z
    .object(
      Object.fromEntries(SEVERITIES.map((severity) => [severity, alarmCounts])) as Record<
        (typeof SEVERITIES)[number],
        typeof alarmCounts
      >,
    )
    .nullable()
    .describe("Active alarms by severity; null without `alarms:read`."),
  broadcasts: z
    .object({ onAir: count, pendingApproval: count, openReview: count })
    .nullable()
    .describe(
      "Broadcasts that reach into the region; one counts in each region that it reaches. Null without `broadcasts:read`.",
    ),
};

const region = { code: regionCode, name: z.string(), level: regionLevel, parentCode: z.string().nullable() };

export const summarySchema = z
  .object({
    region: z.object(region).nullable().describe("The region that was asked for; null: everywhere."),
    level: regionLevel.describe("The level of the items."),
    asOf: timestamp.describe("The moment by which the devices' statuses were decided."),
    total: z
      .object(counts)
      .describe(
        "The region as a whole. It holds devices that are registered above the level of the items, too.",
      ),
    items: z.array(z.object({ ...region, nameEn: z.string().nullable(), ...counts })),
    nextCursor: z.null().describe("A summary is never cut."),
  })
  .meta({ id: "Summary" });

export const summaryQuery = z.strictObject({
  region: regionCode.optional().describe("The region whose parts are summed up; without it, everything."),
  level: regionLevel
    .optional()
    .describe("The level of the parts, below that of the region; the next one by default."),
});
