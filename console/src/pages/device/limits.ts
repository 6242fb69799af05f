import type { KindJson, MetricJson } from "../../api/kinds.ts";
import { amount } from "../../ui/number.ts";
import type { Language } from "../../ui/texts.ts";
import { deviceTexts } from "./texts.ts";

/** What is usual for a value, in words, and whether it is that. */
export interface LimitNote {
  readonly text: string;
  readonly beyond: boolean;
}

/** By the limits of the kind's rules; where there are none, by what its instrument can show. */
export function limitNote(
  kind: KindJson,
  metric: MetricJson,
  value: number | undefined,
  language: Language,
): LimitNote | undefined {
  const words = deviceTexts[language].limits;
  const number = (limit: number) => amount(limit);
  const limitOf = (type: "high" | "low") =>
    kind.alarms.find((rule) => rule.type === type && rule.metric === metric.key)?.limit ?? undefined;
  const [high, low] = [limitOf("high"), limitOf("low")];
  const above = high !== undefined && value !== undefined && value > high;
  const below = low !== undefined && value !== undefined && value < low;
  if (above) return { text: words.above(number(high)), beyond: true };
  if (below) return { text: words.below(number(low)), beyond: true };
  if (high !== undefined && low !== undefined)
    return { text: words.between(number(low), number(high)), beyond: false };
  if (high !== undefined) return { text: words.high(number(high)), beyond: false };
  if (low !== undefined) return { text: words.low(number(low)), beyond: false };
  if (metric.type === "gauge" && metric.min !== null && metric.max !== null)
    return { text: words.scale(number(metric.min), number(metric.max)), beyond: false };
  return undefined;
}
