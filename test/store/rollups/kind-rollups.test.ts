import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { arrivalOf, type KindTable, readingsTable } from "../../../store/database/kind-table.ts";
import { ReadingsBatch } from "../../../store/readings/readings-batch.ts";
import { keepChanged } from "../../../store/rollups/keep-changed.ts";
import { keepNext } from "../../../store/rollups/keep-days.ts";
import { daySelect, hourSelect } from "../../../store/rollups/rollups.ts";
import { chooseColumns, planSeries, readDeviceSeries } from "../../../store/rollups/series.ts";
import { applyKindTables } from "../../../store/schema/kind-tables.ts";
import { insertDevice, insertRegions } from "../../api/fixtures.ts";
import type { TestDatabase } from "../../helpers/db.ts";
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
      total_used: "bigint",
      total_tail: "bigint",
      total_level: "bigint",
      total_edge: "bigint",
      total_past: "bigint[]",
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

  it("are made anew where a former version has counted otherwise, and are right before that is done", async () => {
    const table = kind("counted-before", { ...total, decimals: 0, largest: 1e6 });
    await asApache(table);
    await db.pool.query(
      `insert into readings_counted_before (device_no, observed_at, received_at, total)
       select 1, timestamptz '2026-01-01T00:10Z' + n * interval '9 hours', now(), value
       from unnest(array[1000, 995, 996, 1001, 0, 0, 1003]) with ordinality as r (value, n)`,
    );
    await keep(table);
    const right = [{ used: 0 }, { used: 1 }, { used: 2 }];
    const used = () => rows("select total_used as used from readings_counted_before_1d_kept order by bucket");
    expect(await used()).toEqual(right);
    // As the version before has left it.
    await db.pool.query("update readings_counted_before_1d_kept set total_used = 1000");
    await db.pool.query("alter table readings_counted_before_1d_kept drop column total_past");
    await db.pool.query("update rollup_state set form = 2 where kind = 'counted-before'");
    await asApache(table);
    const plan = await planSeries(
      db.pool,
      {
        table,
        columns: chooseColumns(table.columns, { named: true, aggregates: [], overFleet: false }),
        interval: { amount: 1, unit: "day" },
        timeZone: "Asia/Shanghai",
        from: new Date("2026-01-01T00:00+08:00"),
        to: new Date("2026-01-05T00:00+08:00"),
      },
      100,
    );
    for (let turn = 0; turn < 2; turn++) {
      const buckets = await readDeviceSeries(db.pool, plan, 1);
      expect(buckets.map(({ values }) => ({ used: values[0] }))).toEqual(right);
      await keep(table);
    }
    expect(await used()).toEqual(right);
  });

  it("hand on what a register fell from, and what has moved it since its newest reading", async () => {
    const table = kind("fell-before", { ...total, decimals: 0, largest: 1e6 });
    await asApache(table);
    await insertRegions(db.pool);
    const devices: number[] = [];
    for (const id of ["fell-1", "fell-2"]) {
      devices.push(await insertDevice(db.pool, id, { kind: table.kind, regionCode: "520102" }));
    }
    const [one, other] = devices as [number, number];
    const insert = (device: number, hour: string, ...values: number[]) =>
      db.pool.query(
        `insert into readings_fell_before (device_no, observed_at, received_at, total)
         select $1::int, timestamptz '2026-01-01T00:00+08:00' + $2::interval + n * interval '1 minute', now(), value
         from unnest($3::int[]) with ordinality as r (value, n)`,
        [device, hour, values],
      );
    const used = async (device: number) =>
      (
        await rows(
          `select total_used as used from readings_fell_before_1d_kept where device_no = ${device} order by bucket`,
        )
      ).map((row) => row.used);
    await insert(one, "2 hours", 1000);
    await insert(other, "2 hours", 1000, 1012);
    const evening = Date.parse("2026-01-01T20:00+08:00");
    while ((await keepNext(db.pool, table, { devices: 1000, now: evening })) === "more");
    expect(await used(one)).toEqual([0]);
    await insert(one, "23 hours", 0, 0);
    await insert(one, "26 hours", 1003);
    await insert(other, "23 hours", 3);
    await insert(other, "26 hours", 1, 2);
    await db.pool.query(
      `insert into register_exchanges (device_no, metric, at, old_register, new_register, made_by)
       values (${other}, 'total', '2026-01-01T23:30+08:00', 4, 0, 'x')`,
    );
    await keep(table);
    expect([await used(one), await used(other)]).toEqual([
      [0, 3],
      [12 + 3, 2 + 1],
    ]);
    // Nothing else of the first day's end is otherwise then: it fell from 2000, to which it has not come back.
    await insert(one, "1 hour", 2000, 2000);
    await db.pool.query(
      `insert into rollup_changes (kind, device_no, day) values ('fell-before', ${one}, '2026-01-01T00:00+08:00')`,
    );
    await keep(table);
    expect(await used(one)).toEqual([0, 1003]);
  });

  it("are made anew when the kind counts otherwise, but for those whose readings are gone", async () => {
    const counter = { ...total, decimals: 0, largest: 1e6 };
    const table = kind("counts-otherwise", counter);
    await asApache(table);
    const insert = (when: string, value: number) =>
      db.pool.query(
        `insert into readings_counts_otherwise (device_no, observed_at, received_at, total) values (1, '${when}', now(), ${value})`,
      );
    const used = () =>
      rows("select total_used as used from readings_counts_otherwise_1d_kept order by bucket");
    await insert("2026-01-01T00:10Z", 100);
    await insert("2026-01-01T00:20Z", 130);
    await insert("2026-03-01T00:10Z", 140);
    await insert("2026-03-01T00:20Z", 120);
    await insert("2026-03-01T00:30Z", 121);
    await insert("2026-03-02T00:10Z", 0);
    await insert("2026-03-02T00:20Z", 0);
    await insert("2026-03-02T00:30Z", 200);
    await keep(table);
    await db.pool.query(
      "select drop_chunks('readings_counts_otherwise', older_than => timestamptz '2026-02-01')",
    );
    expect(await used()).toEqual([{ used: 30 }, { used: 10 + 1 }, { used: 200 - 141 }]);
    for (const [rules, ...expected] of [
      [{ tolerance: 25 }, 10, 200 - 140],
      [{ rollsOverAt: 150 }, 10 + 1, 200 - 141],
      [{ rollsOverAt: 21 }, 10 + 1 + 1, 200 - 142],
      [{ restarts: true }, 10 + 120 + 1, 200],
      [{}, 10 + 1, 200 - 141],
    ] as const) {
      const changed = kind("counts-otherwise", { ...counter, ...rules });
      for (let turn = 0; turn < 2; turn++) {
        const [applied] = await asApache(changed);
        expect((await used())[0]).toEqual({ used: 30 });
        await keep(applied!);
      }
      expect(await used()).toEqual([{ used: 30 }, { used: expected[0] }, { used: expected[1] }]);
    }
  });
});

describe("the table of a kind that a former version made, with the moment of each arrival", () => {
  it("gets the delays of new readings beside it, compressed chunks included, and tells both", async () => {
    const table = kind("arrives", level);
    await apply(table);
    await db.pool.query("alter table readings_arrives drop column received_after");
    await db.pool.query("alter table readings_arrives alter column received_at set not null");
    await db.pool.query(
      "insert into readings_arrives (device_no, observed_at, received_at, level) values (1, '2026-01-01T00:10Z', '2026-01-01T00:10:01.234Z', 5)",
    );
    if (db.edition === "community") {
      await db.pool.query("select compress_chunk(c) from show_chunks('readings_arrives') c");
    }
    await apply(table);
    const batch = new ReadingsBatch(table);
    const observedAt = Date.parse("2026-01-01T00:20:00.100Z");
    batch.begin(1, observedAt, observedAt + 2600);
    batch.begin(1, observedAt + 1, observedAt - 2600);
    // Longer than any retention.
    batch.begin(1, observedAt + 2, observedAt + 2 + 20 * 365 * 86_400_000);
    expect((await batch.insertNew(db.pool)).stored).toBe(3);
    expect(await rows(`select ${arrivalOf("r")} as at from readings_arrives r order by observed_at`)).toEqual(
      [
        "2026-01-01T00:10:01.234Z",
        "2026-01-01T00:20:03.100Z",
        "2026-01-01T00:19:58.101Z",
        "2045-12-27T00:20:00.102Z",
      ].map((at) => ({ at: new Date(at) })),
    );
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

  it("carry over days of continuous aggregates that have outlived their readings, and count by first and last what they used", async (context) => {
    if (db.edition !== "community") return context.skip();
    const counter = { ...total, decimals: 1, largest: 1e6 };
    const narrow = kind("historic", level, counter);
    await apply(narrow);
    // As a version before this one left it.
    await db.pool.query("drop view readings_historic_1d, readings_historic_1h");
    await db.pool.query("drop table readings_historic_1d_kept");
    await db.pool.query("delete from rollup_state where kind = 'historic'");
    const options = "with (timescaledb.continuous, timescaledb.materialized_only = false)";
    await db.pool.query(
      `create materialized view readings_historic_1h ${options} as ${hourSelect(narrow)} with no data`,
    );
    await db.pool.query(
      `create materialized view readings_historic_1d ${options} as ${daySelect(narrow)} with no data`,
    );
    // 0.5 each six hours, and a reset to 0 on 10 January.
    await db.pool.query(`insert into readings_historic (device_no, observed_at, received_at, level, total)
      select 1, at, now(), 1, case when at < '2026-01-10T00:00+08' then 1000 + 5 * n else 5 * (n - 36) end
      from (select n, timestamptz '2026-01-01T00:00+08' + n * interval '6 hours' as at from generate_series(0, 239) n) t`);
    for (const view of ["1h", "1d"]) {
      await db.pool.query(
        `call refresh_continuous_aggregate('readings_historic_${view}', null, '2026-04-01')`,
      );
    }
    await db.pool.query("select drop_chunks('readings_historic', older_than => timestamptz '2026-02-01')");
    const [{ raw }] = await rows("select count(*) as raw from readings_historic");
    expect(raw).toBeLessThan(200);

    const wide = kind("historic", level, counter, mode);
    await apply(wide);
    expect(
      await rows(
        "select view_name from timescaledb_information.continuous_aggregates where view_name like 'readings_historic%'",
      ),
    ).toEqual([]);
    const read = async (table: KindTable) => {
      const plan = await planSeries(
        db.pool,
        {
          table,
          columns: chooseColumns([level, counter], { named: true, aggregates: [], overFleet: false }),
          interval: { amount: 1, unit: "day" },
          timeZone: "Asia/Shanghai",
          from: new Date("2026-01-01T00:00+08:00"),
          to: new Date("2026-03-02T00:00+08:00"),
        },
        100,
      );
      return (await readDeviceSeries(db.pool, plan, 1)).map(({ readings, values }) => [readings, ...values]);
    };
    const expected = Array.from({ length: 60 }, (_, day) => [4, 1, day === 0 ? 1.5 : day === 9 ? 1.5 : 2]);
    for (let turn = 0; turn < 2; turn++) {
      expect(await read(wide)).toEqual(expected);
      await keep(wide);
    }
    // An interval that days cannot answer, where readings are gone.
    await expect(
      planSeries(
        db.pool,
        {
          table: wide,
          columns: [{ metric: counter, aggregate: "delta" }],
          interval: { amount: 1, unit: "hour" },
          timeZone: "Asia/Shanghai",
          from: new Date("2026-01-05T00:00+08:00"),
          to: new Date("2026-01-06T00:00+08:00"),
        },
        100,
      ),
    ).rejects.toMatchObject({ code: "readings_dropped" });
  });

  const keep = async (table: KindTable) => {
    while ((await keepNext(db.pool, table, { devices: 1000 })) === "more");
    while ((await keepChanged(db.pool, table, { limit: 1000 })) === "more");
  };
});
