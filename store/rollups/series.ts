import { PlatformError } from "../../base/errors.ts";
import {
  chooseSource,
  countBuckets,
  type Db,
  type Interval,
  type KindTable,
  type QuantityColumn,
  ROLLUP_TIME_ZONE,
  type SeriesSource,
  toSqlInterval,
} from "../database/index.ts";
import { type DeviceSpan, spansParameters } from "../places/index.ts";
import { bucketOf, type ClockChange, endOfRange, findClockChanges } from "./clock-changes.ts";
import { dayStart } from "./late-readings.ts";
import { AGGREGATES, type Aggregate, type SeriesColumn, type SeriesSqlOptions } from "./series-cells.ts";
import { seriesSql } from "./series-sql.ts";
import { type SumsSqlOptions, sumsSeriesSql } from "./sums-series-sql.ts";

type MetricType = QuantityColumn["type"];

/**
 * The aggregates of each type. `raw`: the rollups do not keep it, so the series is made from readings. `fleet`: it also
 * makes sense over several devices at once.
 */
const SUPPORT: Readonly<Record<MetricType, Partial<Record<Aggregate, { raw?: true; fleet?: true }>>>> = {
  gauge: {
    avg: { fleet: true },
    min: { fleet: true },
    max: { fleet: true },
    sum: { fleet: true },
    count: { fleet: true },
    first: { raw: true },
    last: { raw: true },
  },
  counter: { delta: { fleet: true }, first: {}, last: {} },
  state: { last: {}, first: { raw: true }, count: { raw: true, fleet: true } },
  text: { last: {}, first: { raw: true }, count: { raw: true, fleet: true } },
};

const DEFAULTS: Readonly<Record<MetricType, Aggregate>> = {
  gauge: "avg",
  counter: "delta",
  state: "last",
  text: "last",
};

/** The aggregates of a quantity of this type, its default first. */
export function supportedAggregates(type: MetricType, overFleet: boolean): Aggregate[] {
  const has = (aggregate: Aggregate) => {
    const entry = SUPPORT[type][aggregate];
    return entry !== undefined && (entry.fleet === true || !overFleet);
  };
  const fallback = DEFAULTS[type];
  const rest = AGGREGATES.filter((aggregate) => aggregate !== fallback && has(aggregate));
  return has(fallback) ? [fallback, ...rest] : rest;
}

/**
 * The columns of a series: every quantity with every aggregate of the query, or each with its default. When no
 * quantities are named, those without any of the aggregates are left out.
 * @param overFleet true when several devices fall into one value
 * @throws PlatformError `invalid_request` for an aggregate that a named quantity does not have
 */
export function chooseColumns(
  metrics: readonly QuantityColumn[],
  { named, aggregates, overFleet }: { named: boolean; aggregates: readonly Aggregate[]; overFleet: boolean },
): SeriesColumn[] {
  const columns: SeriesColumn[] = [];
  for (const metric of metrics) {
    const support = SUPPORT[metric.type];
    for (const aggregate of aggregates.length > 0 ? aggregates : [DEFAULTS[metric.type]]) {
      const entry = support[aggregate];
      if (entry && (entry.fleet || !overFleet)) columns.push({ metric, aggregate });
      else if (named) throw unsupported(metric, aggregate, overFleet);
    }
  }
  if (columns.length > 0) return columns;
  const message = `No quantity of this kind has the aggregate ${aggregates.join(" or ") || "of its default"}${overFleet ? " over several devices" : ""}`;
  throw new PlatformError("invalid_request", message, { faults: [{ path: "/aggregate", message }] });
}

function unsupported(
  { name, type }: QuantityColumn,
  aggregate: Aggregate,
  overFleet: boolean,
): PlatformError {
  const expected = supportedAggregates(type, overFleet);
  const message = `Quantity '${name}' is a ${type}, which has no '${aggregate}'${overFleet ? " over several devices" : ""}: expected ${expected.join(", ") || "another quantity"}`;
  return new PlatformError("invalid_request", message, { faults: [{ path: "/aggregate", message }] });
}

export interface SeriesQuery {
  readonly table: KindTable;
  readonly columns: readonly SeriesColumn[];
  readonly interval: Interval;
  readonly timeZone: string;
  readonly from: Date;
  readonly to: Date;
}

/** A query that is ready to run: widened to whole buckets, with its source chosen. */
export interface SeriesPlan extends SeriesQuery {
  readonly source: SeriesSource;
  readonly changes: readonly ClockChange[];
  /** The moment up to which readings were in kept days at least (`kept-days.ts`). */
  readonly keptUntil: Date;
  /** An upper estimate. */
  readonly buckets: number;
}

/** Before any reading: where nothing is kept yet. */
const FIRST_DAY = new Date("2015-01-01T00:00:00+08:00");

/**
 * Widens the range to whole buckets of the interval in the time zone, and chooses the source.
 * @throws PlatformError `range_too_wide` when it would hold more than `maxBuckets`; `readings_dropped` when it needs
 *   readings that retention has dropped
 */
export async function planSeries(db: Db, query: SeriesQuery, maxBuckets: number): Promise<SeriesPlan> {
  const buckets = countBuckets(query.interval, query.from, query.to);
  if (buckets > maxBuckets) {
    throw new PlatformError(
      "range_too_wide",
      `From ${query.from.toISOString()} to ${query.to.toISOString()} there are about ${buckets} buckets of ${toSqlInterval(query.interval)}, expected at most ${maxBuckets}: ask for less time or a longer interval`,
    );
  }
  const { interval, timeZone, from, to } = query;
  const changes = await findClockChanges(db, query);
  const { rows } = await db.query<{
    start: Date;
    stop: Date;
    kept_until: Date | null;
    readings_since: Date | null;
  }>(
    `select ${bucketOf(changes, interval, "$3::timestamptz")} as start, ${endOfRange(changes, interval)} as stop,
            (select complete_until from rollup_state where kind = $5::text) as kept_until,
            (select nullif(readings_since, '-infinity') from rollup_state where kind = $5::text) as readings_since`,
    [toSqlInterval(interval), timeZone, from.toISOString(), to.toISOString(), query.table.kind],
  );
  const { start, stop, kept_until, readings_since } = rows[0]!;
  const rawOnly = query.columns.some(({ metric, aggregate }) => SUPPORT[metric.type][aggregate]?.raw);
  const source = rawOnly ? "raw" : chooseSource(query.interval, query.timeZone, start, stop);
  // Usage is counted from the beginning of the day on.
  if (source !== "1d" && readings_since !== null && dayStart(start.getTime()) < readings_since.getTime()) {
    throw new PlatformError(
      "readings_dropped",
      `Readings before ${readings_since.toISOString()} have been dropped, and only their days of ${ROLLUP_TIME_ZONE} are kept: ask from that moment on, or for days, weeks or months of that time zone with the aggregates that a day keeps`,
    );
  }
  return { ...query, from: start, to: stop, source, changes, keptUntil: kept_until ?? FIRST_DAY, buckets };
}

/** One bucket: how many readings fell into it, and the value of each column in the order of the plan. */
export interface Bucket {
  readonly start: Date;
  readonly readings: number;
  readonly values: readonly (number | string | null)[];
}

/** The devices of a series: a select of `(device_no, key)` with parameters from `$6` on. */
export interface SeriesFleet {
  readonly sql: string;
  readonly values: readonly unknown[];
  /** True when the key is the device's number. */
  readonly byDevice: boolean;
  /** Times of others: see `SeriesSqlOptions`. */
  readonly moved?: string | undefined;
}

type BucketRow = { key: string; start: Date; readings: number } & Record<
  string,
  number | string | null | Date
>;

export async function readBuckets(
  db: Db,
  plan: SeriesPlan,
  fleet: SeriesFleet,
): Promise<Map<string, Bucket[]>> {
  const sql = seriesSql(sqlOptionsOf(plan, fleet));
  const { rows } = await db.query<BucketRow>(sql, parametersOf(plan, fleet));
  return groupsOf(plan, rows);
}

/**
 * The same out of the sums of regions, whose fleet is the devices with news.
 * @returns undefined where they cannot answer now
 */
export async function readSums(
  db: Db,
  plan: SeriesPlan,
  fleet: SeriesFleet,
  parameters: SumsSqlOptions["parameters"],
): Promise<Map<string, Bucket[]> | undefined> {
  const sql = sumsSeriesSql({ ...sqlOptionsOf(plan, fleet), parameters });
  const { rows } = await db.query<BucketRow & { unsure: boolean }>(sql, parametersOf(plan, fleet));
  if (rows[0]!.unsure) return undefined;
  return groupsOf(
    plan,
    rows.filter(({ key }) => key !== null),
  );
}

function sqlOptionsOf(plan: SeriesPlan, fleet: SeriesFleet): SeriesSqlOptions {
  const { source, interval } = plan;
  const sameBuckets =
    (source === "1h" && interval.unit === "hour" && interval.amount === 1) ||
    (source === "1d" && interval.unit === "day" && interval.amount === 1);
  return {
    ...plan,
    ...fleet,
    bucketOf: sameBuckets ? undefined : (moment) => bucketOf(plan.changes, interval, moment),
    fleet: fleet.sql,
  };
}

const parametersOf = (plan: SeriesPlan, fleet: SeriesFleet): unknown[] => [
  toSqlInterval(plan.interval),
  plan.timeZone,
  plan.from.toISOString(),
  plan.to.toISOString(),
  new Date(dayStart(plan.from.getTime())).toISOString(),
  ...fleet.values,
];

function groupsOf(plan: SeriesPlan, rows: readonly BucketRow[]): Map<string, Bucket[]> {
  const groups = new Map<string, Bucket[]>();
  for (const row of rows) {
    const values = plan.columns.map((column, index) =>
      tidy(column, row[`v${index}`] as number | string | null),
    );
    const bucket: Bucket = { start: row.start, readings: row.readings, values };
    const group = groups.get(row.key);
    if (group) group.push(bucket);
    else groups.set(row.key, [bucket]);
  }
  return groups;
}

/**
 * Removes digits that only the arithmetic made. A gauge is held in four bytes, which is seven digits. Usage is exact,
 * and so is the sum of a gauge that is kept in whole numbers.
 */
function tidy({ metric, aggregate }: SeriesColumn, value: number | string | null): number | string | null {
  if (typeof value !== "number") return value;
  if (metric.type !== "gauge" || (aggregate !== "avg" && aggregate !== "sum")) return value;
  if (aggregate === "sum" && metric.decimals !== undefined) return value;
  return Math.abs(value) < 1e7 ? Number(value.toPrecision(7)) : Math.round(value);
}

/** No device, for a series of times alone. */
const NO_FLEET = "select null::int as device_no, null::text as key where false";

/**
 * The buckets of one device, oldest first; buckets without a reading are left out. With `spans` only the readings of
 * these times count; a counter's usage since the reading before them belongs to them.
 */
export async function readDeviceSeries(
  db: Db,
  plan: SeriesPlan,
  deviceNo: number,
  spans?: readonly DeviceSpan[],
): Promise<Bucket[]> {
  if (spans) {
    const groups = await readBuckets(db, plan, {
      sql: NO_FLEET,
      values: spansParameters(spans),
      byDevice: true,
      moved: `select device_no, 'own'::text as key, from_at, until_at
        from unnest($6::int[], $7::timestamptz[], $8::timestamptz[]) as span (device_no, from_at, until_at)`,
    });
    return groups.get("own") ?? [];
  }
  const groups = await readBuckets(db, plan, {
    sql: "select $6::int as device_no, $6::int::text as key",
    values: [deviceNo],
    byDevice: true,
  });
  return groups.get(String(deviceNo)) ?? [];
}
