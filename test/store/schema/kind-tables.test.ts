import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { openPool } from "../../../store/database/database.ts";
import type { QuantityColumn } from "../../../store/database/kind-table.ts";
import { findLatestReading } from "../../../store/readings/readings.ts";
import { ReadingsBatch } from "../../../store/readings/readings-batch.ts";
import { insertReadings } from "../../../store/readings/settle-readings.ts";
import { applyKindTables } from "../../../store/schema/kind-tables.ts";
import type { TestDatabase } from "../../helpers/db.ts";
import { type KindScene, kind, level, mode, openKindScene, silent, total } from "../rollups/kind-scene.ts";

let db: TestDatabase;
let apply: KindScene["apply"];
let columnsOf: KindScene["columnsOf"];
let rows: KindScene["rows"];
beforeAll(async () => {
  ({ db, apply, columnsOf, rows } = await openKindScene());
});
afterAll(() => db.drop());

describe("the tables of a kind", () => {
  it("have a column per metric, one reading per device and moment, and rollups by metric type", async () => {
    await apply(kind("first-one", level, total, mode));
    expect(await columnsOf("readings_first_one")).toEqual({
      device_no: "integer",
      observed_at: "timestamp with time zone",
      received_at: "timestamp with time zone",
      received_after: "integer",
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
    expect(Object.keys(await columnsOf("readings_losing")).slice(5)).toEqual(["level", "mode", "total"]);
    expect(Object.keys(await columnsOf("readings_losing_1d"))).toContain("level_sum");
    expect(await apply(kind("losing", level, mode, total))).toEqual([]);
    await expect(apply(kind("losing", { ...level, type: "state" }))).rejects.toThrow("'level'");
  });

  it("refuse a metric that has become another type, and say which was and which is wanted", async () => {
    await apply(kind("changing", level));
    await expect(apply(kind("changing", total, { name: "level", type: "counter" }))).rejects.toMatchObject({
      code: "database_unsuitable",
      message:
        "Quantity 'level' of kind 'changing' is a counter, but the database holds it as a gauge: give the quantity a new name, or write a migration",
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
                  where attrelid = 'readings_whole'::regclass and attnum > 5 order by attnum`),
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
        msg: "quantities are stored as their table was made, not with the decimals of their kind",
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
    expect(await insertReadings(batch, db.pool)).toBe(1);
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
    const grown = (largest: number): QuantityColumn => ({
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
        "Quantity 'used' of kind 'growing' may be as large as 3000000 now, but the database holds it as an integer of 3 decimals, which ends at 2147483.647: give the quantity a new name, or write a migration",
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
