import { type BucketJson, bucketValue, type FleetSeriesJson } from "../../api/series.ts";

/**
 * Adds in whole numbers of the last decimal that is kept: so the sum over regions and the sum over days are the same to
 * the last digit, in whatever order they are added.
 */
export function exactSum(values: readonly number[], decimals: number): number {
  const scale = 10 ** decimals;
  return values.reduce((sum, value) => sum + Math.round(value * scale), 0) / scale;
}

const usageOf = (bucket: BucketJson, metric: string): number[] => {
  const value = bucketValue(bucket, metric, "delta");
  return value === null ? [] : [value];
};

export type Group = FleetSeriesJson["items"][number];

/** Of one group, in buckets that begin before `until`. */
export function groupTotal(group: Group, metric: string, decimals: number, until = Number.POSITIVE_INFINITY) {
  const buckets = group.buckets.filter(({ start }) => Date.parse(start) < until);
  return {
    usage: exactSum(
      buckets.flatMap((bucket) => usageOf(bucket, metric)),
      decimals,
    ),
    readings: buckets.reduce((sum, { readings }) => sum + readings, 0),
  };
}

/** Of all groups together, bucket by bucket; one in which nobody reported is not there. */
export function bucketTotals(groups: readonly Group[], metric: string, decimals: number) {
  const values = new Map<string, number[]>();
  for (const { buckets } of groups)
    for (const bucket of buckets)
      values.set(bucket.start, [...(values.get(bucket.start) ?? []), ...usageOf(bucket, metric)]);
  return [...values].map(([start, parts]) => ({
    start,
    value: parts.length === 0 ? null : exactSum(parts, decimals),
  }));
}

/** `+3.4%`; undefined where there is nothing to compare with. */
export function changeOf(now: number, before: number | undefined): string | undefined {
  if (before === undefined || before === 0) return undefined;
  const percent = Math.round(((now - before) / before) * 1000) / 10;
  return `${percent > 0 ? "+" : percent < 0 ? "−" : ""}${Math.abs(percent).toFixed(1)}%`;
}
