import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createLogger } from "../../../base/log.ts";
import type { KindTable } from "../../../store/database/kind-table.ts";
import { listReadings, type ReadingQuery } from "../../../store/readings/readings.ts";
import { readPageAsJson } from "../../../store/readings/readings-json.ts";
import { applyKindTables } from "../../../store/schema/kind-tables.ts";
import { createTestDatabase, type TestDatabase } from "../../helpers/db.ts";

const table: KindTable = {
  kind: "written",
  table: "readings_written",
  columns: [
    { name: "level", type: "gauge" },
    { name: "total", type: "counter" },
    { name: "mode", type: "state" },
    { name: "firmware", type: "text" },
  ],
};

let db: TestDatabase;
beforeAll(async () => {
  db = await createTestDatabase();
  await applyKindTables(db.pool, [table], { edition: db.edition, log: createLogger("silent") });
});
afterAll(() => db.drop());

interface Row {
  readonly level: number | null;
  readonly total: number | null;
  readonly mode: string | null;
  readonly firmware: string | null;
  readonly extra: unknown;
}

/** A reading a second, the first of them the oldest. */
async function insert(deviceNo: number, rows: readonly Row[]): Promise<void> {
  await db.pool.query(
    `insert into readings_written (device_no, observed_at, received_at, level, total, mode, firmware, extra)
     select $1, timestamptz '2026-01-01 00:00:00.000001Z' + i * interval '1 second', '2026-01-02Z',
            level, total, mode, firmware, extra
     from unnest($2::real[], $3::float8[], $4::text[], $5::text[], $6::jsonb[])
       with ordinality as given (level, total, mode, firmware, extra, i)`,
    [
      deviceNo,
      rows.map(({ level }) => level),
      rows.map(({ total }) => total),
      rows.map(({ mode }) => mode),
      rows.map(({ firmware }) => firmware),
      rows.map(({ extra }) => (extra === null ? null : JSON.stringify(extra))),
    ],
  );
}

const asked = (deviceNo: number, columns = table.columns): ReadingQuery => ({
  deviceNo,
  order: "asc",
  columns,
});

/** Both ways of one page, as a client would see them. */
async function bothWays(query: ReadingQuery, page: { limit: number; cursor?: string | undefined }) {
  const text = await readPageAsJson(db.pool, table, query, page);
  const objects = await listReadings(db.pool, table, query, page);
  return { written: JSON.parse(text), expected: JSON.parse(JSON.stringify(objects)) };
}

const storable = fc.string({ unit: "grapheme", maxLength: 20 }).filter((value) => !value.includes("\0"));
const row: fc.Arbitrary<Row> = fc.record({
  // Not -0, which JSON.stringify writes as 0.
  level: fc.option(fc.float({ noNaN: true, noDefaultInfinity: true }).map((n) => n + 0)),
  total: fc.option(fc.double({ noNaN: true, noDefaultInfinity: true }).map((n) => n + 0)),
  mode: fc.option(fc.constantFrom("on", "NaN", 'a "b"\\\n', "自检")),
  firmware: fc.option(storable),
  extra: fc.option(
    fc.dictionary(fc.constantFrom("a", "键", '"', "__proto__"), fc.oneof(fc.integer(), storable), {
      noNullPrototype: true,
    }),
  ),
});

describe("a page of readings as JSON text", () => {
  it("says what the page as objects says, whatever is stored", async () => {
    const rows = fc.sample(row, 500);
    await insert(1, rows);
    const { written, expected } = await bothWays(asked(1), { limit: 500 });
    expect(written.items).toHaveLength(500);
    expect(written).toEqual(expected);
  });

  it("has null for what JSON has no number for", async () => {
    const odd = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    await insert(
      2,
      odd.map((value) => ({ level: value, total: value, mode: "NaN", firmware: null, extra: null })),
    );
    const { written, expected } = await bothWays(asked(2), { limit: 10 });
    expect(written).toEqual(expected);
    for (const { metrics } of written.items) {
      expect(metrics).toEqual({ level: null, total: null, mode: "NaN", firmware: null });
    }
  });

  it("goes on by cursor, the same one, and ends with null", async () => {
    const one: Row = { level: 1.5, total: 1e21, mode: "on", firmware: "1", extra: { deep: [{ a: null }] } };
    await insert(3, [one, one, one]);
    const first = await bothWays(asked(3), { limit: 2 });
    expect(first.written).toEqual(first.expected);
    expect(first.written.nextCursor).toMatch(/^[\w-]+$/);
    const second = await bothWays(asked(3), { limit: 2, cursor: first.written.nextCursor });
    expect(second.written).toEqual(second.expected);
    expect(second.written.items).toHaveLength(1);
    expect(second.written.nextCursor).toBeNull();
  });

  it("has only the columns that were asked for, and none where there are none", async () => {
    await insert(4, [{ level: 1, total: 2, mode: "on", firmware: "x", extra: null }]);
    for (const columns of [[table.columns[2]!, table.columns[0]!], []]) {
      const { written, expected } = await bothWays(asked(4, columns), { limit: 2 });
      expect(written).toEqual(expected);
      expect(Object.keys(written.items[0].metrics)).toEqual(columns.map(({ name }) => name));
    }
  });

  it("of a device without readings is empty", async () => {
    expect(await readPageAsJson(db.pool, table, asked(5), { limit: 2 })).toBe(
      '{"items":[],"nextCursor":null}',
    );
  });
});
