import { useQueries, useQuery } from "@tanstack/react-query";
import type { KindJson, MetricJson } from "../../api/kinds.ts";
import { type FleetSeriesInput, type FleetSeriesJson, fleetSeriesQuery } from "../../api/series.ts";
import { momentText, type Period } from "./period.ts";
import { type CountedSpan, comparedSpans, countedUntil, HOUR_MS } from "./same-span.ts";

export interface UsageQuestion {
  readonly period: Period;
  readonly region: string | undefined;
  readonly kind: KindJson;
  readonly metric: MetricJson;
}

/** A village's parts are its devices. */
const VILLAGE_DIGITS = 12;

export function inputOf({ region, kind, metric }: UsageQuestion, span: CountedSpan): FleetSeriesInput {
  return {
    kind: kind.kind,
    ...(region !== undefined && { region }),
    groupBy: region?.length === VILLAGE_DIGITS ? "device" : "region",
    metrics: metric.key,
    interval: span.interval,
    from: momentText(span.from),
    to: momentText(span.to),
  };
}

/** A time before the first meter is none to compare with. */
export const hasReadings = ({ items }: FleetSeriesJson): boolean =>
  items.some(({ buckets }) => buckets.length > 0);

/** Clocks of devices are believed up to a day ahead, so what is stored ends there. */
const AHEAD_MS = 25 * HOUR_MS;

interface Compared {
  /** What is compared begins with the period and ends here. */
  readonly until: number;
  /** Of a period that runs, what was stored for `until` and later by the hour; undefined while it is asked for. */
  readonly tail: readonly FleetSeriesJson[] | undefined;
  /** Of the period before, the same span; undefined where there is nothing to compare. */
  readonly before: readonly FleetSeriesJson[] | undefined;
}

/** What a comparison takes, asked for once `data` are there: the first answer is drawn before the others. */
export function useCompared(
  question: UsageQuestion,
  data: FleetSeriesJson | undefined,
  now: number,
): Compared {
  const { period } = question;
  const until = countedUntil(period, now);
  const tail = useQuery({
    ...fleetSeriesQuery(
      inputOf(question, {
        interval: "1h",
        from: until,
        to: Math.min(period.to, Math.floor(now / HOUR_MS) * HOUR_MS + AHEAD_MS),
      }),
    ),
    // By the hour everything is there already.
    enabled: data !== undefined && period.running && period.by !== "hour",
  });
  const parts = useQueries({
    queries: comparedSpans(period, until).map((span) => ({
      ...fleetSeriesQuery(inputOf(question, span)),
      enabled: data !== undefined,
    })),
  });
  const answers = parts.flatMap((part) => part.data ?? []);
  const known = parts.length > 0 && answers.length === parts.length && answers.some(hasReadings);
  return {
    until,
    tail: !period.running ? [] : period.by === "hour" ? data && [data] : tail.data && [tail.data],
    before: known ? answers : undefined,
  };
}
