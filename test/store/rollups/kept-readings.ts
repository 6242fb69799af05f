import { expect } from "vitest";
import { createRandom, type Random } from "../../../devices/random.ts";
import type { Pool } from "../../../store/database/database.ts";
import { parseInterval } from "../../../store/database/interval.ts";
import type { KindTable, QuantityColumn } from "../../../store/database/kind-table.ts";
import { type Limits, NO_LIMITS } from "../../../store/database/limits.ts";
import { ReadingsBatch } from "../../../store/readings/readings-batch.ts";
import { insertReadings } from "../../../store/readings/settle-readings.ts";
import { readFleetSeries } from "../../../store/rollups/fleet-series.ts";
import { keepChanged } from "../../../store/rollups/keep-changed.ts";
import { keepNext } from "../../../store/rollups/keep-days.ts";
import { chooseColumns, planSeries, type SeriesPlan } from "../../../store/rollups/series.ts";
import type { SeriesColumn } from "../../../store/rollups/series-cells.ts";
import { stepsOf } from "../../helpers/usage.ts";

export const HOUR = 3_600_000;
export const DAY = 24 * HOUR;

/** A kind with metrics of each type, for tests of kept days. */
export const keptKind = (kind: string): KindTable => ({
  kind,
  table: `readings_${kind}`,
  columns: [
    { name: "flow", type: "gauge" },
    {
      name: "volume",
      type: "counter",
      decimals: 2,
      largest: 1e6,
      tolerance: 0.01,
      rollsOverAt: 1e6,
    },
    { name: "energy", type: "counter", restarts: true },
    { name: "valve", type: "state" },
    { name: "firmware", type: "text" },
    { name: "pressure", type: "gauge", decimals: 2, largest: 100 },
  ],
});

/** Midnight in Shanghai, at or before the moment. */
export const midnight = (at: number) => Math.floor((at + 8 * HOUR) / DAY) * DAY - 8 * HOUR;

/** What goes wrong for hours: it has run back, been exchanged for another, or shows zeros or little. */
function duringSpell(at: number, register: number): number {
  const spell = createRandom(Math.floor(at / (7 * HOUR))).next();
  if (spell < 0.08) return 0;
  if (spell < 0.16) return register - 0.2;
  if (spell < 0.24) return register * 0.994;
  if (spell < 0.32) return register * 0.7;
  return spell < 0.4 ? register * 0.3 : register;
}

/** A register that rises by 8.64 a day, of one reading in five otherwise: zero, back, too high, exchanged, trembling. */
function registerAt(random: Random, at: number): number {
  const register = duringSpell(at, Math.floor(at / 1e5) / 100);
  const fault = random.next();
  if (fault < 0.04) return 0;
  if (fault < 0.08) return register - random.next() * 100;
  if (fault < 0.12) return register + random.next() * 100;
  if (fault < 0.16) return random.next() * 10;
  return fault < 0.2 ? register - 0.01 : register;
}

/** Puts random readings into a batch; about a fifth of each metric is left out, and counters begin anew at times. */
export function addReading(batch: ReadingsBatch, random: Random, device: number, at: number): void {
  const row = batch.begin(device, Math.floor(at), Math.floor(at) + 1000);
  if (random.chance(0.8)) batch.setNumber(row, 0, Math.round(random.between(-100, 300)) / 10);
  if (random.chance(0.7)) batch.setNumber(row, 1, registerAt(random, at));
  if (random.chance(0.2)) batch.setNumber(row, 2, random.next() * 1e6);
  if (random.chance(0.5)) batch.setText(row, 3, random.chance(0.5) ? "open" : "closed");
  if (random.chance(0.1)) batch.setText(row, 4, `v${Math.floor(random.next() * 9)}`);
  if (random.chance(0.8)) batch.setNumber(row, 5, Math.round(random.between(-1000, 9000)) / 100);
}

/** Stores one reading of a device at a moment, as ingest does at the moment `now`. */
export async function store(
  pool: Pool,
  table: KindTable,
  { device, at, volume, now }: { device: number; at: number; volume?: number; now?: number },
): Promise<number> {
  const batch = new ReadingsBatch(table);
  const row = batch.begin(device, at, at);
  batch.setNumber(row, 0, 1.5);
  if (volume !== undefined) batch.setNumber(row, 1, volume);
  return insertReadings(batch, pool, now);
}

const DAYS = (table: string) => `
  select date_trunc('day', observed_at at time zone 'Asia/Shanghai') at time zone 'Asia/Shanghai' as bucket,
    device_no, count(*) as readings,
    count(flow) as flow_count, min(flow) as flow_min, max(flow) as flow_max, sum(flow::float8) as flow_sum,
    (array_agg(volume / 100.0::float8 order by observed_at) filter (where volume is not null))[1] as volume_first,
    (array_agg(volume / 100.0::float8 order by observed_at desc) filter (where volume is not null))[1] as volume_last,
    (array_agg(energy order by observed_at) filter (where energy is not null))[1] as energy_first,
    (array_agg(energy order by observed_at desc) filter (where energy is not null))[1] as energy_last,
    (array_agg(valve order by observed_at desc) filter (where valve is not null))[1] as valve_last,
    (array_agg(firmware order by observed_at desc) filter (where firmware is not null))[1] as firmware_last,
    count(pressure) as pressure_count, (min(pressure) / 100.0)::real as pressure_min,
    (max(pressure) / 100.0)::real as pressure_max, sum(pressure) / 100.0::float8 as pressure_sum
  from ${table} group by 1, 2 order by 1, 2`;

/** Sums are added up in another order, so the last bits may differ. */
async function select(pool: Pool, sql: string): Promise<object[]> {
  const { rows } = await pool.query<{ flow_sum: number | null; pressure_sum: number | null }>(sql);
  const tidySum = (sum: number | null) => (sum === null ? null : Number(sum.toPrecision(10)));
  return rows.map((row) => ({
    ...row,
    flow_sum: tidySum(row.flow_sum),
    pressure_sum: tidySum(row.pressure_sum),
  }));
}

/** Days from readings, in PostgreSQL's own words. */
export const daysOfReadings = (pool: Pool, { table }: KindTable) => select(pool, DAYS(table));
export const daysOfRollup = (pool: Pool, { table }: KindTable) =>
  select(pool, `select * from ${table}_1d order by bucket, device_no`);

/** The days must be what readings give, whatever is kept of them. */
export async function expectDaysToBeRight(pool: Pool, table: KindTable): Promise<number> {
  const expected = await daysOfReadings(pool, table);
  expect(await daysOfRollup(pool, table)).toEqual(expected);
  return expected.length;
}

/** A plan for a series of everything that a day keeps. */
export async function planSeriesOf(
  pool: Pool,
  table: KindTable,
  range: { from: number; to: number; interval?: string; timeZone?: string; overFleet: boolean },
): Promise<SeriesPlan> {
  // First and last of a gauge are not in a rollup.
  const columns = chooseColumns(table.columns, {
    named: false,
    aggregates: range.overFleet ? ["avg", "min", "max", "sum", "delta"] : ["avg", "delta", "first", "last"],
    overFleet: range.overFleet,
  }).filter(({ metric: { type }, aggregate }) =>
    type === "counter" || aggregate === "last" ? type !== "gauge" : aggregate !== "first",
  );
  return planSeries(
    pool,
    {
      table,
      columns,
      interval: parseInterval(range.interval ?? "1d")!,
      timeZone: range.timeZone ?? "Asia/Shanghai",
      from: new Date(range.from),
      to: new Date(range.to),
    },
    100_000,
  );
}

/** The same for days, which come from kept ones. */
export async function planDays(
  pool: Pool,
  table: KindTable,
  range: { from: number; to: number; interval?: string; overFleet: boolean },
): Promise<SeriesPlan> {
  const plan = await planSeriesOf(pool, table, range);
  expect(plan.source).toBe("1d");
  return plan;
}

/** Sums of floats depend on the order. */
const tidy = (value: unknown) => (typeof value === "number" ? Number(value.toPrecision(9)) : value);

/** The groups of a fleet's series as plain data, without those that are empty, so that two can be compared. */
export async function readGroups(
  pool: Pool,
  plan: SeriesPlan,
  groupBy: "township" | "device",
  limits: Limits = NO_LIMITS,
) {
  const fleet = { kind: plan.table.kind, groupBy };
  const { items } = await readFleetSeries(pool, plan, fleet, limits, { limit: 100 });
  return Object.fromEntries(
    items
      .map(({ regionCode, deviceId, buckets }): [string, unknown[]] => [
        deviceId ?? regionCode,
        buckets.map(({ start, readings, values }) => [start.toISOString(), readings, ...values.map(tidy)]),
      ])
      .filter(([, buckets]) => buckets.length > 0),
  );
}

type RawReading = { device_no: number; observed_at: Date } & Record<string, number | string | null>;

/** How a counter's column is counted: in its own resolution, or a float in millionths. */
const stepsIn = (column: QuantityColumn) => (column.decimals === undefined ? 1e6 : 10 ** column.decimals);

/**
 * The same from all readings, in plain words.
 * @param groupOf the group of each device at each moment; others are left out
 * @param startOf the bucket of a moment, both in milliseconds
 */
export async function groupsOfReadings(
  pool: Pool,
  plan: SeriesPlan,
  groupOf: (deviceNo: number, at: number) => string | undefined,
  startOf: (at: number) => number,
) {
  const { table, columns } = plan;
  const { rows } = await pool.query<RawReading>(
    `select * from ${table.table} order by observed_at, device_no`,
  );
  const { rows: recorded } = await pool.query<{
    device_no: number;
    metric: string;
    at: Date;
    old: number;
    new: number;
  }>("select device_no, metric, at, old_register as old, new_register as new from register_exchanges");
  const used = new Map<string, number>();
  for (const deviceNo of new Set(rows.map((row) => row.device_no))) {
    for (const column of table.columns.filter(({ type }) => type === "counter")) {
      const factor = column.decimals === undefined ? 1e6 : 1;
      const readings = rows
        .filter((row) => row.device_no === deviceNo && row[column.name] !== null)
        .map((row) => ({
          at: row.observed_at.getTime(),
          value: Math.round(Number(row[column.name]) * factor),
        }));
      const rules = {
        tolerance: Math.round((column.tolerance ?? 0) * stepsIn(column)),
        rollsOverAt: column.rollsOverAt === undefined ? undefined : column.rollsOverAt * stepsIn(column),
        restarts: column.restarts,
      };
      const exchanges = recorded
        .filter((exchange) => exchange.device_no === deviceNo && exchange.metric === column.name)
        .map((exchange) => ({
          at: exchange.at.getTime(),
          oldRegister: Math.round(exchange.old * stepsIn(column)),
          newRegister: Math.round(exchange.new * stepsIn(column)),
        }));
      const steps = stepsOf(readings, rules, exchanges);
      for (const [i, { at }] of readings.entries()) used.set(`${deviceNo} ${at} ${column.name}`, steps[i]!);
    }
  }
  const groups: Record<string, Map<number, RawReading[]>> = {};
  for (const row of rows) {
    const at = row.observed_at.getTime();
    const group = groupOf(row.device_no, at);
    if (group === undefined || at < plan.from.getTime() || at >= plan.to.getTime()) continue;
    groups[group] ??= new Map();
    const bucket = groups[group].get(startOf(at));
    if (bucket) bucket.push(row);
    else groups[group].set(startOf(at), [row]);
  }
  const resultOf = ({ metric, aggregate }: SeriesColumn, readings: readonly RawReading[]) => {
    const known = readings.filter((row) => row[metric.name] !== null);
    if (known.length === 0) return null;
    const numbers = known.map((row) => Number(row[metric.name]) / 10 ** (metric.decimals ?? 0));
    // A gauge without decimals is held in four bytes; others are whole numbers, whose sum is exact.
    const sum =
      metric.decimals === undefined
        ? numbers.reduce((a, b) => a + Math.fround(b), 0)
        : known.reduce((a, row) => a + Number(row[metric.name]), 0) / 10 ** metric.decimals;
    switch (aggregate) {
      case "delta": {
        const steps = known.map(
          (row) => used.get(`${row.device_no} ${row.observed_at.getTime()} ${metric.name}`)!,
        );
        return steps.reduce((a, b) => a + b, 0) / stepsIn(metric);
      }
      case "avg":
        return Number((sum / numbers.length).toPrecision(7));
      case "sum":
        return Number(sum.toPrecision(7));
      case "min":
        return Math.min(...numbers);
      case "max":
        return Math.max(...numbers);
      default: {
        const row = aggregate === "first" ? known[0]! : known.at(-1)!;
        return metric.type === "counter" ? numbers[known.indexOf(row)]! : row[metric.name]!;
      }
    }
  };
  return Object.fromEntries(
    Object.entries(groups).map(([group, buckets]) => [
      group,
      [...buckets].map(([start, readings]) => [
        new Date(start).toISOString(),
        readings.length,
        ...columns.map((column) => tidy(resultOf(column, readings))),
      ]),
    ]),
  );
}

/** Readings of some devices over whole days that ended `ago` days ago, stored as if they came in time. */
export async function reportDays(
  pool: Pool,
  table: KindTable,
  { devices, days, ago }: { devices: readonly number[]; days: number; ago: number },
): Promise<void> {
  const random = createRandom(days);
  const to = midnight(Date.now()) - ago * DAY;
  const batch = new ReadingsBatch(table);
  for (const device of devices) {
    for (let at = to - days * DAY; at < to; at += (1 + random.next() * 5) * HOUR) {
      addReading(batch, random, device, at);
    }
  }
  await insertReadings(batch, pool, 0);
}

/** Has the keeper do all that there is to do for a kind. @returns in how many pieces it came forward */
export async function keepAllDays(pool: Pool, table: KindTable, now?: number): Promise<number> {
  let pieces = 0;
  while ((await keepNext(pool, table, { devices: 1000, now })) === "more") pieces++;
  while ((await keepChanged(pool, table, { limit: 1000 })) === "more");
  return pieces;
}
