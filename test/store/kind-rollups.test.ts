import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { buildRollups } from "../../store/build-rollups.ts";
import { keepChanged, keepNext } from "../../store/keep-days.ts";
import { type KindTable, readingsTable } from "../../store/kind-table.ts";
import { applyKindTables } from "../../store/kind-tables.ts";
import { applyPolicies } from "../../store/retention.ts";
import type { TestDatabase } from "../helpers/db.ts";
import { type KindScene, kind, level, mode, openKindScene, silent, total } from "./kind-scene.ts";

let db: TestDatabase;
let apply: KindScene["apply"];
let columnsOf: KindScene["columnsOf"];
let rows: KindScene["rows"];
beforeAll(async () => {
  ({ db, apply, columnsOf, rows } = await openKindScene());
});
afterAll(() => db.drop());

describe("kept days of a kind", () => {
  const asApache = (...tables: KindTable[]) =>
    applyKindTables(db.pool, tables, { edition: "apache", log: silent });
  const at = "2026-01-01T00:10Z";
  const keep = async (table: KindTable) => {
    while ((await keepNext(db.pool, table, { devices: 1000 })) === "more");
    while ((await keepChanged(db.pool, table, { limit: 1000 })) === "more");
  };
  const kept = (name: string) => rows(`select * from ${readingsTable(name)}_1d_kept order by bucket`);

  it("have the types of the rollup, and gain columns without losing a day", async () => {
    const [narrow, wide] = [kind("kept-wide", level), kind("kept-wide", level, total, mode)];
    await asApache(narrow);
    await db.pool.query(
      `insert into readings_kept_wide (device_no, observed_at, received_at, level) values (1, '${at}', now(), 5)`,
    );
    await keep(narrow);
    await db.pool.query("select drop_chunks('readings_kept_wide', older_than => now())");
    expect(await columnsOf("readings_kept_wide_1d_kept")).toEqual(await columnsOf("readings_kept_wide_1d"));
    await asApache(wide);
    expect(await columnsOf("readings_kept_wide_1d_kept")).toEqual({
      ...(await columnsOf("readings_kept_wide_1d")),
      total_prior: "double precision",
    });
    const added = kind("kept-wide", level, total, mode, { name: "heat", type: "gauge" });
    await asApache(added);
    expect(
      await rows("select readings, level_sum, heat_count, total_last from readings_kept_wide_1d"),
    ).toEqual([{ readings: 1, level_sum: 5, heat_count: 0, total_last: null }]);
    await asApache(added);
    expect(await kept("kept-wide")).toHaveLength(1);
  });

  it("are begun on a database of a version that made them each time anew", async () => {
    const table = kind("kept-before", level);
    await asApache(table);
    await db.pool.query("drop view readings_kept_before_1d");
    await db.pool.query("drop table readings_kept_before_1d_kept");
    await db.pool.query("delete from rollup_state where kind = 'kept-before'");
    await db.pool.query("create view readings_kept_before_1d as select * from readings_kept_before_1h");
    await asApache(table);
    await db.pool.query(
      `insert into readings_kept_before (device_no, observed_at, received_at, level) values (1, '${at}', now(), 5)`,
    );
    await keep(table);
    expect(await rows("select bucket, level_sum from readings_kept_before_1d")).toEqual([
      { bucket: new Date("2025-12-31T16:00Z"), level_sum: 5 },
    ]);
  });

  it("outlive a time on the community edition, which makes those anew that can be", async (context) => {
    if (db.edition !== "community") return context.skip();
    const table = kind("kept-twice", level);
    const insert = (when: string) =>
      db.pool.query(
        `insert into readings_kept_twice (device_no, observed_at, received_at, level) values (1, '${when}', now(), 5)`,
      );
    await asApache(table);
    await insert(at);
    await insert("2026-03-01T00:10Z");
    await keep(table);
    await db.pool.query("select drop_chunks('readings_kept_twice', older_than => timestamptz '2026-02-01')");
    const logged = await apply(table);
    expect(logged.filter((line) => line.level === "warn").map(({ msg }) => msg)).toEqual([
      expect.stringContaining("rebuilding the rollups"),
      expect.stringContaining("are not shown"),
    ]);
    expect(await rows("select bucket from readings_kept_twice_1d")).toHaveLength(1);
    expect(await rows("select from rollup_state where kind = 'kept-twice'")).toEqual([]);
    // Nobody tells the kept days of this one.
    await insert("2026-03-01T00:20Z");
    await asApache(table);
    for (let turn = 0; turn < 2; turn++) {
      expect(await rows("select bucket, readings from readings_kept_twice_1d order by 1")).toEqual([
        { bucket: new Date("2025-12-31T16:00Z"), readings: 1 },
        { bucket: new Date("2026-02-28T16:00Z"), readings: 2 },
      ]);
      await keep(table);
    }
  });
});

describe("the tables of a kind on the community edition", () => {
  it("gain a column while some of their chunks are compressed", async (context) => {
    if (db.edition !== "community") return context.skip();
    await apply(kind("packed", level));
    await db.pool.query(
      "insert into readings_packed (device_no, observed_at, received_at, level) values (1, '2026-01-01T00:10Z', now(), 5)",
    );
    await db.pool.query("select compress_chunk(c) from show_chunks('readings_packed') c");
    await apply(kind("packed", level, total, mode));
    await db.pool.query(
      `insert into readings_packed (device_no, observed_at, received_at, level, mode) values (1, '2026-01-01T00:20Z', now(), 7, 'on')`,
    );
    expect(await rows("select level, total, mode from readings_packed order by observed_at")).toEqual([
      { level: 5, total: null, mode: null },
      { level: 7, total: null, mode: "on" },
    ]);
    expect(await rows("select readings, level_sum, mode_last from readings_packed_1d")).toEqual([
      { readings: 2, level_sum: 12, mode_last: "on" },
    ]);
  });

  it("have their rollups made anew as views, and back, when the edition changes", async (context) => {
    if (db.edition !== "community") return context.skip();
    const table = kind("moving", level);
    const type = async () =>
      rows(`select view_name::text from timescaledb_information.continuous_aggregates
            where view_name like 'readings_moving%' order by 1`);
    await apply(table);
    await db.pool.query(
      "insert into readings_moving (device_no, observed_at, received_at, level) values (1, '2026-01-01T00:10Z', now(), 5)",
    );
    expect(await type()).toHaveLength(2);
    await applyKindTables(db.pool, [table], { edition: "apache", log: silent });
    expect(await type()).toHaveLength(0);
    expect(await rows("select readings from readings_moving_1d")).toEqual([{ readings: 1 }]);
    await apply(table);
    expect(await type()).toHaveLength(2);
    expect(await rows("select readings from readings_moving_1d")).toEqual([{ readings: 1 }]);
  });

  it("keep rollups that are older than the readings when a metric is gained, also after an interruption", async (context) => {
    if (db.edition !== "community") return context.skip();
    const narrow = kind("historic", level);
    const wide = kind("historic", level, total);
    const policies = (table: KindTable) =>
      applyPolicies(db.pool, [table], { readingsDays: 30, eventsDays: 0, rejectedDays: 0 });
    const sums = () =>
      rows(`select (select sum(level_sum) from readings_historic_1h) as hours,
                   (select sum(level_sum) from readings_historic_1d) as days,
                   (select count(*) from readings_historic) as raw`);
    const runRefresh = async () => {
      const jobs = await rows(`select job_id from timescaledb_information.jobs
        where proc_name = 'policy_refresh_continuous_aggregate' order by job_id`);
      for (const { job_id } of jobs) await db.pool.query("call run_job($1)", [job_id]);
    };
    await apply(narrow);
    await policies(narrow);
    await db.pool.query(`insert into readings_historic (device_no, observed_at, received_at, level)
      select 1, now() - make_interval(hours => h), now(), 1 from generate_series(2, 60 * 24, 6) h`);
    await db.pool.query(
      "call refresh_continuous_aggregate('readings_historic_1h', null, now() - interval '1 hour')",
    );
    await db.pool.query(
      "call refresh_continuous_aggregate('readings_historic_1d', null, now() - interval '1 day')",
    );
    await db.pool.query("select drop_chunks('readings_historic', older_than => interval '30 days')");
    const [before] = await sums();
    expect(before).toMatchObject({ hours: 240, days: 240 });
    expect(before.raw).toBeLessThan(160);

    // A start that was killed after the old rollup had been set aside.
    const client = await db.pool.connect();
    await client.query("alter table readings_historic add column total double precision");
    await buildRollups(client, wide, "community");
    client.release();
    await policies(wide);
    await apply(wide);
    expect(await rows("select to_regclass('readings_historic_1h_before') as left_over")).toEqual([
      { left_over: null },
    ]);
    expect(await sums()).toEqual([before]);
    await policies(wide);
    await runRefresh();
    expect(await sums()).toEqual([before]);
    await db.pool.query(`insert into readings_historic (device_no, observed_at, received_at, level, total)
      values (1, now() - interval '9 days 1 minute', now(), 10, 1)`);
    await runRefresh();
    expect(await sums()).toMatchObject([{ hours: 250, days: 250 }]);
    expect(await rows("select sum(total_last) as total from readings_historic_1d")).toEqual([{ total: 1 }]);

    // And one that was killed before the rollup that was set aside had been removed.
    const again = await db.pool.connect();
    await buildRollups(again, wide, "community");
    again.release();
    await apply(wide);
    expect(await rows("select to_regclass('readings_historic_1h_before') as left_over")).toEqual([
      { left_over: null },
    ]);
    expect(await sums()).toMatchObject([{ hours: 250, days: 250 }]);
  });
});
