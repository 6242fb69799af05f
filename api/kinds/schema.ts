import { z } from "zod";
import { CAPABILITIES, type Capability } from "../../devices/capabilities.ts";
import { IDENTITY_SCHEMES } from "../../devices/identities.ts";
import { SEVERITIES } from "../../devices/kind.ts";
import { AGGREGATES } from "../../store/rollups/index.ts";
import { kindName } from "../schemas.ts";

const chinese = z.string().describe("The same for Chinese screens.");
const zhValues = z
  .record(z.string(), z.string())
  .nullable()
  .describe("The words of `values` for Chinese screens.");

const commandSchema = z.object({
  name: z.string(),
  title: z.object({ en: z.string(), zh: z.string() }),
  about: z.string(),
  aboutZh: chinese,
  dangerous: z
    .boolean()
    .describe("True when people or things can come to harm by it: ask before it is sent."),
  parameters: z.array(
    z.object({
      name: z.string(),
      type: z.enum(["number", "text", "boolean", "choice"]),
      about: z.string(),
      zh: chinese,
      required: z.boolean(),
      unit: z.string().nullable().describe("UCUM code of a number."),
      min: z.number().nullable(),
      max: z.number().nullable(),
      maxLength: z.int().nullable(),
      values: z.array(z.string()).nullable().describe("The values of a choice."),
      zhValues,
    }),
  ),
});

export const kindSchema = z
  .object({
    kind: kindName,
    title: z.object({ en: z.string(), zh: z.string() }),
    source: z.string().describe("The source of the facts about the kind."),
    gateway: z.boolean().describe("True when its devices publish for others."),
    capabilities: z
      .array(z.enum(Object.keys(CAPABILITIES) as [Capability, ...Capability[]]))
      .describe("What its devices can do; devices that `sounds` are the targets of broadcasts."),
    identities: z
      .array(z.enum(IDENTITY_SCHEMES))
      .describe("The schemes of the identities that its devices may have."),
    reportIntervalSeconds: z.number().describe("How often a healthy device reports."),
    metrics: z.array(
      z.object({
        key: z.string().describe("The same name in telemetry, JSON, CSV and SQL."),
        type: z.enum(["gauge", "counter", "state", "text"]),
        unit: z.string().nullable().describe("UCUM code; null for states and texts."),
        about: z.string(),
        zh: z.string().describe("A short name for Chinese screens."),
        min: z
          .number()
          .nullable()
          .describe("The platform refuses a value below this as `off_scale` and keeps its neighbours."),
        max: z.number().nullable(),
        sentinels: z
          .array(z.number())
          .nullable()
          .describe(
            "The value that its sensor sends when it has none: the platform refuses it as `sensor_fault`.",
          ),
        decimals: z
          .int()
          .nullable()
          .describe("The number of decimals that the platform keeps; it rounds a value with more."),
        values: z.array(z.string()).nullable().describe("The closed list of a state's values."),
        zhValues,
        maxLength: z.int().nullable(),
        resets: z.string().nullable().describe("When a counter may go back to zero."),
        restarts: z
          .boolean()
          .nullable()
          .describe(
            "True when a counter begins anew by itself, so that any value to which it falls counts as usage.",
          ),
        tolerance: z
          .number()
          .nullable()
          .describe(
            "The amount by which a counter's last digit may tremble; a fall of ten times that is not yet a new register.",
          ),
        rollsOverAt: z
          .number()
          .nullable()
          .describe("The first number that a counter's register cannot show: it goes on from 0."),
        aggregates: z
          .array(z.enum(AGGREGATES))
          .describe("The aggregates that a series can show; the first is the default."),
        fleetAggregates: z.array(z.enum(AGGREGATES)).describe("The same over several devices at once."),
      }),
    ),
    events: z.array(z.object({ type: z.string(), about: z.string(), zh: chinese })),
    alarms: z.array(
      z.object({
        rule: z.string(),
        type: z.enum(["high", "low", "state", "event", "silence", "off_scale"]),
        severity: z.enum(SEVERITIES),
        about: z.string(),
        zh: chinese,
        metric: z.string().nullable(),
        limit: z.number().nullable().describe("For high and low, in the quantity's unit."),
        latched: z.boolean().describe("True when only an acknowledgement clears it."),
      }),
    ),
    commands: z
      .array(commandSchema)
      .describe("The commands that its devices obey. Their parameters are checked; others are handed over."),
  })
  .meta({ id: "Kind" });
