import type { AlarmRule, Kind } from "../../devices/kind.ts";
import type { Alarm } from "../../store/events/index.ts";

/** The text of an alarm in both languages. */
export interface AlarmText {
  readonly zh: string;
  readonly en: string;
}

/**
 * The Chinese text comes from the kind as it is now; it is English where the kind no longer has the rule, or has it in
 * English only. The English text was written when the alarm was raised.
 */
export function textOf(alarm: Alarm, kind: Kind | undefined): AlarmText {
  const { rule, message, value } = alarm;
  const own = kind?.alarms.find((candidate) => candidate.rule === rule);
  const offScale = rule.startsWith(OFF_SCALE) ? rule.slice(OFF_SCALE.length) : undefined;
  const metric = offScale ?? metricOf(own);
  const { unit, zh: name = metric } =
    kind && metric !== undefined && Object.hasOwn(kind.metrics, metric) ? kind.metrics[metric]! : {};
  const about = own?.zh ?? (offScale === undefined ? undefined : `${name}超出量程`);
  if (about === undefined) return { zh: message, en: message };
  if (value === null || metric === undefined) return { zh: about, en: message };
  const withUnit = (number: number) => (unit === undefined ? `${number}` : `${number} ${unit}`);
  const limit = own?.type === "high" || own?.type === "low" ? `，限值 ${withUnit(own.limit)}` : "";
  return { zh: `${about}（${name} ${withUnit(value)}${limit}）`, en: message };
}

/** Rules that follow from a quantity's plausible range begin with this. */
const OFF_SCALE = "off_scale_";

const metricOf = (rule: AlarmRule | undefined): string | undefined =>
  rule && "metric" in rule ? rule.metric : undefined;
