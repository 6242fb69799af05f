import { expect } from "vitest";
import type { Random } from "../../devices/random.ts";
import type { Pool } from "../../store/database.ts";
import { parseInterval } from "../../store/interval.ts";
import type { KindTable } from "../../store/kind-table.ts";
import { NO_LIMITS } from "../../store/limits.ts";
import { ReadingsBatch } from "../../store/readings-batch.ts";
import { chooseColumns, planSeries, readFleetSeries, type SeriesPlan } from "../../store/series.ts";

export const HOUR = 3_600_000;
export const DAY = 24 * HOUR;

/** A kind with metrics of each type, for tests of kept days. */
export const keptKind = (kind: string): KindTable => ({
  kind,
  table: `readings_${kind}`,
  columns: [
    { name: "flow", type: "gauge" },
    { name: "volume", type: "counter", decimals: 2, largest: 1e6 },
    { name: "energy", type: "counter" },
    { name: "valve", type: "state" },
    { name: "firmware", type: "text" },
  ],
});

/** Midnight in Shanghai, at or before the moment. */
export const midnight = (at: number) => Math.floor((at + 8 * HOUR) / DAY) * DAY - 8 * HOUR;

/** Puts random readings into a batch; about a fifth of each metric is left out, and counters begin anew at times. */
export function addReading(batch: ReadingsBatch, random: Random, device: number, at: number): void {
  const row = batch.begin(device, Math.floor(at), Math.floor(at) + 1000);
  if (random.chance(0.8)) batch.setNumber(row, 0, Math.round(random.between(-100, 300)) / 10);
  if (random.chance(0.7)) batch.setNumber(row, 1, random.chance(0.05) ? 0 : Math.floor(at / 1e5) / 100);
  if (random.chance(0.2)) batch.setNumber(row, 2, random.next() * 1e6);
  if (random.chance(0.5)) batch.setText(row, 3, random.chance(0.5) ? "open" : "closed");
  if (random.chance(0.1)) batch.setText(row, 4, `v${Math.floor(random.next() * 9)}`);
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
  return batch.insert(pool, now);
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
    (array_agg(firmware order by observed_at desc) filter (where firmware is not null))[1] as firmware_last
  from ${table} group by 1, 2 order by 1, 2`;

/** Sums are added up in another order, so the last bits may differ. */
async function select(pool: Pool, sql: string): Promise<object[]> {
  const { rows } = await pool.query<{ flow_sum: number | null }>(sql);
  return rows.map((row) => ({
    ...row,
    flow_sum: row.flow_sum === null ? null : Number(row.flow_sum.toPrecision(10)),
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

/** A plan for days of everything that makes sense, from kept days where `edition` is "apache", whatever the server is. */
export async function planDays(
  pool: Pool,
  table: KindTable,
  range: { from: number; to: number; interval?: string; overFleet: boolean },
): Promise<SeriesPlan> {
  // First and last of a gauge are not in a rollup.
  const columns = chooseColumns(table.columns, {
    named: false,
    aggregates: range.overFleet ? ["avg", "min", "max", "sum", "delta"] : ["avg", "delta", "first", "last"],
    overFleet: range.overFleet,
  }).filter(({ metric: { type }, aggregate }) =>
    type === "counter" || aggregate === "last" ? type !== "gauge" : aggregate !== "first",
  );
  const plan = await planSeries(
    pool,
    {
      table,
      columns,
      interval: parseInterval(range.interval ?? "1d")!,
      timeZone: "Asia/Shanghai",
      from: new Date(range.from),
      to: new Date(range.to),
    },
    10_000,
  );
  expect(plan.source).toBe("1d");
  return { ...plan, edition: "apache" };
}

/** The groups of a fleet's series as plain data, so that two can be compared. */
export async function readGroups(pool: Pool, plan: SeriesPlan, groupBy: "township" | "device") {
  const fleet = { kind: plan.table.kind, groupBy };
  const { items } = await readFleetSeries(pool, plan, fleet, NO_LIMITS, { limit: 100 });
  return items.map(({ regionCode, deviceId, buckets }) => ({
    regionCode,
    deviceId,
    buckets: buckets.map(({ start, readings, values }) => ({
      start: start.toISOString(),
      readings,
      // A sum of floats depends on the order.
      values: values.map((value) => (typeof value === "number" ? Number(value.toPrecision(9)) : value)),
    })),
  }));
}
