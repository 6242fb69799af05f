import { z } from "zod";
import { SEVERITIES } from "../../devices/kind.ts";
import { AGGREGATES } from "../../store/rollups/index.ts";
import { kindName } from "../schemas.ts";

export const kindSchema = z
  .object({
    kind: kindName,
    title: z.object({ en: z.string(), zh: z.string() }),
    source: z.string().describe("Where the facts about the kind come from."),
    gateway: z.boolean().describe("Whether its devices publish for others."),
    reportIntervalSeconds: z.number().describe("How often a healthy device reports."),
    metrics: z.array(
      z.object({
        key: z.string().describe("The same in telemetry, JSON, CSV and SQL."),
        type: z.enum(["gauge", "counter", "state", "text"]),
        unit: z.string().nullable().describe("UCUM code; null for states and texts."),
        about: z.string(),
        min: z
          .number()
          .nullable()
          .describe("A value below this is refused as `off_scale`, and its neighbours are kept."),
        max: z.number().nullable(),
        sentinels: z
          .array(z.number())
          .nullable()
          .describe("What its sensor sends in place of a value: refused as `sensor_fault`."),
        decimals: z
          .int()
          .nullable()
          .describe("Digits behind the point that are kept; a value with more is rounded to them."),
        values: z.array(z.string()).nullable().describe("The closed list of a state's values."),
        maxLength: z.int().nullable(),
        resets: z.string().nullable().describe("When a counter may go back to zero."),
        restarts: z
          .boolean()
          .nullable()
          .describe("Whether a counter begins anew by itself, so that whatever it falls to counts."),
        tolerance: z
          .number()
          .nullable()
          .describe(
            "By how much a counter's last digit may tremble; back by ten times that is no new register.",
          ),
        rollsOverAt: z
          .number()
          .nullable()
          .describe("The first number that a counter's register cannot show: it goes on from 0."),
        aggregates: z.array(z.enum(AGGREGATES)).describe("What a series can show; the first is the default."),
        fleetAggregates: z.array(z.enum(AGGREGATES)).describe("The same over several devices at once."),
      }),
    ),
    events: z.array(z.object({ type: z.string(), about: z.string() })),
    alarms: z.array(
      z.object({
        rule: z.string(),
        type: z.enum(["high", "low", "state", "event", "silence", "off_scale"]),
        severity: z.enum(SEVERITIES),
        about: z.string(),
        metric: z.string().nullable(),
        limit: z.number().nullable().describe("For high and low, in the metric's unit."),
        latched: z.boolean().describe("Whether nothing but acknowledgement clears it."),
      }),
    ),
  })
  .meta({ id: "Kind" });
