import { z } from "zod";
import { SEVERITIES } from "../../devices/kind.ts";
import { deviceId, freeText, kindName, pageQuery, regionCode, timestamp } from "../schemas.ts";

const severity = z.enum(SEVERITIES);

export const alarmSchema = z
  .object({
    id: z.int(),
    deviceId: z.string(),
    kind: kindName,
    regionCode,
    rule: z.string().describe("One of the kind's alarm rules."),
    severity,
    message: z.string(),
    value: z.number().nullable().describe("The value that raised it, where there is one."),
    state: z.enum(["active", "cleared"]),
    raisedAt: timestamp,
    acknowledgedAt: timestamp.nullable(),
    acknowledgedBy: z.string().nullable(),
    clearedAt: timestamp.nullable(),
  })
  .meta({ id: "Alarm" });

export const alarmListQuery = z.strictObject({
  state: z.enum(["active", "cleared", "all"]).default("active"),
  device: deviceId.optional(),
  region: regionCode.optional(),
  kind: kindName.optional(),
  severity: severity.optional(),
  ...pageQuery(100, 1000),
});

export const alarmParams = z.object({ id: z.coerce.number().int().min(1).max(Number.MAX_SAFE_INTEGER) });

export const acknowledgeBody = z
  .strictObject({
    by: freeText(100).optional().describe("The person's name; the key's name by default."),
  })
  .nullish();
