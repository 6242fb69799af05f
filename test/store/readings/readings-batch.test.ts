import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createLogger } from "../../../base/log.ts";
import { withTransaction } from "../../../store/database/database.ts";
import type { KindTable } from "../../../store/database/kind-table.ts";
import { readLedger } from "../../../store/ledger/ledger.ts";
import { findLatestReading, listReadings } from "../../../store/readings/readings.ts";
import { ReadingsBatch } from "../../../store/readings/readings-batch.ts";
import {
  type Conflict,
  insertReadings,
  refuseNone,
  settleReadings,
} from "../../../store/readings/settle-readings.ts";
import { applyKindTables } from "../../../store/schema/kind-tables.ts";
import { createTestDatabase, type TestDatabase } from "../../helpers/db.ts";

const table: KindTable = {
  kind: "batched",
  table: "readings_batched",
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

/** Each test takes device numbers of its own. */
let nextDevice = 1000;

interface Sample {
  readonly level: number | undefined;
  readonly total: number | undefined;
  readonly mode: string | undefined;
  readonly firmware: string | undefined;
  readonly extra: Record<string, unknown> | undefined;
}

const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });
const sample: fc.Arbitrary<Sample> = fc.record({
  level: maybe(fc.integer({ min: -9_999_999, max: 9_999_999 }).map((n) => n / 1000)),
  total: maybe(fc.double({ noNaN: true, noDefaultInfinity: true }).map((n) => n + 0)),
  mode: maybe(fc.constantFrom("on", "off", "自检")),
  firmware: maybe(fc.string({ unit: "grapheme", maxLength: 20 }).filter((value) => !value.includes("\0"))),
  extra: maybe(
    fc.dictionary(fc.constantFrom("a", "键", "__proto__"), fc.integer(), { noNullPrototype: true }),
  ),
});
const FIRST = Date.parse("2026-02-01T00:00:00.007Z");

function put(batch: ReadingsBatch, deviceNo: number, observedAt: number, values: Partial<Sample>): void {
  const row = batch.begin(deviceNo, observedAt, observedAt + 1234);
  if (values.level !== undefined) batch.setNumber(row, 0, values.level);
  if (values.total !== undefined) batch.setNumber(row, 1, values.total);
  if (values.mode !== undefined) batch.setText(row, 2, values.mode);
  if (values.firmware !== undefined) batch.setText(row, 3, values.firmware);
  if (values.extra !== undefined) batch.setExtra(row, JSON.stringify(values.extra));
}

const stored = async (deviceNo: number) =>
  (
    await db.pool.query("select * from readings_batched where device_no = $1 order by observed_at", [
      deviceNo,
    ])
  ).rows;

describe("a batch of readings", () => {
  it("comes out of the database as it went in, whatever is missing from row to row", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(sample, { minLength: 1, maxLength: 40 }), async (samples) => {
        const device = nextDevice++;
        const batch = new ReadingsBatch(table);
        for (const [i, values] of samples.entries()) put(batch, device, FIRST + i * 61_001, values);
        expect(await insertReadings(batch, db.pool)).toBe(samples.length);
        expect(await stored(device)).toEqual(
          samples.map((values, i) => ({
            device_no: device,
            observed_at: new Date(FIRST + i * 61_001),
            received_at: null,
            received_after: 2,
            level: values.level === undefined ? null : values.level + 0,
            total: values.total ?? null,
            mode: values.mode ?? null,
            firmware: values.firmware ?? null,
            extra: values.extra ?? null,
          })),
        );
      }),
      { numRuns: 40 },
    );
  });

  it("shows any of its rows as the device would have sent it, also from a slice", () => {
    fc.assert(
      fc.property(fc.array(sample, { minLength: 1, maxLength: 30 }), fc.nat(), fc.nat(), (samples, a, b) => {
        const batch = new ReadingsBatch(table);
        for (const [i, values] of samples.entries()) put(batch, 100 + i, FIRST + i, values);
        const [from, to] = [a % samples.length, (b % samples.length) + 1].toSorted((x, y) => x - y) as [
          number,
          number,
        ];
        const part = batch.slice(from, to);
        expect(part.rows).toBe(to - from);
        for (let row = from; row < to; row++) {
          const { extra, ...metrics } = samples[row]!;
          const given = Object.entries(metrics).filter(([, value]) => value !== undefined);
          const expected = {
            deviceNo: 100 + row,
            receivedAt: FIRST + row + 1234,
            reading: {
              ...extra,
              ...Object.fromEntries(given.map(([name, value]) => [name, value === 0 ? 0 : value])),
              observedAt: new Date(FIRST + row).toISOString(),
            },
          };
          expect(batch.row(row)).toEqual(expected);
          expect(part.row(row - from)).toEqual(expected);
        }
      }),
      { numRuns: 60 },
    );
  });

  it("may be sliced into halves that store the same as the whole", async () => {
    const [whole, halved] = [nextDevice++, nextDevice++];
    for (const device of [whole, halved]) {
      const batch = new ReadingsBatch(table);
      for (let i = 0; i < 11; i++) {
        put(batch, device, FIRST + i, { level: i, ...(i % 3 === 0 ? { mode: "on", extra: { i } } : {}) });
      }
      if (device === whole) expect(await insertReadings(batch, db.pool)).toBe(11);
      else {
        expect(await insertReadings(batch.slice(0, 5), db.pool)).toBe(5);
        expect(await insertReadings(batch.slice(5, 11), db.pool)).toBe(6);
        expect(await insertReadings(batch, db.pool)).toBe(0);
      }
    }
    const but = (rows: Record<string, unknown>[]) => rows.map((row) => ({ ...row, device_no: 0 }));
    expect(but(await stored(halved))).toEqual(but(await stored(whole)));
  });

  it("stores a moment of a device once, merges what is new into it, and counts all in the ledger", async () => {
    const device = nextDevice++;
    const other = nextDevice++;
    const batch = new ReadingsBatch(table);
    put(batch, device, FIRST, { level: 1 });
    put(batch, device, FIRST, { level: 1, mode: "on", extra: { a: 1 } });
    put(batch, other, FIRST, { level: 3 });
    put(batch, device, FIRST + 1, { level: 4 });
    put(batch, device, FIRST, { total: 7, extra: { b: 2 } });
    expect(await insertReadings(batch, db.pool)).toBe(5);
    expect(await insertReadings(batch, db.pool)).toBe(0);
    expect(await stored(device)).toMatchObject([
      { level: 1, mode: "on", total: 7, firmware: null, extra: { a: 1, b: 2 } },
      { level: 4, mode: null },
    ]);
    expect(await readLedger(db.pool, device)).toEqual({ received: 8, stored: 4, duplicate: 4, rejected: 0 });
    expect(await readLedger(db.pool, other)).toEqual({ received: 2, stored: 1, duplicate: 1, rejected: 0 });
  });

  it("holds nothing of what was in it before a reset", async () => {
    const device = nextDevice++;
    const batch = new ReadingsBatch(table);
    put(batch, device, FIRST, { level: 1, total: 2, mode: "on", firmware: "x", extra: { a: 1 } });
    batch.reset();
    put(batch, device, FIRST + 5, { total: 9 });
    expect(batch.rows).toBe(1);
    expect(await insertReadings(batch, db.pool)).toBe(1);
    expect(await stored(device)).toMatchObject([
      { level: null, total: 9, mode: null, firmware: null, extra: null },
    ]);
  });

  it("without a reading stores nothing and writes no ledger entry", async () => {
    const entries = async () =>
      (await db.pool.query<{ n: number }>("select count(*) as n from ledger_batches")).rows[0]!.n;
    const before = await entries();
    expect(await insertReadings(new ReadingsBatch(table), db.pool)).toBe(0);
    expect(await entries()).toBe(before);
  });

  it("with a row that is refused stores none of its rows and writes no ledger entry", async () => {
    const device = nextDevice++;
    const batch = new ReadingsBatch(table);
    put(batch, device, FIRST, { level: 1 });
    put(batch, device, FIRST + 1, { firmware: "a\0b" });
    await expect(insertReadings(batch, db.pool)).rejects.toMatchObject({ code: "22021" });
    expect(await stored(device)).toEqual([]);
    expect(await readLedger(db.pool, device)).toMatchObject({ received: 0, stored: 0 });
  });

  it("that comes late does not change which reading is the latest", async () => {
    const device = nextDevice++;
    for (const minute of [5, 9, 2, 9, 7]) {
      const batch = new ReadingsBatch(table);
      put(batch, device, FIRST + minute * 60_000, { level: minute });
      await insertReadings(batch, db.pool);
    }
    expect(await findLatestReading(db.pool, table, device)).toMatchObject({
      observedAt: new Date(FIRST + 9 * 60_000).toISOString(),
      metrics: { level: 9, mode: null },
    });
  });

  it("is stored once also where the chunk is compressed by now", async (context) => {
    if (db.edition !== "community") return context.skip();
    const device = nextDevice++;
    const send = (minutes: number[], more: Partial<Sample> = {}) => {
      const batch = new ReadingsBatch(table);
      for (const minute of minutes)
        put(batch, device, FIRST + minute * 60_000, { level: minute, mode: "on", ...more });
      return insertReadings(batch, db.pool);
    };
    expect(await send([1, 2, 3])).toBe(3);
    await db.pool.query(
      "select compress_chunk(c, if_not_compressed => true) from show_chunks('readings_batched') c",
    );
    // What was there, what is new, both in one batch, and what is merged.
    expect(await send([1, 2])).toBe(0);
    expect(await send([4])).toBe(1);
    expect(await send([2, 4, 5, 5])).toBe(1);
    expect(await send([1, 4], { total: 8 })).toBe(2);
    expect((await stored(device)).map(({ level, total }) => [level, total])).toEqual([
      [1, 8],
      [2, null],
      [3, null],
      [4, 8],
      [5, null],
    ]);
    expect(await readLedger(db.pool, device)).toEqual({ received: 12, stored: 7, duplicate: 5, rejected: 0 });
    // And compressed again with what came meanwhile.
    await db.pool.query(
      "select compress_chunk(c, if_not_compressed => true) from show_chunks('readings_batched') c",
    );
    expect(await send([1, 2, 3, 4, 5])).toBe(0);
    expect((await stored(device)).map(({ level }) => level)).toEqual([1, 2, 3, 4, 5]);
  });
});

describe.runIf(process.env.DATABASE_URL)("while somebody decides on readings of an old chunk", () => {
  it("those of another chunk are decided on, also of the same device, and those of that chunk wait", async () => {
    const device = nextDevice++;
    const old = FIRST - 40 * 86_400_000;
    const again = (at: number, total: number) => {
      const batch = new ReadingsBatch(table);
      put(batch, device, at, { level: 1, total });
      return batch;
    };
    for (const at of [old, FIRST]) {
      const batch = new ReadingsBatch(table);
      put(batch, device, at, { level: 1 });
      await insertReadings(batch, db.pool);
    }
    const settle = (at: number, patience: string) =>
      withTransaction(db.pool, async (tx) => {
        await tx.query(`set local lock_timeout = '${patience}'`);
        return settleReadings(tx, again(at, 5), refuseNone, FIRST);
      });
    await withTransaction(db.pool, async (tx) => {
      await settleReadings(tx, again(old, 4), refuseNone);
      expect(await settle(FIRST, "20s")).toMatchObject({ stored: 1 });
      await expect(settle(old, "1ms")).rejects.toThrow("lock timeout");
    });
    expect((await stored(device)).map(({ total }) => total)).toEqual([4, 5]);
  });
});

describe.runIf(process.env.DATABASE_URL)("two processes that decide on one moment at once", () => {
  it("do so one after the other: what the first has put there, the second is held against", async () => {
    const device = nextDevice++;
    const saying = (total: number) => {
      const batch = new ReadingsBatch(table);
      put(batch, device, FIRST, { level: 1, total });
      return batch;
    };
    const first = new ReadingsBatch(table);
    put(first, device, FIRST, { level: 1 });
    await insertReadings(first, db.pool);
    const conflicts: Conflict[] = [];
    const note = (_table: KindTable, found: readonly Conflict[]) => {
      conflicts.push(...found);
      return [];
    };
    let pid = 0;
    let second: ReturnType<typeof settleReadings> | undefined;
    await withTransaction(db.pool, async (tx) => {
      expect(await settleReadings(tx, saying(4), refuseNone, FIRST)).toMatchObject({ stored: 1 });
      second = withTransaction(db.pool, async (other) => {
        pid = (await other.query("select pg_backend_pid() as pid")).rows[0].pid;
        return settleReadings(other, saying(5), note, FIRST);
      });
      // It has come to where it waits for the first, wherever that is.
      const waits = "select count(*)::int as n from pg_locks where pid = $1 and not granted";
      await expect
        .poll(async () => (await db.pool.query(waits, [pid])).rows[0].n, { timeout: 20_000, interval: 5 })
        .toBe(1);
    });
    expect(await second).toMatchObject({ stored: 0, rejected: 1 });
    expect(conflicts).toMatchObject([{ refused: { total: 5 }, partial: false }]);
    expect((await stored(device)).map(({ total }) => total)).toEqual([4]);
  });
});

describe("a batch of metrics with decimals", () => {
  const scaled: KindTable = {
    kind: "scaled",
    table: "readings_scaled",
    columns: [
      { name: "level", type: "gauge", decimals: 2, largest: 1000 },
      { name: "total", type: "counter", decimals: 3, largest: 1e12 },
      { name: "count", type: "counter", decimals: 0, largest: 1e6 },
      { name: "odd", type: "gauge" },
    ],
  };
  beforeAll(() => applyKindTables(db.pool, [scaled], { edition: db.edition, log: createLogger("silent") }));

  const insert = (deviceNo: number, at: number, values: Record<string, number>) => {
    const batch = new ReadingsBatch(scaled);
    const row = batch.begin(deviceNo, at, at);
    for (const [index, { name }] of scaled.columns.entries()) {
      if (values[name] !== undefined) batch.setNumber(row, index, values[name]);
    }
    return { batch, row, stored: insertReadings(batch, db.pool) };
  };

  it("comes out in the metrics' units, every step of a resolution as it was sent", async () => {
    const device = nextDevice++;
    const steps = (most: number, scale: number) =>
      fc.integer({ min: -most, max: most }).map((n) => n / scale + 0);
    const values = fc.record({
      level: steps(100_000, 100),
      total: steps(1e15, 1000),
      count: steps(1_000_000, 1),
      odd: steps(1_000_000, 1000),
    });
    let at = FIRST;
    await fc.assert(
      fc.asyncProperty(values, async (given) => {
        const { batch, row, stored } = insert(device, at++, given);
        expect(await stored).toBe(1);
        expect((await findLatestReading(db.pool, scaled, device))?.metrics).toEqual(given);
        expect(batch.row(row).reading).toMatchObject(given);
      }),
      { numRuns: 60 },
    );
    const page = await listReadings(
      db.pool,
      scaled,
      { deviceNo: device, order: "desc", columns: scaled.columns.slice(0, 1) },
      { limit: 1 },
    );
    expect(page.items[0]!.metrics).toEqual({
      level: (await findLatestReading(db.pool, scaled, device))!.metrics.level,
    });
  });

  it("rounds what has more digits, and is a duplicate when it comes again", async () => {
    const device = nextDevice++;
    const sent = { level: 20.004_9, total: 1.000_5, count: 2.5, odd: 3.45678 };
    expect(await insert(device, FIRST, sent).stored).toBe(1);
    expect(await insert(device, FIRST, sent).stored).toBe(0);
    expect((await findLatestReading(db.pool, scaled, device))?.metrics).toEqual({
      level: 20,
      total: 1.001,
      count: 3,
      odd: 3.45678,
    });
    expect(await readLedger(db.pool, device)).toMatchObject({ received: 2, stored: 1, duplicate: 1 });
  });

  it("lies in the table as whole numbers", async () => {
    const device = nextDevice++;
    await insert(device, FIRST, { level: -21.4, total: 999_999_999_999.999 }).stored;
    const { rows } = await db.pool.query(
      "select level, total::text, count from readings_scaled where device_no = $1",
      [device],
    );
    expect(rows).toEqual([{ level: -2140, total: "999999999999999", count: null }]);
  });
});
