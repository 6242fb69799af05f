import { queryOptions } from "@tanstack/react-query";
import { api, read } from "../../api/client.ts";
import { serverNow } from "../../api/clock.ts";
import type { KindJson } from "../../api/kinds.ts";
import type { components } from "../../api/schema.ts";
import type { SummaryJson } from "../../api/summary.ts";
import { type ChartPoint, fillSteps } from "../../chart/points.ts";

const HOUR_MS = 3_600_000;
const HOURS = 24;
/** Meters report by the hour. */
const AGAIN_MS = 300_000;

/** An amount that adds up over devices: what is metered, of which kind. */
export interface Metered {
  readonly kind: KindJson;
  readonly metric: KindJson["metrics"][number];
}

/** What is metered here: by the largest fleet that has a counter. */
export function meteredIn(kinds: readonly KindJson[], devices: SummaryJson["total"]["devices"]) {
  const metered = kinds.flatMap((kind): Metered[] => {
    const metric = kind.metrics.find(
      ({ type, fleetAggregates }) => type === "counter" && fleetAggregates.includes("delta"),
    );
    return metric && (devices[kind.kind]?.total ?? 0) > 0 ? [{ kind, metric }] : [];
  });
  const total = ({ kind }: Metered) => devices[kind.kind]?.total ?? 0;
  return metered.toSorted((a, b) => total(b) - total(a))[0];
}

/** Two days by the hour, summed over the region. */
export const usageQuery = (region: string | undefined, kind: string, metric: string) =>
  queryOptions({
    queryKey: ["series", "usage", region ?? "", kind, metric],
    queryFn: async ({ signal }) => {
      const hour = Math.floor(serverNow() / HOUR_MS) * HOUR_MS;
      const series = await read(
        api.GET("/v1/series", {
          params: {
            query: {
              kind,
              metrics: metric,
              aggregate: "delta",
              interval: "1h",
              from: new Date(hour - (2 * HOURS - 1) * HOUR_MS).toISOString(),
              ...(region && { region }),
            },
          },
          headers: { accept: "application/json" },
          signal,
        }),
      );
      return hoursOf(series as components["schemas"]["FleetSeries"], metric, serverNow());
    },
    staleTime: AGAIN_MS,
    refetchInterval: AGAIN_MS,
  });

interface UsageHours {
  readonly points: readonly ChartPoint[];
  /** The same hours of the day before. */
  readonly before: readonly (number | null)[];
}

type Series = Pick<components["schemas"]["FleetSeries"], "from" | "to" | "items">;

/** The last 24 hours, and those before them. The hour that runs is not complete. */
export function hoursOf(series: Series, metric: string, now: number): UsageHours {
  const sums = new Map<string, number>();
  for (const { start, values } of series.items.flatMap(({ buckets }) => buckets)) {
    const delta = values[metric]?.delta;
    if (typeof delta === "number") sums.set(start, (sums.get(start) ?? 0) + delta);
  }
  const items = [...sums].map(([start, value]) => ({ start, value }));
  const all = fillSteps({ from: series.from, to: series.to, interval: "1h", items, now });
  const points = all.slice(-HOURS);
  const valueAt = new Map(all.map(({ at, value }) => [at, value]));
  return { points, before: points.map(({ at }) => valueAt.get(at - HOURS * HOUR_MS) ?? null) };
}
