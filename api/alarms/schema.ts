import { z } from "zod";
import { SEVERITIES } from "../../devices/kind.ts";
import { ALARM_SORTS } from "../../store/events/index.ts";
import {
  commaList,
  deviceId,
  freeText,
  kindName,
  moment,
  pageQuery,
  regionCode,
  timestamp,
  yesOrNo,
} from "../schemas.ts";

const severity = z.enum(SEVERITIES);

export const alarmSchema = z
  .object({
    id: z.int(),
    deviceId: z.string(),
    deviceName: z.string().nullable().describe("Null also for a device that now belongs to another tenant."),
    kind: kindName,
    regionCode,
    regionPath: z
      .object({ zh: z.array(z.string()), en: z.array(z.string()) })
      .describe("The names of the regions around it and its own, the province first."),
    rule: z.string().describe("One of the kind's alarm rules."),
    severity,
    message: z.string(),
    text: z.object({ zh: z.string(), en: z.string() }).describe("The same for people, in both languages."),
    value: z.number().nullable().describe("The value that raised it, where there is one."),
    state: z.enum(["active", "cleared"]),
    raisedAt: timestamp,
    times: z
      .int()
      .describe(
        "How often it was raised. An alarm that comes again within ten minutes, or three report intervals of its kind, after it was cleared goes on: it keeps its id, `raisedAt` and acknowledgement. An alarm that only an acknowledgement clears begins anew.",
      ),
    lastRaisedAt: timestamp,
    acknowledgedAt: timestamp.nullable(),
    acknowledgedBy: z.string().nullable(),
    note: z.string().nullable().describe("The note of the person who acknowledged it."),
    clearedAt: timestamp.nullable(),
  })
  .meta({ id: "Alarm" });

export const alarmListQuery = z.strictObject({
  state: z.enum(["active", "cleared", "all"]).default("active"),
  device: deviceId.optional(),
  region: regionCode.optional(),
  kind: kindName.optional(),
  severity: severity.optional(),
  acknowledged: yesOrNo.optional().describe("True: acknowledged alarms; false: the others."),
  rule: commaList(z.string().regex(/^[a-z][a-z0-9_]{0,60}$/, "expected a rule's name"), 50)
    .optional()
    .meta({ description: "Rules, separated by commas." }),
  from: moment.optional().meta({ description: "Raised from this moment on." }),
  to: moment.optional().meta({ description: "Raised before this moment." }),
  sort: z
    .enum(ALARM_SORTS)
    .default("raisedAt")
    .describe(
      "`raisedAt`: newest first. `severity`: the most urgent first, and the newest first among equals.",
    ),
  ...pageQuery(100, 1000),
});

export const alarmParams = z.object({ id: z.coerce.number().int().min(1).max(Number.MAX_SAFE_INTEGER) });

export const acknowledgeBody = z
  .strictObject({
    note: freeText(2000).optional().describe("A note on it."),
    by: freeText(100).optional().describe("The person's name; the key's name by default."),
  })
  .nullish();
