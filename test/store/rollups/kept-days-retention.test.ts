import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createLogger } from "../../../base/log.ts";
import type { Pool } from "../../../store/database/database.ts";
import { noteDroppedReadings } from "../../../store/rollups/keep-days.ts";
import { readDeviceSeries } from "../../../store/rollups/series.ts";
import { applyKindTables } from "../../../store/schema/kind-tables.ts";
import { dropOldChunks } from "../../../store/schema/retention.ts";
import { createTestDatabase, type TestDatabase } from "../../helpers/db.ts";
import {
  DAY,
  daysOfRollup,
  keepAllDays,
  keptKind,
  midnight,
  planDays,
  reportDays,
  store,
} from "./kept-readings.ts";
import { forgetReadings, lookAtKept } from "./kept-steps.ts";

const table = keptKind("kept_past");

let db: TestDatabase;
let pool: Pool;
beforeAll(async () => {
  db = await createTestDatabase();
  pool = db.pool;
  await applyKindTables(pool, [table], { edition: "apache", log: createLogger("silent") });
});
afterAll(() => db.drop());
beforeEach(() => forgetReadings(pool, table));

const report = (devices: readonly number[], days: number, ago: number) =>
  reportDays(pool, table, { devices, days, ago });
const keepAll = () => keepAllDays(pool, table);
const { rows, state, changes, keptDays } = lookAtKept(() => pool, table);

describe("kept days and retention", () => {
  const keep = (readingsDays: number) => ({ readingsDays, eventsDays: 0, rejectedDays: 0 });

  it("outlive the readings, also those of the day through which the border runs", async () => {
    await report([1, 2], 40, 1);
    await keepAll();
    const before = await daysOfRollup(pool, table);
    expect(before.length).toBeGreaterThan(75);
    // Longer than any month, so that it holds parts of two of them on every day of the year.
    const range = { from: Date.now() - 35 * DAY, to: Date.now(), interval: "1mo", overFleet: false };
    const usage = async () => readDeviceSeries(pool, await planDays(pool, table, range), 1);
    const used = await usage();
    expect(used.length).toBeGreaterThan(1);
    expect((await dropOldChunks(pool, [table], keep(10))).dropped.length).toBeGreaterThan(1);
    expect((await rows(`select count(*)::int as n from ${table.table}`))[0].n).toBeLessThan(320);
    expect(await daysOfRollup(pool, table)).toEqual(before);
    await keepAll();
    expect(await daysOfRollup(pool, table)).toEqual(before);
    expect(await usage()).toEqual(used);
  });

  it("are the same after a drop at any moment: what is not kept yet waits for the keeper", async () => {
    await report([1, 2], 20, 21);
    await keepAll();
    // A late history of another device, and a day of a known one that changes, none of it kept yet.
    await report([3], 20, 21);
    await store(pool, table, { device: 1, at: midnight(Date.now()) - 30 * DAY + 1 });
    const before = await daysOfRollup(pool, table);
    const { waiting } = await dropOldChunks(pool, [table], keep(10));
    expect(waiting).toEqual([table.table]);
    expect(await daysOfRollup(pool, table)).toEqual(before);
    await keepAll();
    expect((await dropOldChunks(pool, [table], keep(10))).waiting).toEqual([]);
    expect(
      (
        await rows(
          `select count(*)::int as n from ${table.table} where observed_at < now() - interval '20 days'`,
        )
      )[0].n,
    ).toBe(0);
    expect(await daysOfRollup(pool, table)).toEqual(before);
  });

  it("are not made anew of the one reading that comes late for a day whose readings are gone", async () => {
    await report([1], 30, 1);
    await keepAll();
    await dropOldChunks(pool, [table], keep(10));
    const { readings_since: since } = await state();
    const before = await daysOfRollup(pool, table);
    for (const at of [Date.now() - 25 * DAY, since.getTime() - 1, since.getTime() + 1]) {
      await store(pool, table, { device: 1, at: Math.floor(at) });
    }
    expect(await changes()).toBe(3);
    expect(await daysOfRollup(pool, table)).toEqual(before);
    await keepAll();
    expect(await changes()).toBe(0);
    expect(await daysOfRollup(pool, table)).toEqual(before);
    // A day whose readings are there is another matter.
    await store(pool, table, { device: 9, at: midnight(Date.now()) - 5 * DAY });
    await store(pool, table, { device: 1, at: midnight(Date.now()) - 5 * DAY + 1 });
    await keepAll();
    const after = await daysOfRollup(pool, table);
    expect(after).toHaveLength(before.length + 1);
    const sum = (days: object[]) => days.reduce((n, day) => n + (day as { readings: number }).readings, 0);
    expect(sum(after)).toBe(sum(before) + 2);
  });

  it("are not made anew either when somebody has dropped chunks by hand", async () => {
    await report([1], 30, 1);
    await keepAll();
    const before = await keptDays();
    await pool.query(`select drop_chunks('${table.table}', older_than => interval '10 days')`);
    await noteDroppedReadings(pool, table);
    await store(pool, table, { device: 1, at: midnight(Date.now()) - 25 * DAY + 5 });
    await keepAll();
    expect(await keptDays()).toEqual(before);
  });
});
