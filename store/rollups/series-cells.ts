import {
  assertIdentifier,
  inUnit,
  type KindTable,
  type QuantityColumn,
  type SeriesSource,
} from "../database/index.ts";
import { dayOf, keptTable, list } from "./kept-days.ts";
import { WALKED } from "./usage-sql.ts";

/**
 * The cells of a series: the one shape into which kept days, readings and the usage of counters are brought before they
 * are summed up.
 */

export const AGGREGATES = ["avg", "min", "max", "sum", "count", "first", "last", "delta"] as const;
export type Aggregate = (typeof AGGREGATES)[number];

export interface SeriesColumn {
  readonly metric: QuantityColumn;
  readonly aggregate: Aggregate;
}

export interface SeriesSqlOptions {
  readonly table: KindTable;
  readonly columns: readonly SeriesColumn[];
  readonly source: SeriesSource;
  /** SQL of the start of a moment's wanted bucket. Undefined: a source bucket is a wanted bucket already. */
  readonly bucketOf: ((moment: string) => string) | undefined;
  /** A select of `(device_no, key)`: which devices, and the group of each. Its parameters start at `$6`. */
  readonly fleet: string;
  /** True when each device is a group of its own, with its number as the key. */
  readonly byDevice: boolean;
  /**
   * A select of `(device_no, key, from_at, until_at)`: times of devices, none of them in the fleet, whose readings
   * count in the group. Undefined: there are none.
   */
  readonly moved?: string | undefined;
  readonly from: Date;
  readonly to: Date;
  /**
   * A recent `complete_until`: it only grows. It stands in the text, because the planner expects hardly a row from a
   * bound that it does not know.
   */
  readonly keptUntil: Date;
  /** True when changed days are taken as they are kept. */
  readonly asKept?: boolean;
}

/**
 * The wanted bucket of a moment. `time_bucket` with a time zone costs about a microsecond, which is much over a hundred
 * thousand rows, so hours and days go through a calendar.
 */
export function startOf(
  { source, bucketOf }: SeriesSqlOptions,
  moment: string,
): { cte?: string; join: string; start: string } {
  if (source === "raw") return { join: "", start: bucketOf!(moment) };
  const bucket = source === "1d" ? dayOf(moment) : `time_bucket(interval '1 hour', ${moment})`;
  if (!bucketOf) return { join: "", start: bucket };
  // Steps of hours, because a step of a day would follow the session's time zone. Asia/Shanghai has no DST.
  const step = source === "1h" ? "1 hour" : "24 hours";
  return {
    cte: `calendar as materialized (
      select moment as bucket, ${bucketOf("moment")} as start
      from generate_series($3::timestamptz, $4::timestamptz, interval '${step}') as moment
    )`,
    join: `join calendar on calendar.bucket = ${bucket}`,
    start: "calendar.start",
  };
}

/** The fields of a cell that the aggregates need; for a counter's usage its steps. */
export const cellFields = (columns: readonly SeriesColumn[]): string[] => [
  ...new Set(columns.flatMap(fieldsOf)),
];

function fieldsOf({ metric, aggregate }: SeriesColumn): string[] {
  const m = assertIdentifier(metric.name);
  if (aggregate === "avg") return [`${m}_sum`, `${m}_count`];
  return [aggregate === "delta" ? `${m}_used` : `${m}_${aggregate}`];
}

/** The type of each field, which the cells of all sources agree on: a union would make another of two that differ. */
function typesOf(columns: readonly SeriesColumn[]): Map<string, string> {
  const types = new Map<string, string>();
  for (const column of columns) {
    const { type, decimals } = column.metric;
    for (const field of fieldsOf(column)) {
      if (field.endsWith("_count")) types.set(field, "bigint");
      else if (field.endsWith("_min") || field.endsWith("_max")) types.set(field, "real");
      else if (field.endsWith("_sum") || field.endsWith("_used")) types.set(field, "double precision");
      else if (type === "state" || type === "text") types.set(field, "text");
      // The first and last of a gauge come from readings alone.
      else types.set(field, type === "gauge" && decimals === undefined ? "real" : "double precision");
    }
  }
  return types;
}

/** Each field of a cell by its own expression, null where there is none. */
export function cellOf(
  columns: readonly SeriesColumn[],
  values: (field: string) => string | undefined,
): string {
  const types = typesOf(columns);
  return list(cellFields(columns).map((field) => `(${values(field) ?? "null"})::${types.get(field)}`));
}

/** The fields of a kept day `c`. Of a counter's readings it only knows if there are any. */
export function keptField(columns: readonly SeriesColumn[]): (field: string) => string {
  const counts = new Set(
    columns.filter(({ metric }) => metric.type === "counter").map(({ metric }) => `${metric.name}_count`),
  );
  return (field) =>
    counts.has(field) ? `(c.${field.slice(0, -"count".length)}last is not null)::int` : `c.${field}`;
}

/** The fields of a reading `r`. Steps have cells of their own. */
export function readingFields(columns: readonly SeriesColumn[]): Map<string, string> {
  const values = new Map<string, string>();
  for (const { metric, aggregate } of columns) {
    const m = assertIdentifier(metric.name);
    const value = inUnit(metric, `r.${m}`);
    if (aggregate === "avg" || aggregate === "sum") values.set(`${m}_sum`, value);
    if (aggregate === "avg" || aggregate === "count") values.set(`${m}_count`, `(r.${m} is not null)::int`);
    if (aggregate === "min" || aggregate === "max" || aggregate === "first" || aggregate === "last") {
      values.set(`${m}_${aggregate}`, value);
    }
  }
  return values;
}

/** The source of a series' steps, and the group that each counts in. */
interface WalkedRows {
  readonly walked: string;
  readonly key: string;
  /** A join that finds the group by the moment. */
  readonly place: (moment: string) => string;
  /** The condition that selects which of the newest kept readings count. */
  readonly ownedOnly: string;
}

const OF_FLEET: WalkedRows = { walked: "walked", key: "w.key", place: () => "", ownedOnly: "true" };

/**
 * The steps of these readings; and for the newest kept reading, its count now that others follow, less its count when
 * it was kept.
 */
export function usageCells(
  options: SeriesSqlOptions,
  counter: QuantityColumn,
  { walked, key, place, ownedOnly }: WalkedRows = OF_FLEET,
): string[] {
  const m = assertIdentifier(counter.name);
  const cell = (step: string) =>
    cellOf(options.columns, (field) => (field === `${m}_used` ? step : undefined));
  const steps = startOf(options, "s.at");
  const newer = `
    select ${key}, ${steps.start}, s.at, 0${cell("s.step")}
    from ${walked} w cross join lateral unnest(w.at, w.${m}_walk[${WALKED.firstStep}:]) as s (at, step)
    ${place("s.at")} ${steps.join}
    where s.at >= $3::timestamptz and s.step is not null`;
  if (options.source !== "1d") return [newer];
  const owned = startOf(options, "o.bucket");
  return [
    newer,
    `
    select ${key}, ${owned.start}, o.bucket, 0${cell(`(w.${m}_walk[${WALKED.edgeStep}] - w.${m}_owed)`)}
    from ${walked} w
    cross join lateral (
      select k.bucket from ${keptTable(options.table)} k
      where k.device_no = w.device_no and k.bucket <= w.before and k.${m}_last is not null
      order by k.bucket desc limit 1
    ) o ${place("o.bucket")} ${owned.join}
    where w.${m}_walk[${WALKED.edgeStep}] is distinct from w.${m}_owed and o.bucket >= $3::timestamptz and o.bucket < $4::timestamptz
      and ${ownedOnly}`,
  ];
}

/** A moment in SQL text; `at` in milliseconds since 1970. */
export const literalOf = (at: number): string => `timestamptz '${new Date(at).toISOString()}'`;
