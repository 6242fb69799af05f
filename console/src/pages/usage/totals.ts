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

export interface GroupTotal {
  readonly usage: number;
  readonly readings: number;
}

/** Of one group, in buckets that begin at `since` or later. */
export function groupTotal(
  group: Group,
  metric: string,
  decimals: number,
  since = Number.NEGATIVE_INFINITY,
): GroupTotal {
  const buckets = group.buckets.filter(({ start }) => Date.parse(start) >= since);
  return {
    usage: exactSum(
      buckets.flatMap((bucket) => usageOf(bucket, metric)),
      decimals,
    ),
    readings: buckets.reduce((sum, { readings }) => sum + readings, 0),
  };
}

/** A device whose id was given again is another one. */
export const groupKey = ({ deviceId, regionCode, deleted }: Group): string =>
  `${deviceId ?? regionCode}${deleted ? " gone" : ""}`;

/** Of each group, over all answers in which it is; without those that have no reading there. */
export function totalsByGroup(
  answers: readonly FleetSeriesJson[],
  metric: string,
  decimals: number,
  since?: number,
): ReadonlyMap<string, GroupTotal> {
  const totals = new Map<string, GroupTotal>();
  for (const group of answers.flatMap(({ items }) => items)) {
    const more = groupTotal(group, metric, decimals, since);
    if (more.readings === 0) continue;
    const { usage, readings } = totals.get(groupKey(group)) ?? { usage: 0, readings: 0 };
    totals.set(groupKey(group), {
      usage: exactSum([usage, more.usage], decimals),
      readings: readings + more.readings,
    });
  }
  return totals;
}

/** Of all groups. */
export const sumOf = (totals: ReadonlyMap<string, GroupTotal>, decimals: number): number =>
  exactSum(
    [...totals.values()].map(({ usage }) => usage),
    decimals,
  );

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

/** Two periods over the same span. */
export interface SameSpanTotals {
  /** What the other one is called. */
  readonly name: string;
  /** Where the span ends, in a period that still runs. */
  readonly until: number | undefined;
  /** What came after the span, and of that what lies in the future; undefined while it is not known. */
  readonly late: ReadonlyMap<string, GroupTotal> | undefined;
  readonly early: ReadonlyMap<string, GroupTotal> | undefined;
  readonly before: ReadonlyMap<string, GroupTotal> | undefined;
  /** The sum of what lies in the future. */
  readonly ahead: number;
}
