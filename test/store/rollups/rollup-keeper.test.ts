import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createLogger } from "../../../base/log.ts";
import { openPool, type Pool, withTransaction } from "../../../store/database/database.ts";
import { ReadingsBatch } from "../../../store/readings/readings-batch.ts";
import { insertReadings } from "../../../store/readings/settle-readings.ts";
import { logChangedDays } from "../../../store/rollups/changed-days.ts";
import { keepChanged } from "../../../store/rollups/keep-changed.ts";
import { keepNext } from "../../../store/rollups/keep-days.ts";
import { keptBefore, lateBefore, spanOf } from "../../../store/rollups/late-readings.ts";
import { startRollupKeeper } from "../../../store/rollups/rollup-keeper.ts";
import { readRollupLags } from "../../../store/rollups/rollup-lag.ts";
import { readDeviceSeries } from "../../../store/rollups/series.ts";
import { applyKindTables } from "../../../store/schema/kind-tables.ts";
import { createTestDatabase, type TestDatabase } from "../../helpers/db.ts";
import {
  DAY,
  expectDaysToBeRight,
  HOUR,
  keepAllDays,
  keptKind,
  midnight,
  planDays,
  reportDays,
  store,
} from "./kept-readings.ts";
import { forgetReadings, lookAtKept } from "./kept-steps.ts";

const silent = createLogger("silent");
const table = keptKind("kept_well");
/** The embedded database has one session, in which nothing happens between two statements of a transaction. */
const onServer = Boolean(process.env.DATABASE_URL);

let db: TestDatabase;
let pool: Pool;
beforeAll(async () => {
  db = await createTestDatabase();
  pool = db.pool;
  // As on the Apache edition, also where the test's database could do more: kept days are tables and views.
  await applyKindTables(pool, [table], { edition: "apache", log: silent });
});
afterAll(() => db.drop());
beforeEach(() => forgetReadings(pool, table));

const report = (devices: readonly number[], days: number, ago: number) =>
  reportDays(pool, table, { devices, days, ago });

const all = { devices: 1000 };
const { rows, state, changes, keptDays } = lookAtKept(() => pool, table);
const keepAll = (now?: number) => keepAllDays(pool, table, now);

describe("the rule of late readings", () => {
  it("keeps a span of three hours one hour after its end, and calls its readings late from half an hour on", () => {
    const start = midnight(Date.parse("2026-11-10T00:00:00Z"));
    const minutes = (n: number) => start + n * 60_000;
    expect(spanOf(minutes(179))).toBe(start);
    expect(spanOf(minutes(180))).toBe(minutes(180));
    expect(lateBefore(minutes(209))).toBe(start);
    expect(lateBefore(minutes(210))).toBe(minutes(180));
    expect(keptBefore(minutes(239))).toBe(start);
    expect(keptBefore(minutes(240))).toBe(minutes(180));
  });

  it("logs what is new, late and not kept twice in the log of one batch, and nothing else", async () => {
    const now = midnight(Date.now()) + 5 * HOUR;
    await store(pool, table, { device: 1, at: now - 1, now });
    await store(pool, table, { device: 1, at: now - 2 * HOUR, now });
    expect(await changes()).toBe(0);
    const batch = new ReadingsBatch(table);
    for (const at of [now - 3 * HOUR, now - 4 * HOUR, now - 2 * DAY, now - 1]) {
      batch.setNumber(batch.begin(2, at, now), 0, 1);
    }
    expect(await insertReadings(batch.slice(0, 4), pool, now)).toBe(4);
    const logged = await rows("select kind, device_no, day from rollup_changes order by day");
    expect(logged).toEqual([
      { kind: table.kind, device_no: 2, day: new Date(midnight(now - 2 * DAY)) },
      { kind: table.kind, device_no: 2, day: new Date(midnight(now)) },
    ]);
    expect(await insertReadings(batch, pool, now)).toBe(0);
    expect(await changes()).toBe(2);
    // A batch is used again.
    batch.reset();
    batch.setNumber(batch.begin(2, now - 2, now), 0, 1);
    expect(await insertReadings(batch, pool, now)).toBe(1);
    expect(await changes()).toBe(2);
  });

  it("logs nothing where nobody keeps days", async () => {
    const other = keptKind("not_kept");
    await applyKindTables(pool, [other], { edition: "apache", log: silent });
    await pool.query("delete from rollup_state where kind = $1", [other.kind]);
    expect(await store(pool, other, { device: 1, at: Date.now() - 9 * DAY })).toBe(1);
    expect(await changes()).toBe(0);
  });
});

describe("the keeper", () => {
  it("keeps a large past piece by piece from the oldest readings on, and then has nothing to do", async () => {
    await report([1, 2, 50], 6, 1);
    const pieces = await keepAll();
    expect(pieces).toBeGreaterThanOrEqual(6);
    expect(pieces).toBeLessThan(40);
    expect((await state()).complete_until.getTime()).toBe(keptBefore(Date.now()));
    expect(await keptDays()).toHaveLength(await expectDaysToBeRight(pool, table));
    expect(await keepNext(pool, table, all)).toBe("done");
  });

  it("adds to the day of today as it goes on, without taking in what is too new", async () => {
    const start = midnight(Date.now()) - 2 * DAY;
    for (let hour = 0; hour < 24; hour++)
      await store(pool, table, { device: 3, at: start + hour * HOUR, now: 0 });
    await keepAll(start + 9.9 * HOUR);
    expect(await keptDays()).toMatchObject([{ readings: 6, bucket: new Date(start) }]);
    await keepAll(start + 13.5 * HOUR);
    expect(await keptDays()).toMatchObject([{ readings: 12 }]);
    await expectDaysToBeRight(pool, table);
  });

  it("does each piece once when two processes keep at once", async () => {
    await report([1, 2, 3, 4, 5, 6, 7, 8], 3, 1);
    const options = { log: silent, edition: "apache", devices: 2 } as const;
    const other = openPool({ url: db.url, size: 1, applicationName: "test-other" }, () => {});
    const keepers = [startRollupKeeper(pool, [table], options), startRollupKeeper(other, [table], options)];
    await expect
      .poll(async () => {
        for (const keeper of keepers) await keeper.runDue();
        return (await state()).complete_until.getTime();
      })
      .toBe(keptBefore(Date.now()));
    for (const keeper of keepers) await keeper.stop();
    await other.end();
    await expectDaysToBeRight(pool, table);
  });

  it("stops between two pieces, and goes on from there after a restart", async () => {
    await report([1, 2, 3, 4, 5, 6, 7, 8], 4, 1);
    const options = { log: silent, edition: "apache", devices: 1 } as const;
    let pieces = 0;
    // The clock is looked at before each piece.
    const now = () => {
      if (++pieces === 6) stopping = first.stop();
      return Date.now();
    };
    let stopping: Promise<void> | undefined;
    const first = startRollupKeeper(pool, [table], { ...options, now });
    await first.runDue();
    await stopping;
    expect(pieces).toBe(6);
    const before = await state();
    expect(before.complete_until.getTime()).toBeGreaterThan(Date.now() - 20 * DAY);
    expect(before.complete_until.getTime()).toBeLessThan(keptBefore(Date.now()));
    await expectDaysToBeRight(pool, table);
    const second = startRollupKeeper(pool, [table], options);
    await second.runDue();
    await second.stop();
    expect((await state()).complete_until.getTime()).toBe(keptBefore(Date.now()));
    await expectDaysToBeRight(pool, table);
  });

  it("says when it fails, and keeps the other kinds all the same", async () => {
    await report([1], 2, 1);
    const logged: { level: string; kind: string }[] = [];
    const log = createLogger("info", { write: (line) => logged.push(JSON.parse(line)) });
    const ghost = keptKind("ghost");
    await pool.query("insert into rollup_state (kind) values ('ghost')");
    await pool.query("insert into rollup_changes (kind, device_no, day) values ('ghost', 1, now())");
    const keeper = startRollupKeeper(pool, [ghost, table], { log });
    await keeper.runDue();
    await keeper.stop();
    await pool.query("delete from rollup_state where kind = 'ghost'");
    expect(logged).toMatchObject([{ level: "warn", kind: "ghost" }]);
    expect((await state()).complete_until.getTime()).toBe(keptBefore(Date.now()));
  });

  it("makes changed days anew for a while in each turn, and goes on in the next", async () => {
    await report([1], 6, 1);
    await keepAll();
    const today = midnight(Date.now());
    for (const days of [5, 4, 3, 2]) await store(pool, table, { device: 1, at: today - days * DAY + 7 });
    expect(await changes()).toBe(4);
    const turn = async () => {
      const keeper = startRollupKeeper(pool, [table], { log: silent, changedMs: 0 });
      await keeper.runDue();
      await keeper.stop();
      return changes();
    };
    expect(await turn()).toBe(3);
    await expectDaysToBeRight(pool, table);
    while ((await turn()) > 0);
    await expectDaysToBeRight(pool, table);
  });

  it("tells how far it is and how much waits", async () => {
    await report([1], 3, 1);
    await keepAll();
    await store(pool, table, { device: 1, at: Date.now() - 2 * DAY });
    const lag = (await readRollupLags(pool)).find(({ kind }) => kind === table.kind)!;
    expect(lag.changes).toBe(1);
    expect(lag.seconds).toBeGreaterThanOrEqual(3600);
    expect(lag.seconds).toBeLessThanOrEqual(4 * 3600 + 60);
  });
});

describe.skipIf(!onServer)("what commits while days are kept", () => {
  it("is waited for when it was sent in time", async () => {
    await report([1], 2, 1);
    // Its transaction began before the span had ended for an hour: at this moment nothing is due for it.
    const writer = await pool.connect();
    try {
      await writer.query("begin");
      const at = Date.now();
      await store(writer as unknown as Pool, table, { device: 1, at, now: at });
      const later = at + 9 * HOUR;
      await keepAll(later);
      expect((await state()).complete_until.getTime()).toBe(keptBefore(at));
      await writer.query("commit");
      await keepAll(later);
      expect((await state()).complete_until.getTime()).toBe(keptBefore(later));
      await expectDaysToBeRight(pool, table);
      expect((await keptDays()).at(-1)).toMatchObject({ bucket: new Date(midnight(at)), readings: 1 });
    } finally {
      writer.release();
    }
  });

  it("is seen at once when it was late, and kept in the next turn", async () => {
    await report([1, 2], 4, 1);
    const writer = await pool.connect();
    try {
      await writer.query("begin");
      const day = midnight(Date.now()) - 3 * DAY;
      await store(writer as unknown as Pool, table, { device: 1, at: day + 7, volume: 1 });
      await keepAll();
      await expectDaysToBeRight(pool, table);
      const before = (await keptDays()).find((row) => row.device_no === 1 && row.bucket.getTime() === day);
      await writer.query("commit");
      expect(await changes()).toBe(1);
      await expectDaysToBeRight(pool, table);
      expect((await keptDays()).find((row) => row.device_no === 1 && row.bucket.getTime() === day)).toEqual(
        before,
      );
      await keepAll();
      expect(await changes()).toBe(0);
      await expectDaysToBeRight(pool, table);
      const after = (await keptDays()).find((row) => row.device_no === 1 && row.bucket.getTime() === day);
      expect(after.readings).toBe(before.readings + 1);
    } finally {
      writer.release();
    }
  });

  it("stays in the log when the day was made anew just before", async () => {
    await report([1], 4, 1);
    await keepAll();
    const day = midnight(Date.now()) - 3 * DAY;
    const writer = await pool.connect();
    try {
      await writer.query("begin");
      await store(writer as unknown as Pool, table, { device: 1, at: day + 1 });
      // Not by a batch: of one device those wait for each other, as each looks at its newest values.
      await withTransaction(pool, async (tx) => {
        await tx.query(
          `insert into ${table.table} (device_no, observed_at, received_at) values (1, $1, now())`,
          [new Date(day + 2).toISOString()],
        );
        await logChangedDays(tx, table.kind, [{ deviceNo: 1, observedAt: day + 2 }]);
      });
      expect(await keepChanged(pool, table, { limit: 100 })).toBe("more");
      await writer.query("commit");
      await expectDaysToBeRight(pool, table);
      expect(await changes()).toBe(1);
      await keepChanged(pool, table, { limit: 100 });
      await expectDaysToBeRight(pool, table);
    } finally {
      writer.release();
    }
  });

  it("leaves a kind to whoever holds it", async () => {
    await report([1], 4, 1);
    await withTransaction(pool, async (tx) => {
      await tx.query("select from rollup_state where kind = $1 for update", [table.kind]);
      expect(await keepNext(pool, table, all)).toBe("busy");
      expect(await keepChanged(pool, table, { limit: 1 })).toBe("busy");
    });
    expect(await keepNext(pool, table, all)).toBe("more");
  });
});

describe("a series from kept days", () => {
  it("reads the chunks of its range only", async () => {
    const start = midnight(Date.now()) - 400 * DAY;
    await pool.query(
      `insert into ${table.table}_1d_kept (bucket, device_no, readings, volume_first, volume_last)
       select $1::timestamptz + day * interval '24 hours', 1, 1, day, day from generate_series(0, 399, 20) as day`,
      [new Date(start).toISOString()],
    );
    await pool.query("update rollup_state set complete_until = $1", [
      new Date(midnight(Date.now())).toISOString(),
    ]);
    const asked: { sql: string; values: unknown[] }[] = [];
    const watched = {
      query: (sql: string, values: unknown[]) => {
        asked.push({ sql, values });
        return pool.query(sql, values);
      },
    } as unknown as Pool;
    const from = start + 200 * DAY;
    const plan = await planDays(pool, table, { from, to: from + 30 * DAY, overFleet: false });
    expect(await readDeviceSeries(watched, plan, 1)).toHaveLength(2);
    const { sql, values } = asked.find((query) => query.sql.includes("_1d_kept"))!;
    const { rows: lines } = await pool.query<{ "QUERY PLAN": string }>(`explain (analyze) ${sql}`, values);
    const scans = lines
      .map((line) => line["QUERY PLAN"])
      .filter((line) => /Scan.* on _hyper/.test(line) && !line.includes("never executed"));
    // Of kept days the one or two quarters of the range and of the lookup before it, of readings none.
    expect(scans.length).toBeGreaterThan(0);
    expect(scans.length).toBeLessThanOrEqual(5);
  });
});
