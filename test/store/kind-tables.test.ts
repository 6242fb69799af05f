import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { createLogger } from "../../log.ts";
import { buildRollups } from "../../store/build-rollups.ts";
import { openPool } from "../../store/database.ts";
import { keepChanged, keepNext } from "../../store/keep-days.ts";
import { type KindTable, type MetricColumn, readingsTable } from "../../store/kind-table.ts";
import { applyKindTables } from "../../store/kind-tables.ts";
import { migrate } from "../../store/migrate.ts";
import { findLatestReading } from "../../store/readings.ts";
import { ReadingsBatch } from "../../store/readings-batch.ts";
import { applyPolicies } from "../../store/retention.ts";
import { emptyTestDatabase, type TestDatabase } from "../helpers/db.ts";

const silent = createLogger("silent");
let db: TestDatabase;
beforeAll(async () => {
  db = await emptyTestDatabase();
  await migrate(db.pool, silent);
});
afterAll(() => db.drop());

const level: MetricColumn = { name: "level", type: "gauge" };
const total: MetricColumn = { name: "total", type: "counter" };
const mode: MetricColumn = { name: "mode", type: "state" };

const kind = (name: string, ...columns: MetricColumn[]): KindTable => ({
  kind: name,
  table: readingsTable(name),
  columns,
});

type Logged = { level: string; msg: string; [key: string]: unknown };

/** Applies the tables and returns what was logged. */
async function apply(...tables: KindTable[]): Promise<Logged[]> {
  const logged: Logged[] = [];
  const log = createLogger("debug", { write: (line) => logged.push(JSON.parse(line)) });
  await applyKindTables(db.pool, tables, { edition: db.edition, log });
  return logged;
}

const columnsOf = async (relation: string) =>
  Object.fromEntries(
    (
      await db.pool.query<{ name: string; type: string }>(
        `select attname as name, format_type(atttypid, atttypmod) as type from pg_attribute
         where attrelid = $1::regclass and attnum > 0 and not attisdropped order by attnum`,
        [relation],
      )
    ).rows.map(({ name, type }) => [name, type]),
  );
const rows = async (sql: string) => (await db.pool.query(sql)).rows;

describe("the tables of a kind", () => {
  it("have a column per metric, one reading per device and moment, and rollups by metric type", async () => {
    await apply(kind("first-one", level, total, mode));
    expect(await columnsOf("readings_first_one")).toEqual({
      device_no: "integer",
      observed_at: "timestamp with time zone",
      received_at: "timestamp with time zone",
      extra: "jsonb",
      level: "real",
      total: "double precision",
      mode: "text",
    });
    const rollup = {
      bucket: "timestamp with time zone",
      device_no: "integer",
      readings: "bigint",
      level_count: "bigint",
      level_min: "real",
      level_max: "real",
      level_sum: "double precision",
      total_first: "double precision",
      total_last: "double precision",
      mode_last: "text",
    };
    expect(await columnsOf("readings_first_one_1h")).toEqual(rollup);
    expect(await columnsOf("readings_first_one_1d")).toEqual(rollup);
    expect(
      await rows(`select column_name::text, time_interval::text from timescaledb_information.dimensions
                  where hypertable_name = 'readings_first_one'`),
    ).toEqual([{ column_name: "observed_at", time_interval: "7 days" }]);
    const insert = "insert into readings_first_one values (1, '2026-01-01T00:00Z', now())";
    await db.pool.query(insert);
    await expect(db.pool.query(insert)).rejects.toMatchObject({ code: "23505" });
  });

  it("are left alone when nothing has changed", async () => {
    const table = kind("unchanged", level);
    expect((await apply(table)).map(({ msg }) => msg)).toEqual(["readings table is ready"]);
    const state = () =>
      rows(`select 'readings_unchanged_1h'::regclass::oid as hour, 'readings_unchanged_1d'::regclass::oid as day,
                   updated_at from kind_tables where kind = 'unchanged'`);
    const before = await state();
    expect(await apply(table)).toEqual([]);
    expect(await state()).toEqual(before);
  });

  it("gain a column for a new metric, here and in the rollups, and keep what was there", async () => {
    await apply(kind("gaining", level));
    await db.pool.query(
      "insert into readings_gaining (device_no, observed_at, received_at, level) values (1, '2026-01-01T00:10Z', now(), 5)",
    );
    const logged = await apply(kind("gaining", level, total));
    expect(logged.map(({ level: severity }) => severity)).toEqual(["warn", "info"]);
    await db.pool.query(
      "insert into readings_gaining (device_no, observed_at, received_at, level, total) values (1, '2026-01-01T00:20Z', now(), 7, 100)",
    );
    expect(await rows("select level, total from readings_gaining order by observed_at")).toEqual([
      { level: 5, total: null },
      { level: 7, total: 100 },
    ]);
    for (const rollup of ["readings_gaining_1h", "readings_gaining_1d"]) {
      expect(
        await rows(`select readings, level_min, level_max, total_first, total_last from ${rollup}`),
      ).toEqual([{ readings: 2, level_min: 5, level_max: 7, total_first: 100, total_last: 100 }]);
    }
  });

  it("keep the column of a metric that the kind has dropped, and take it back as it was", async () => {
    await apply(kind("losing", level, mode));
    expect(await apply(kind("losing", mode))).toEqual([]);
    await apply(kind("losing", mode, total));
    expect(Object.keys(await columnsOf("readings_losing")).slice(4)).toEqual(["level", "mode", "total"]);
    expect(Object.keys(await columnsOf("readings_losing_1d"))).toContain("level_sum");
    expect(await apply(kind("losing", level, mode, total))).toEqual([]);
    await expect(apply(kind("losing", { ...level, type: "state" }))).rejects.toThrow("'level'");
  });

  it("refuse a metric that has become another type, and say which was and which is wanted", async () => {
    await apply(kind("changing", level));
    await expect(apply(kind("changing", total, { name: "level", type: "counter" }))).rejects.toMatchObject({
      code: "database_unsuitable",
      message:
        "Metric 'level' of kind 'changing' is a counter, but the database holds it as a gauge: give the metric a new name, or write a migration",
    });
    expect(Object.keys(await columnsOf("readings_changing"))).not.toContain("total");
  });

  it("refuse what is no name for a column, and have no part of it", async () => {
    await expect(apply(kind("hostile", { name: "a; drop table devices", type: "gauge" }))).rejects.toThrow(
      "Not a SQL identifier: 'a; drop table devices'",
    );
    await expect(apply({ ...kind("hostile"), table: "Readings" })).rejects.toThrow("Not a SQL identifier");
    expect(await rows("select from kind_tables where kind = 'hostile'")).toEqual([]);
  });

  it("keep metrics with decimals as integers that are wide enough, and say so to whoever looks", async () => {
    await apply(
      kind(
        "whole",
        { name: "warmth", type: "gauge", unit: "Cel", decimals: 1, largest: 100 },
        { name: "fits", type: "counter", unit: "L", decimals: 0, largest: 2_147_483_647 },
        { name: "wide", type: "counter", unit: "m'3", decimals: 6, largest: 2_147.483_648 },
        { ...level, unit: "kPa" },
      ),
    );
    expect(await columnsOf("readings_whole")).toMatchObject({
      warmth: "integer",
      fits: "integer",
      wide: "bigint",
      level: "real",
    });
    const rollup = {
      warmth_min: "real",
      warmth_max: "real",
      warmth_sum: "double precision",
      fits_first: "double precision",
      wide_last: "double precision",
    };
    expect(await columnsOf("readings_whole_1h")).toMatchObject(rollup);
    expect(await columnsOf("readings_whole_1d")).toMatchObject(rollup);
    expect(
      await rows(`select attname::text as name, col_description(attrelid, attnum) as comment from pg_attribute
                  where attrelid = 'readings_whole'::regclass and attnum > 4 order by attnum`),
    ).toEqual([
      { name: "warmth", comment: "in 0.1 Cel: divide by 10.0 for Cel" },
      { name: "fits", comment: "L" },
      { name: "wide", comment: "in 0.000001 m'3: divide by 1000000.0 for m'3" },
      { name: "level", comment: "kPa" },
    ]);
  });

  it("stay as they were made when a metric gets decimals, loses them or has others, and are returned so", async () => {
    const once = { name: "once", type: "gauge", decimals: 1, largest: 10 } as const;
    await apply(kind("older", level, once, total));
    const now = kind(
      "older",
      { name: "added", type: "gauge", decimals: 0, largest: 10 },
      { ...level, decimals: 2, largest: 10 },
      { ...once, decimals: 3 },
      total,
    );
    const before = await columnsOf("readings_older");
    const options = { edition: db.edition, log: silent };
    const [built] = await applyKindTables(db.pool, [now], options);
    expect(built).toEqual({ ...now, columns: [now.columns[0], level, once, total] });
    expect(await columnsOf("readings_older")).toEqual({ ...before, added: "integer" });
    expect(await applyKindTables(db.pool, [now], options)).toEqual([built]);
    expect(await apply(now)).toMatchObject([
      {
        level: "info",
        msg: "metrics are kept as their table was made, not with the decimals of their kind",
        kind: "older",
        metrics: [
          { name: "level", decimals: null },
          { name: "once", decimals: 1 },
        ],
      },
    ]);
    const batch = new ReadingsBatch(built!);
    const row = batch.begin(1, Date.now(), Date.now());
    for (const [index, value] of [4.4, 3.45678, 3.45678, 2.5].entries()) batch.setNumber(row, index, value);
    expect(await batch.insert(db.pool)).toBe(1);
    expect((await findLatestReading(db.pool, built!, 1))?.metrics).toEqual({
      added: 4,
      level: 3.45678,
      once: 3.5,
      total: 2.5,
    });
    expect(
      await rows("select added_sum, level_sum::real, once_sum, total_last from readings_older_1d"),
    ).toEqual([{ added_sum: 4, level_sum: 3.45678, once_sum: 3.5, total_last: 2.5 }]);
  });

  it("refuse a metric that has outgrown its integers, before anything of it is lost", async () => {
    const grown = (largest: number): MetricColumn => ({
      name: "used",
      type: "counter",
      decimals: 3,
      largest,
    });
    await apply(kind("growing", grown(1000)));
    await apply(kind("growing", grown(2_000_000)));
    await expect(apply(kind("growing", grown(3_000_000)))).rejects.toMatchObject({
      code: "database_unsuitable",
      message:
        "Metric 'used' of kind 'growing' may be as large as 3000000 now, but the database holds it as an integer of 3 decimals, which ends at 2147483.647: give the metric a new name, or write a migration",
    });
  });

  it("are made once when several start at once, and widened once", async () => {
    const other = openPool({ url: db.url, size: 2, applicationName: "test-other" }, () => {});
    onTestFinished(() => other.end());
    const options = { edition: db.edition, log: silent };
    for (const columns of [[level], [level, total]]) {
      const tables = [kind("crowded-one", ...columns), kind("crowded-two", ...columns)];
      await Promise.all([
        applyKindTables(db.pool, tables, options),
        applyKindTables(other, tables.toReversed(), options),
        applyKindTables(db.pool, tables, options),
      ]);
      expect(await apply(...tables)).toEqual([]);
    }
    expect(Object.keys(await columnsOf("readings_crowded_two_1h"))).toContain("total_last");
  });
});

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
