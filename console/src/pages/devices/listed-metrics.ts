import { isNumeric, type KindJson, type MetricJson } from "../../api/kinds.ts";

/** So many columns beside the others fit a screen of 1280. */
const MOST = 4;

/**
 * The quantities that a list shows of each device: what is counted, and what a rule has a limit for. They are what one compares
 * devices by.
 */
export function listedMetrics(kind: KindJson | undefined): MetricJson[] {
  if (!kind) return [];
  const watched = new Set(
    kind.alarms.filter(({ type }) => type === "high" || type === "low").map(({ metric }) => metric),
  );
  return kind.metrics
    .filter((metric) => isNumeric(metric) && (metric.type === "counter" || watched.has(metric.key)))
    .slice(0, MOST);
}
