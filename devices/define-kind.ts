import { z } from "zod";
import { kindFaults } from "./checks/kind-faults.ts";
import {
  type Kind,
  type KindDefinition,
  type Metric,
  type Metrics,
  type OffScaleRule,
  SILENCE,
} from "./kind.ts";

/** The zod schema of one quantity's value. */
function metricSchema(metric: Metric): z.ZodType {
  const base =
    metric.type === "state"
      ? z.enum(metric.values as [string, ...string[]])
      : metric.type === "text"
        ? z.string().max(metric.maxLength ?? 64)
        : z
            .number()
            .min(metric.min ?? Number.NEGATIVE_INFINITY)
            .max(metric.max ?? Number.POSITIVE_INFINITY);
  return base.describe(metric.unit ? `${metric.about} (${metric.unit})` : metric.about);
}

/** Every quantity may be absent or null: a battery device leaves out those that it did not measure. */
function telemetrySchema(metrics: Metrics): z.ZodType {
  const shape: Record<string, z.ZodType> = {
    observedAt: z.union([z.iso.datetime({ offset: true }), z.number()]).nullish(),
  };
  for (const [key, metric] of Object.entries(metrics)) shape[key] = metricSchema(metric).nullish();
  return z.looseObject(shape);
}

/** Silence is the same for every kind, so no kind has to write it. */
function withSilence(simulate: KindDefinition["simulate"]): KindDefinition["simulate"] {
  return (seed) => {
    const behave = simulate(seed);
    return (input) => {
      const moment = behave(input);
      return input.scenario === SILENCE ? { ...moment, silent: true } : moment;
    };
  };
}

/**
 * A rule for each quantity with a bound that no limit rule watches: a person has to see a value off the scale there.
 */
function offScaleRules({ metrics, alarms }: KindDefinition): OffScaleRule[] {
  return Object.entries(metrics).flatMap(([metric, { type, min, max, about, zh = metric }]) => {
    if (type !== "gauge" && type !== "counter") return [];
    const watched = (side: "high" | "low") =>
      alarms.some((rule) => rule.type === side && rule.metric === metric);
    const below = min === undefined || watched("low") ? Number.NEGATIVE_INFINITY : min;
    const above = max === undefined || watched("high") ? Number.POSITIVE_INFINITY : max;
    if (!Number.isFinite(below) && !Number.isFinite(above)) return [];
    const rule = `off_scale_${metric}`;
    const texts = { about: `Off the scale: ${about}`, zh: `${zh}超出量程` };
    return [{ type: "off_scale", rule, metric, severity: "major", ...texts, below, above }];
  });
}

/**
 * Completes a kind: its telemetry schema from its quantities, and the scenario that every kind has.
 * @throws Error that lists each fault: its place, the finding and the expectation
 */
export function defineKind(definition: KindDefinition): Kind {
  const telemetry = telemetrySchema(definition.metrics);
  const faults = kindFaults(definition, telemetry);
  if (faults.length > 0) {
    const list = faults.map(({ path, message }) => `\n  ${path}: ${message}`).join("");
    throw new Error(`Kind '${definition.kind}' makes promises that do not hold:${list}`);
  }
  const raises = definition.alarms.filter((alarm) => alarm.type === "silence").map((alarm) => alarm.rule);
  const silence = { name: SILENCE, about: "The device stops reporting.", raises };
  return {
    ...definition,
    simulate: withSilence(definition.simulate),
    scenarios: [...(definition.scenarios ?? []), silence],
    telemetry,
    offScale: offScaleRules(definition),
  };
}
