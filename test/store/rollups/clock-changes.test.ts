import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { tablesOf } from "../../../app/kind-tables.ts";
import { gasMeter } from "../../../devices/kinds/gas-meter/kind.ts";
import { parseInterval } from "../../../store/database/interval.ts";
import { type Bucket, chooseColumns, planSeries, readDeviceSeries } from "../../../store/rollups/series.ts";
import { insertDevice, insertRegions } from "../../api/fixtures.ts";
import { createTestDatabase, type TestDatabase } from "../../helpers/db.ts";

/** Where clocks go back, a series is as whole as elsewhere: each reading in one bucket, and each bucket its own question. */

const table = tablesOf([gasMeter])[0]!;
const columns = chooseColumns(
  table.columns.filter(({ name }) => name === "volume"),
  { named: true, aggregates: [], overFleet: false },
);

let db: TestDatabase;
let deviceNo: number;

const HOUR_MS = 3_600_000;
/** Readings on each quarter of an hour, and behind it, of some days of 2025 in which clocks are changed. */
const MOMENTS = [
  ["2025-03-08T12:00:00Z", 40],
  ["2025-03-29T12:00:00Z", 40],
  ["2025-04-04T00:00:00Z", 96],
  ["2025-10-24T00:00:00Z", 264],
].flatMap(([from, hours]) =>
  Array.from({ length: Number(hours) * 4 }, (_, i) => Date.parse(String(from)) + (i * HOUR_MS) / 4).flatMap(
    (at, i) => (i % 3 === 0 ? [at, at + 421_000] : [at]),
  ),
);

beforeAll(async () => {
  db = await createTestDatabase();
  await insertRegions(db.pool);
  deviceNo = await insertDevice(db.pool, "falling");
  await db.pool.query(
    `insert into readings_gas_meter (device_no, observed_at, received_at, volume)
     select $1::int, at, at, n * n from unnest($2::timestamptz[]) with ordinality as s (at, n)`,
    [deviceNo, MOMENTS.map((at) => new Date(at).toISOString())],
  );
});
afterAll(() => db.drop());

function planOf(interval: string, timeZone: string, from: number, to: number) {
  const range = { from: new Date(from), to: new Date(to) };
  const query = { table, columns, interval: parseInterval(interval)!, timeZone, ...range };
  return planSeries(db.pool, query, 10_000);
}

async function read(interval: string, timeZone: string, from: number, to: number) {
  const plan = await planOf(interval, timeZone, from, to);
  return {
    from: plan.from.getTime(),
    to: plan.to.getTime(),
    buckets: await readDeviceSeries(db.pool, plan, deviceNo),
  };
}

/** When clocks go back, and by how many hours, or forth. */
const FALLS = [
  ["America/New_York", "2025-11-02T06:00:00Z", 1],
  // At one o'clock, so that midnight comes twice.
  ["Atlantic/Azores", "2025-10-26T01:00:00Z", 1],
  // At midnight, so that the day's last hour comes twice.
  ["Asia/Beirut", "2025-10-25T21:00:00Z", 1],
  ["Australia/Lord_Howe", "2025-04-05T15:00:00Z", 0.5],
  ["Antarctica/Troll", "2025-10-26T01:00:00Z", 2],
  // Forth, past what would have been the start of a bucket.
  ["America/New_York", "2025-03-09T07:00:00Z", -1],
  ["Europe/London", "2025-03-30T01:00:00Z", -1],
  ["Asia/Shanghai", "2025-10-26T01:00:00Z", 0],
] as const;
const INTERVALS = ["15m", "45m", "1h", "90m", "2h", "5h", "1d", "1w", "1mo"];

describe.each(FALLS)("where the clocks of %s are changed at %s", (timeZone, at, hours) => {
  const fall = Date.parse(at);

  it("each reading is in the one bucket whose time it is of, and a bucket asked for alone is the same", async () => {
    for (const interval of INTERVALS) {
      const { from, to, buckets } = await read(interval, timeZone, fall - 2 * HOUR_MS, fall + 2 * HOUR_MS);
      expect(from).toBeLessThanOrEqual(fall - 2 * HOUR_MS);
      expect(to).toBeGreaterThanOrEqual(fall + 2 * HOUR_MS);
      const starts = buckets.map(({ start }) => start.getTime());
      const ends = [...starts.slice(1), to];
      const inside = MOMENTS.filter((moment) => moment >= from && moment < to);
      expect([interval, ...buckets.map(({ readings }) => Number(readings))]).toEqual([
        interval,
        ...starts.map((start, i) => inside.filter((moment) => moment >= start && moment < ends[i]!).length),
      ]);
      const alone: Bucket[] = [];
      for (const [i, start] of starts.entries()) {
        const asked = await read(interval, timeZone, start, ends[i]!);
        expect([interval, new Date(asked.from), new Date(asked.to)]).toEqual([
          interval,
          new Date(start),
          new Date(ends[i]!),
        ]);
        alone.push(...asked.buckets);
        // So is one that its first moment is asked for, or its last.
        for (const moment of [start, Math.floor((start + ends[i]!) / 2) - 600_000, ends[i]! - 1]) {
          if (moment < start) continue;
          const plan = await planOf(interval, timeZone, moment, moment + 1);
          expect([interval, plan.from.getTime(), plan.to.getTime()]).toEqual([interval, start, ends[i]]);
        }
      }
      expect([interval, ...alone]).toEqual([interval, ...buckets]);
    }
  });

  it("what comes twice is two buckets of an hour or less, and one of what is longer", async () => {
    const shown = async (interval: string) => {
      const { buckets } = await read(interval, timeZone, fall - 4 * HOUR_MS, fall + 4 * HOUR_MS - 1);
      return buckets.map(({ start }) => start.getTime()).filter((start) => start >= fall - 4 * HOUR_MS);
    };
    expect(await shown("15m")).toEqual(
      Array.from({ length: 32 }, (_, i) => fall - 4 * HOUR_MS + (i * HOUR_MS) / 4),
    );
    const day = await read("1d", timeZone, fall, fall + 1);
    expect(day.to - day.from).toBe((24 + hours) * HOUR_MS);
    expect(day.buckets).toHaveLength(1);
    const months = await read("1mo", timeZone, Date.parse("2025-10-20T00:00:00Z"), Date.parse(at));
    expect(months.buckets.reduce((sum, { readings }) => sum + Number(readings), 0)).toBe(
      MOMENTS.filter((moment) => moment >= months.from && moment < months.to).length,
    );
  });
});
