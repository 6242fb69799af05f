import { PlatformError } from "../errors.ts";
import { decodeCursor, encodeCursor } from "./cursor.ts";
import type { Db } from "./database.ts";
import { type DeviceSpan, deviceNosIn, spansParameters, withinSpans } from "./device-key.ts";
import { chooseSource, countBuckets, type Interval, type SeriesSource, toSqlInterval } from "./interval.ts";
import { type KindTable, type MetricColumn, ROLLUP_TIME_ZONE } from "./kind-table.ts";
import { dayStart } from "./late-readings.ts";
import { type Limits, limitsCondition, limitsParameter } from "./limits.ts";
import { REGION_LEVELS, type RegionLevel } from "./regions.ts";
import { AGGREGATES, type Aggregate, type SeriesColumn, seriesSql } from "./series-sql.ts";

export type { Aggregate, SeriesColumn } from "./series-sql.ts";

type MetricType = MetricColumn["type"];

/**
 * Which aggregates a metric has. `raw`: the rollups do not keep it, so the series is made from readings.
 * `fleet`: it also makes sense over several devices at once.
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

/** The aggregates that a metric of this type has, its default first. */
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
 * The columns of a series: every metric with every aggregate that was asked for, or each with its default.
 * With no metrics named, those that have none of the aggregates are left out.
 * @param overFleet whether several devices fall into one value
 * @throws PlatformError `invalid_request` for an aggregate that a named metric does not have
 */
export function chooseColumns(
  metrics: readonly MetricColumn[],
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
  const message = `No metric of this kind has the aggregate ${aggregates.join(" or ") || "of its default"}${overFleet ? " over several devices" : ""}`;
  throw new PlatformError("invalid_request", message, { faults: [{ path: "/aggregate", message }] });
}

function unsupported({ name, type }: MetricColumn, aggregate: Aggregate, overFleet: boolean): PlatformError {
  const expected = supportedAggregates(type, overFleet);
  const message = `Metric '${name}' is a ${type}, which has no '${aggregate}'${overFleet ? " over several devices" : ""}: expected ${expected.join(", ") || "another metric"}`;
  return new PlatformError("invalid_request", message, { faults: [{ path: "/aggregate", message }] });
}

export interface SeriesQuery {
  readonly table: KindTable;
  readonly columns: readonly SeriesColumn[];
  readonly interval: Interval;
  readonly timeZone: string;
  readonly from: Date;
  readonly to: Date;
  /** Whether to make it from readings, since a part of a day may be wanted. */
  readonly fromReadings?: boolean;
}

/** A query that is ready to run: widened to whole buckets, with its source chosen. */
export interface SeriesPlan extends SeriesQuery {
  readonly source: SeriesSource;
  /** Up to when readings were in kept days at least (`kept-days.ts`). */
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
  const { rows } = await db.query<{
    start: Date;
    stop: Date;
    kept_until: Date | null;
    readings_since: Date | null;
  }>(
    `select time_bucket($1::interval, $2::timestamptz, $4::text) as start,
            case when time_bucket($1::interval, $3::timestamptz, $4::text) = $3::timestamptz then $3::timestamptz
                 else (time_bucket($1::interval, $3::timestamptz, $4::text) at time zone $4::text + $1::interval)
                      at time zone $4::text
            end as stop,
            (select complete_until from rollup_state where kind = $5::text) as kept_until,
            (select nullif(readings_since, '-infinity') from rollup_state where kind = $5::text) as readings_since`,
    [
      toSqlInterval(query.interval),
      query.from.toISOString(),
      query.to.toISOString(),
      query.timeZone,
      query.table.kind,
    ],
  );
  const { start, stop, kept_until, readings_since } = rows[0]!;
  const rawOnly =
    query.fromReadings === true ||
    query.columns.some(({ metric, aggregate }) => SUPPORT[metric.type][aggregate]?.raw);
  const source = rawOnly ? "raw" : chooseSource(query.interval, query.timeZone, start, stop);
  // Usage is counted from the beginning of the day on.
  if (source !== "1d" && readings_since !== null && dayStart(start.getTime()) < readings_since.getTime()) {
    throw new PlatformError(
      "readings_dropped",
      `Readings before ${readings_since.toISOString()} have been dropped, and what is kept of them are days of ${ROLLUP_TIME_ZONE}: ask from there on, or for days, weeks or months of that time zone with what a day keeps of each metric`,
    );
  }
  return { ...query, from: start, to: stop, source, keptUntil: kept_until ?? FIRST_DAY, buckets };
}

/** One bucket: how many readings fell into it, and the value of each column in the order of the plan. */
export interface Bucket {
  readonly start: Date;
  readonly readings: number;
  readonly values: readonly (number | string | null)[];
}

/** The devices of a series: a select of `(device_no, key)` with parameters from `$6` on. */
interface Fleet {
  readonly sql: string;
  readonly values: readonly unknown[];
  /** Whether the key is the device's number. */
  readonly byDevice: boolean;
  /** Which of their readings, if not all: see `SeriesSqlOptions`. */
  readonly wanted?: (device: string, moment: string) => string;
}

type BucketRow = { key: string; start: Date; readings: number } & Record<
  string,
  number | string | null | Date
>;

async function readBuckets(db: Db, plan: SeriesPlan, fleet: Fleet): Promise<Map<string, Bucket[]>> {
  const { source, interval } = plan;
  const sameBuckets =
    (source === "1h" && interval.unit === "hour" && interval.amount === 1) ||
    (source === "1d" && interval.unit === "day" && interval.amount === 1);
  const sql = seriesSql({ ...plan, ...fleet, sameBuckets, fleet: fleet.sql });
  const { rows } = await db.query<BucketRow>(sql, [
    toSqlInterval(interval),
    plan.timeZone,
    plan.from.toISOString(),
    plan.to.toISOString(),
    new Date(dayStart(plan.from.getTime())).toISOString(),
    ...fleet.values,
  ]);
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
 * Takes away digits that the arithmetic made up. A gauge is held in four bytes, which is seven digits. Usage is exact, and
 * so is the sum of a gauge that is kept in whole numbers.
 */
function tidy({ metric, aggregate }: SeriesColumn, value: number | string | null): number | string | null {
  if (typeof value !== "number") return value;
  if (metric.type !== "gauge" || (aggregate !== "avg" && aggregate !== "sum")) return value;
  if (aggregate === "sum" && metric.decimals !== undefined) return value;
  return Math.abs(value) < 1e7 ? Number(value.toPrecision(7)) : Math.round(value);
}

/**
 * The buckets of one device, oldest first; those without a reading are left out. Of `spans`, in a plan from readings, the
 * readings of these times alone count; what a counter counted since the reading before them is theirs.
 */
export async function readDeviceSeries(
  db: Db,
  plan: SeriesPlan,
  deviceNo: number,
  spans?: readonly DeviceSpan[],
): Promise<Bucket[]> {
  if (spans) {
    const groups = await readBuckets(db, plan, {
      sql: "select device_no, 'own' as key from unnest($6::int[]) as own (device_no)",
      values: [deviceNosIn(spans), ...spansParameters(spans)],
      byDevice: false,
      wanted: (device, moment) => withinSpans(device, moment, 7),
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

/** A group of a fleet's series, with its buckets. */
export interface SeriesGroup {
  readonly regionCode: string;
  /** The region's or the device's. */
  readonly name: string | null;
  /** Only when grouped by device. */
  readonly deviceId: string | null;
  readonly buckets: readonly Bucket[];
}

export interface FleetQuery {
  readonly kind: string;
  readonly region?: string | undefined;
  readonly groupBy: RegionLevel | "device";
}

export interface SeriesPage {
  readonly items: SeriesGroup[];
  readonly nextCursor: string | null;
}

/** The level below a region, which is where its parts are compared; the province where no region is named. */
export function levelBelow(region: string | undefined): RegionLevel {
  const length = region?.length ?? 0;
  return (REGION_LEVELS.find(({ codeLength }) => codeLength > length) ?? REGION_LEVELS.at(-1)!).level;
}

/**
 * The buckets of a fleet, group by group. A region's group has the readings of deleted devices too, because
 * what they measured was measured there; grouped by device, the living ones are listed. A device that hangs
 * above the level counts under its own region.
 */
export async function readFleetSeries(
  db: Db,
  plan: SeriesPlan,
  fleet: FleetQuery,
  limits: Limits,
  page: { readonly limit: number; readonly cursor?: string | undefined },
): Promise<SeriesPage> {
  return fleet.groupBy === "device"
    ? readByDevice(db, plan, fleet, limits, page)
    : readByRegion(db, plan, fleet, fleet.groupBy, limits, page);
}

type PageOptions = { readonly limit: number; readonly cursor?: string | undefined };

async function readByDevice(
  db: Db,
  plan: SeriesPlan,
  { kind, region }: FleetQuery,
  limits: Limits,
  page: PageOptions,
): Promise<SeriesPage> {
  const after = decodeCursor("series/device", ["device"], page.cursor);
  const { rows } = await db.query<{
    device_no: number;
    id: string;
    name: string | null;
    region_code: string;
  }>(
    `select d.device_no, d.id, d.name, d.region_code from devices d
     where d.deleted_at is null and ${limitsCondition("d", 1)} and d.kind = $2::text
       and ($3::text is null or d.region_code like $3::text)
       and ($4::int is null or d.device_no > $4::int)
     order by d.device_no
     limit $5::int`,
    [
      limitsParameter(limits),
      kind,
      region === undefined ? null : `${region}%`,
      after?.[0] ?? null,
      page.limit + 1,
    ],
  );
  const devices = rows.slice(0, page.limit);
  const groups = await readBuckets(db, plan, {
    sql: "select device_no, device_no::text as key from unnest($6::int[]) as own (device_no)",
    values: [devices.map((row) => row.device_no)],
    byDevice: true,
  });
  return {
    items: devices.map((row) => ({
      regionCode: row.region_code,
      name: row.name,
      deviceId: row.id,
      buckets: groups.get(String(row.device_no)) ?? [],
    })),
    nextCursor: rows.length > page.limit ? encodeCursor("series/device", [devices.at(-1)!.device_no]) : null,
  };
}

async function readByRegion(
  db: Db,
  plan: SeriesPlan,
  { kind, region }: FleetQuery,
  level: RegionLevel,
  limits: Limits,
  page: PageOptions,
): Promise<SeriesPage> {
  const list = `series/${level}`;
  const after = decodeCursor(list, ["text"], page.cursor)?.[0] ?? null;
  const { codeLength } = REGION_LEVELS.find((candidate) => candidate.level === level)!;
  const pattern = region === undefined ? null : `${region}%`;
  const { rows } = await db.query<{ key: string; name: string | null }>(
    `select g.key, r.name
     from (
       select distinct left(d.region_code, $4::int) as key from devices d
       where ${limitsCondition("d", 1)} and d.kind = $2::text and ($3::text is null or d.region_code like $3::text)
     ) g
     left join regions r on r.code = g.key
     where $5::text is null or g.key > $5::text
     order by g.key
     limit $6::int`,
    [limitsParameter(limits), kind, pattern, codeLength, after, page.limit + 1],
  );
  const regions = rows.slice(0, page.limit);
  const groups = await readBuckets(db, plan, {
    sql: `select d.device_no, left(d.region_code, $9::int) as key from devices d
       where ${limitsCondition("d", 6)} and d.kind = $7::text and ($8::text is null or d.region_code like $8::text)
         and left(d.region_code, $9::int) = any ($10::text[])`,
    values: [limitsParameter(limits), kind, pattern, codeLength, regions.map((row) => row.key)],
    byDevice: false,
  });
  return {
    items: regions.map((row) => ({
      regionCode: row.key,
      name: row.name,
      deviceId: null,
      buckets: groups.get(row.key) ?? [],
    })),
    nextCursor: rows.length > page.limit ? encodeCursor(list, [regions.at(-1)!.key]) : null,
  };
}
