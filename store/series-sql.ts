import type { Edition } from "./edition.ts";
import type { SeriesSource } from "./interval.ts";
import { assertIdentifier, inUnit, type KindTable, type MetricColumn } from "./kind-table.ts";
import { hourSelect } from "./rollups.ts";

/**
 * The SQL of a series. All sources are brought to one shape first, `cells`: one row per device and source
 * bucket with the rollup's columns (a reading is a bucket of its own). What follows is then the same for all.
 */

export const AGGREGATES = ["avg", "min", "max", "sum", "count", "first", "last", "delta"] as const;
export type Aggregate = (typeof AGGREGATES)[number];

export interface SeriesColumn {
  readonly metric: MetricColumn;
  readonly aggregate: Aggregate;
}

export interface SeriesSqlOptions {
  readonly table: KindTable;
  readonly columns: readonly SeriesColumn[];
  readonly source: SeriesSource;
  readonly edition: Edition;
  /** Whether a source bucket is a wanted bucket already. */
  readonly sameBuckets: boolean;
  /** A select of `(device_no, key)`: which devices, and the group of each. Its parameters start at `$6`. */
  readonly fleet: string;
  /** Which readings `s` are wanted, of those of the fleet; for the source `raw`. */
  readonly wanted?: string | undefined;
}

/**
 * `$1` interval, `$2` time zone, `$3` first bucket, `$4` end, `$5` where the scan begins (see `usageOf`). Days of the
 * Apache edition are not for this: `keptSeriesSql`.
 */
export function seriesSql(options: SeriesSqlOptions): string {
  const { columns } = options;
  const counters = usedMetrics(columns.filter(({ aggregate }) => aggregate === "delta"));
  const values = columns.map((column, index) => `${aggregateOf(column)} as v${index}`);
  const ctes = [
    // Never run: it gives each parameter its type, also where the rest has no use for one.
    "given as (select $1::interval, $2::text, $3::timestamptz, $4::timestamptz, $5::timestamptz)",
    `fleet as (${options.fleet})`,
    ...cells(options),
  ];
  return `with ${ctes.join(",\n")}
select c.key, c.start, sum(c.readings)::bigint as readings${list(values)}
from (${withUsage(options, counters)}) c
group by 1, 2
order by 1, 2`;
}

export const list = (items: readonly string[]) => items.map((item) => `, ${item}`).join("");

export const usedMetrics = (columns: readonly SeriesColumn[]): MetricColumn[] => [
  ...new Map(columns.map(({ metric }) => [metric.name, metric])).values(),
];

/**
 * The wanted bucket of each cell. `time_bucket` with a time zone costs about a microsecond, which is much over
 * a hundred thousand rows, so rollups go through a calendar of their buckets.
 */
export function startOf(
  { source, sameBuckets }: SeriesSqlOptions,
  cell = "r",
): { cte?: string; join: string; start: string } {
  if (source === "raw") {
    return { join: "", start: `time_bucket($1::interval, ${cell}.observed_at, $2::text)` };
  }
  if (sameBuckets) return { join: "", start: `${cell}.bucket` };
  // Steps of hours, because a step of a day would follow the session's time zone. Asia/Shanghai has no DST.
  const step = source === "1h" ? "1 hour" : "24 hours";
  return {
    cte: `calendar as materialized (
      select moment as bucket, time_bucket($1::interval, moment, $2::text) as start
      from generate_series($5::timestamptz, $4::timestamptz, interval '${step}') as moment
    )`,
    join: `join calendar k on k.bucket = ${cell}.bucket`,
    start: "k.start",
  };
}

/** The rollup's columns for a metric, as far as the aggregates need them. */
export function fields({ metric, aggregate }: SeriesColumn): string[] {
  const m = assertIdentifier(metric.name);
  switch (aggregate) {
    case "avg":
      return [`${m}_sum`, `${m}_count`];
    case "delta":
      return [`${m}_first`, `${m}_last`];
    default:
      return [`${m}_${aggregate}`];
  }
}

/** The same columns for a reading that is a bucket of its own. */
function rawFields({ metric, aggregate }: SeriesColumn): string[] {
  const m = assertIdentifier(metric.name);
  const value = inUnit(metric, `r.${m}`);
  const asSum = `(${value})::double precision as ${m}_sum`;
  const asCount = `(r.${m} is not null)::int as ${m}_count`;
  switch (aggregate) {
    case "avg":
      return [asSum, asCount];
    case "sum":
      return [asSum];
    case "count":
      return [asCount];
    case "delta":
      return [`${value} as ${m}_first`, `${value} as ${m}_last`];
    default:
      return [`${value} as ${m}_${aggregate}`];
  }
}

export const unique = (items: readonly string[]) => [...new Set(items)];

export const IN_FLEET = "r.device_no = any (array(select device_no from fleet))";

function cells(options: SeriesSqlOptions): string[] {
  const { table, columns, source, edition } = options;
  const raw = assertIdentifier(table.table);
  const { cte, join, start } = startOf(options);
  const within = (time: string) =>
    `${IN_FLEET} and r.${time} >= $5::timestamptz and r.${time} < $4::timestamptz`;
  if (source === "raw") {
    return [
      `cells as (
      select f.key, ${start} as start, r.device_no, r.observed_at as bucket, 1 as readings${list(unique(columns.flatMap(rawFields)))}
      from ${raw} r join fleet f on f.device_no = r.device_no
      where ${within("observed_at")}
    )`,
    ];
  }
  const wanted = unique(columns.flatMap(fields)).map((field) => `r.${field}`);
  const select = (from: string) => `
      select f.key, ${start} as start, r.device_no, r.bucket, r.readings${list(wanted)}
      from ${from} r join fleet f on f.device_no = r.device_no ${join}`;
  const before = cte ? [cte] : [];
  if (edition === "community") {
    return [...before, `cells as (${select(`${raw}_${source}`)} where ${within("bucket")})`];
  }
  // Without continuous aggregates the rollup by hour is a view, and a condition on its bucket excludes no chunk. So
  // the view's own definition is put here, over the part of the readings that is needed.
  const part: KindTable = { ...table, table: "part", columns: usedMetrics(columns) };
  return [
    ...before,
    `part as not materialized (
      select r.device_no, r.observed_at${list(part.columns.map(({ name }) => `r.${name}`))}
      from ${raw} r where ${within("observed_at")}
    )`,
    `part_1h as (${hourSelect(part)})`,
    `cells as (${select("part_1h")})`,
  ];
}

export function aggregateOf({ metric, aggregate }: SeriesColumn): string {
  const m = assertIdentifier(metric.name);
  switch (aggregate) {
    case "avg":
      return `sum(c.${m}_sum) / nullif(sum(c.${m}_count), 0)`;
    case "sum":
      return `sum(c.${m}_sum)`;
    case "count":
      return `coalesce(sum(c.${m}_count), 0)::bigint`;
    case "delta":
      return `sum(c.${m}_usage)`;
    case "min":
    case "max":
      return `${aggregate}(c.${m}_${aggregate})`;
    default:
      return `${aggregate}(c.${m}_${aggregate}, c.bucket) filter (where c.${m}_${aggregate} is not null)`;
  }
}

/**
 * What a counter counted: in each cell its last value less the last one before, or less the cell's own first
 * where there is none before; after a reset, what it shows since.
 */
export function usageOf(m: string): string {
  return `case when c.${m}_prior is null then c.${m}_last - c.${m}_first
         when c.${m}_last >= c.${m}_prior then c.${m}_last - c.${m}_prior
         else c.${m}_last end`;
}

/**
 * The cells of the range, each counter with what it counted there (`<metric>_usage`), for which its last value before
 * is looked for (`<metric>_prior`).
 *
 * That value is mostly in the scan, which begins some source buckets before the range. For a device that was
 * silent then, and for raw readings, it is looked up among the readings: `coalesce` runs the lookup for those
 * alone. Once retention has dropped the readings, what such a device used in its silence stays unknown.
 */
function withUsage({ table, wanted = "true" }: SeriesSqlOptions, counters: readonly MetricColumn[]): string {
  if (counters.length === 0) return `select * from cells s where ${wanted}`;
  // lag() cannot skip nulls; last() over a growing frame can, and still costs one step a row.
  const before = counters.map(({ name }) => {
    const m = assertIdentifier(name);
    return `last(c.${m}_last, c.bucket) filter (where c.${m}_last is not null) over earlier as ${m}_before`;
  });
  const prior = counters.map((counter) => {
    const m = assertIdentifier(counter.name);
    return `coalesce(s.${m}_before, (
        select ${inUnit(counter, `r.${m}`)} from ${assertIdentifier(table.table)} r
        where r.device_no = s.device_no and r.observed_at < $5::timestamptz and r.${m} is not null
        order by r.observed_at desc limit 1)) as ${m}_prior`;
  });
  // "offset 0" keeps the lookup from being copied to each place that names it.
  return `
    select c.*${list(counters.map(({ name }) => `${usageOf(name)} as ${name}_usage`))}
    from (
      select s.*${list(prior)}
      from (
        select c.*${list(before)} from cells c
        window earlier as (partition by c.device_no order by c.bucket rows between unbounded preceding and 1 preceding)
      ) s
      where s.bucket >= $3::timestamptz and ${wanted}
      offset 0
    ) c`;
}
