import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createLogger } from "../../../base/log.ts";
import { createRandom } from "../../../devices/random.ts";
import type { KindTable } from "../../../store/database/kind-table.ts";
import { ReadingsBatch } from "../../../store/readings/readings-batch.ts";
import { insertReadings } from "../../../store/readings/settle-readings.ts";
import { keepChanged } from "../../../store/rollups/keep-changed.ts";
import { keepNext } from "../../../store/rollups/keep-days.ts";
import { applyKindTables } from "../../../store/schema/kind-tables.ts";
import { createTestDatabase, type TestDatabase } from "../../helpers/db.ts";

const table: KindTable = {
  kind: "rolled",
  table: "readings_rolled",
  columns: [
    { name: "flow", type: "gauge" },
    { name: "volume", type: "counter" },
    { name: "valve", type: "state" },
    { name: "firmware", type: "text" },
    { name: "pressure", type: "gauge", decimals: 2, largest: 10 },
    { name: "heard", type: "counter", decimals: 1, largest: 1e12 },
  ],
};
const HOUR = 3_600_000;
const DAY = 24 * HOUR;

let db: TestDatabase;
beforeAll(async () => {
  db = await createTestDatabase();
  await applyKindTables(db.pool, [table], { edition: db.edition, log: createLogger("silent") });
});
afterAll(() => db.drop());
beforeEach(async () => {
  await db.pool.query("truncate readings_rolled, readings_rolled_1d_kept, rollup_changes");
  await db.pool.query(
    "update rollup_state set complete_until = default, next_until = null, next_device_no = 0",
  );
});

/** As the platform's keeper does in its turn. */
async function keep(): Promise<void> {
  while ((await keepNext(db.pool, table, { devices: 1000 })) === "more");
  while ((await keepChanged(db.pool, table, { limit: 1000 })) === "more");
}

/** Three devices that each report about 20 times a day for `days` days, with gaps, metric by metric. */
async function report(seed: number, from: number, days: number): Promise<number> {
  const random = createRandom(seed);
  const batch = new ReadingsBatch(table);
  for (const device of [1, 2, 3]) {
    for (let at = from; at < from + days * DAY; at += Math.ceil(random.next() * 2.4 * HOUR)) {
      const row = batch.begin(device, at, Date.now());
      if (random.chance(0.8)) batch.setNumber(row, 0, random.between(-10, 30));
      if (random.chance(0.7)) batch.setNumber(row, 1, random.next() * 1e6);
      if (random.chance(0.5))
        batch.setText(row, 2, ["open", "closed", "fault"][Math.floor(random.next() * 3)]!);
      if (random.chance(0.7)) batch.setNumber(row, 4, random.between(-1, 10));
      if (random.chance(0.7)) batch.setNumber(row, 5, random.next() * 1e12);
      if (random.chance(0.1)) batch.setText(row, 3, `v${Math.floor(random.next() * 9)}`);
    }
  }
  return insertReadings(batch, db.pool);
}

/** A rollup from raw readings, in PostgreSQL's own words. */
const plain = (bucket: string) => `
  select ${bucket} as bucket, device_no, count(*) as readings,
    count(flow) as flow_count, min(flow) as flow_min, max(flow) as flow_max, sum(flow::float8) as flow_sum,
    count(pressure) as pressure_count, min(pressure / 100.0)::real as pressure_min,
    max(pressure / 100.0)::real as pressure_max, sum(pressure / 100.0)::float8 as pressure_sum,
    (array_agg(heard / 10.0 order by observed_at) filter (where heard is not null))[1]::float8 as heard_first,
    (array_agg(heard / 10.0 order by observed_at desc) filter (where heard is not null))[1]::float8 as heard_last,
    (array_agg(volume order by observed_at) filter (where volume is not null))[1] as volume_first,
    (array_agg(volume order by observed_at desc) filter (where volume is not null))[1] as volume_last,
    (array_agg(valve order by observed_at desc) filter (where valve is not null))[1] as valve_last,
    (array_agg(firmware order by observed_at desc) filter (where firmware is not null))[1] as firmware_last
  from readings_rolled group by 1, 2 order by 1, 2`;
const HOURS = plain("date_trunc('hour', observed_at)");
const DAYS = plain(
  "date_trunc('day', observed_at at time zone 'Asia/Shanghai') at time zone 'Asia/Shanghai'",
);

/** Sums are added up in another order by hours, so the last bits may differ. */
async function select(sql: string) {
  const { rows } = await db.pool.query<{ flow_sum: number | null; pressure_sum: number | null }>(sql);
  const tidy = (sum: number | null) => (sum ? Number(sum.toPrecision(12)) : sum);
  return rows.map((row) => ({
    ...row,
    flow_sum: tidy(row.flow_sum),
    pressure_sum: tidy(row.pressure_sum),
  }));
}

async function expectRollupsToBeRight(): Promise<void> {
  const columns =
    "bucket, device_no, readings, flow_count, flow_min, flow_max, flow_sum, volume_first, volume_last, valve_last, firmware_last, pressure_count, pressure_min, pressure_max, pressure_sum, heard_first, heard_last";
  expect(await select(`select ${columns} from readings_rolled_1h order by 1, 2`)).toEqual(
    await select(HOURS),
  );
  expect(await select(`select ${columns} from readings_rolled_1d order by 1, 2`)).toEqual(await select(DAYS));
}

/** Midnight in Shanghai some days ago. */
const midnight = (daysAgo: number) =>
  Math.floor((Date.now() + 8 * HOUR) / DAY) * DAY - 8 * HOUR - daysAgo * DAY;

describe("hours and days of readings", () => {
  it("are what plain SQL over the readings gives, with gaps in every metric", async () => {
    expect(await report(1, midnight(12), 12)).toBeGreaterThan(600);
    await expectRollupsToBeRight();
    await keep();
    await expectRollupsToBeRight();
  });

  it("begin a day at midnight in Shanghai, whatever the session's time zone is", async () => {
    const start = midnight(20);
    const batch = new ReadingsBatch(table);
    for (const [i, at] of [start - 1, start, start + DAY - 1, start + DAY].entries()) {
      batch.setNumber(batch.begin(7, at, Date.now()), 0, i);
    }
    await insertReadings(batch, db.pool);
    await keep();
    const expected = [
      { bucket: new Date(start - DAY), readings: 1, flow_max: 0 },
      { bucket: new Date(start), readings: 2, flow_max: 2 },
      { bucket: new Date(start + DAY), readings: 1, flow_max: 3 },
    ];
    for (const zone of ["UTC", "America/New_York"]) {
      const client = await db.pool.connect();
      try {
        await client.query(`set time zone '${zone}'`);
        const { rows } = await client.query(
          "select bucket, readings, flow_max from readings_rolled_1d order by 1",
        );
        expect(rows).toEqual(expected);
      } finally {
        await client.query("reset time zone");
        client.release();
      }
    }
  });

  it("take in readings of the last minutes at once", async () => {
    await report(2, midnight(3), 2);
    await keep();
    const batch = new ReadingsBatch(table);
    batch.setNumber(batch.begin(1, Date.now(), Date.now()), 0, 1.5);
    batch.setText(batch.begin(2, Date.now() - 5000, Date.now()), 2, "open");
    await insertReadings(batch, db.pool);
    await expectRollupsToBeRight();
  });

  it("are right after late readings have come into hours that were summed up before", async () => {
    await report(3, midnight(30), 28);
    await keep();
    // A week that a meter had kept to itself, and single readings between others.
    await report(4, midnight(24), 7);
    await expectRollupsToBeRight();
    await keep();
    await expectRollupsToBeRight();
  });

  it("keep a metric with decimals in its unit, its sum to the last digit", async () => {
    const batch = new ReadingsBatch(table);
    const start = midnight(2);
    for (let i = 0; i < 3600; i++) {
      batch.setNumber(batch.begin(1, start + i * 1000, Date.now()), 4, i % 2 === 0 ? 0.1 : 0.29);
    }
    await insertReadings(batch, db.pool);
    await keep();
    for (const rollup of ["readings_rolled_1h", "readings_rolled_1d"]) {
      // 1800 × 0.1 + 1800 × 0.29; added up as doubles it would be 702.0000000000174.
      expect(
        await select(`select pressure_min, pressure_max, pressure_sum::text as sum from ${rollup}`),
      ).toMatchObject([{ pressure_min: 0.1, pressure_max: 0.29, sum: "702" }]);
    }
  });

  it("keep the seventh digit of a sum over many readings", async () => {
    const batch = new ReadingsBatch(table);
    const start = midnight(2);
    for (let i = 0; i < 3600; i++)
      batch.setNumber(batch.begin(1, start + i * 1000, Date.now()), 0, 16_777.21);
    await insertReadings(batch, db.pool);
    await keep();
    const [row] = await select("select flow_sum from readings_rolled_1d");
    expect(row!.flow_sum! / 3600).toBeCloseTo(16_777.21, 2);
  });
});
