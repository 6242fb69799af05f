import type { MetricJson } from "../../api/kinds.ts";
import type { AggregateName } from "../../api/series.ts";
import { BEIJING_MS, DAY_MS } from "../../chart/points.ts";
import { fromField } from "../../ui/time.ts";

export const RANGES = ["24h", "7d", "30d", "custom"] as const;
export type RangeName = (typeof RANGES)[number];

/** What a chart asks the platform for. */
export interface ChartRange {
  readonly name: RangeName;
  readonly from: string;
  /** Absent: until now. */
  readonly to?: string;
  readonly interval: string;
}

const HOUR_MS = DAY_MS / 24;
const SPANS: Readonly<Record<Exclude<RangeName, "custom">, number>> = {
  "24h": DAY_MS,
  "7d": 7 * DAY_MS,
  "30d": 30 * DAY_MS,
};
/** A chart has room for some two hundred steps. */
const STEPS: readonly { readonly upTo: number; readonly counter: string; readonly gauge: string }[] = [
  { upTo: 8 * DAY_MS, counter: "1h", gauge: "1h" },
  { upTo: 45 * DAY_MS, counter: "1d", gauge: "6h" },
  { upTo: 200 * DAY_MS, counter: "1d", gauge: "1d" },
  { upTo: 1400 * DAY_MS, counter: "1w", gauge: "1w" },
];

/** The length of a step of time. */
const STEP_MS: Readonly<Record<string, number>> = { "1h": HOUR_MS, "6h": 6 * HOUR_MS, "1d": DAY_MS };

/** Steps that say something, and not so many that bars become hairs. */
export function stepFor(spanMs: number, type: MetricJson["type"]): string {
  const step = STEPS.find(({ upTo }) => spanMs <= upTo);
  if (!step) return "1mo";
  return type === "counter" ? step.counter : step.gauge;
}

/** Until when a device can have readings: its clock is believed up to a day ahead. Moves by the hour. */
export const lastStored = (now: number): string =>
  new Date(Math.floor(now / HOUR_MS) * HOUR_MS + DAY_MS + HOUR_MS).toISOString();

/** A counter's usage, and the mean of everything else. */
export const aggregateFor = (type: MetricJson["type"]): AggregateName =>
  type === "counter" ? "delta" : "avg";

/** The moment of an address, in the form of a field: Beijing's time. */
const momentOf = (text: string | null): string | undefined => fromField(text ?? "");

/**
 * The range that an address asks for: `range=7d`, or `range=custom&from=2026-06-01T00:00&to=…`. Its beginning moves
 * with whole steps only, so that the same question is not asked again each second.
 */
export function rangeOf(search: URLSearchParams, now: number, type: MetricJson["type"]): ChartRange {
  const from = momentOf(search.get("from"));
  const to = momentOf(search.get("to"));
  if (search.get("range") === "custom" && from !== undefined) {
    const end = to === undefined ? now : Date.parse(to);
    const span = end - Date.parse(from);
    if (span > 0)
      return { name: "custom", from, ...(to !== undefined && { to }), interval: stepFor(span, type) };
  }
  const name = RANGES.find((one) => one === search.get("range") && one !== "custom") ?? "24h";
  const span = SPANS[name as Exclude<RangeName, "custom">];
  const interval = stepFor(span, type);
  const step = STEP_MS[interval] ?? DAY_MS;
  const running = Math.floor((now + BEIJING_MS) / step) * step - BEIJING_MS;
  return { name, from: new Date(running + step - span).toISOString(), interval };
}
