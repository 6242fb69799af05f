import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  type ArrayColumn,
  Float4Column,
  Float8Column,
  Int4Column,
  JsonbColumn,
  ScaledInt4Column,
  ScaledInt8Column,
  TextColumn,
  TimestampColumn,
} from "../../../store/database/binary-array.ts";
import { createTestDatabase, type TestDatabase } from "../../helpers/db.ts";

let db: TestDatabase;
beforeAll(async () => {
  db = await createTestDatabase();
});
afterAll(() => db.drop());

/** What PostgreSQL makes of a column: its elements in order, as it would print them and as `pg` reads them. */
async function readBack(column: ArrayColumn, type: string): Promise<unknown[]> {
  const { rows } = await db.pool.query<{ value: unknown }>({
    text: `select value from unnest($1::${type}[]) with ordinality as a (value, i) order by i`,
    values: [column.finish()],
  });
  return rows.map((row) => row.value);
}

/** Values with gaps; a gap is a row that is never set. */
const sparse = <T>(value: fc.Arbitrary<T>) =>
  fc.array(fc.option(value, { nil: undefined }), { maxLength: 60 });

function fill<T>(
  column: ArrayColumn & { set(row: number, value: T): void },
  values: (T | undefined)[],
): void {
  for (const [row, value] of values.entries()) if (value !== undefined) column.set(row, value);
}

/** With gaps as nulls, and without those after the last value, which `unnest` pads. */
function expected<T>(values: (T | undefined)[], map: (value: T) => unknown = (value) => value): unknown[] {
  const length = values.findLastIndex((value) => value !== undefined) + 1;
  return values.slice(0, length).map((value) => (value === undefined ? null : map(value)));
}

const text = fc.string({ unit: "grapheme", maxLength: 40 }).filter((value) => !value.includes("\0"));
const time = fc.date({
  min: new Date("2015-01-01T00:00:00.000Z"),
  max: new Date("2100-12-31T23:59:59.999Z"),
  noInvalidDate: true,
});
const float4 = fc.float({ noNaN: true, noDefaultInfinity: true });
const float8 = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.constantFrom(0, -0, Number.MIN_VALUE, Number.MAX_VALUE, -Number.MAX_VALUE, Number.EPSILON, 2 ** 53, 0.1),
);
/** jsonb keeps numbers as decimals and has no negative zero. */
const json = fc
  .jsonValue()
  .map((value) => JSON.parse(JSON.stringify(value).replaceAll("\\u0000", "0"), noMinusZero));
const noMinusZero = (_: string, value: unknown) => (value === 0 ? 0 : value);

describe("an array in the binary format comes to the database as it was set, nulls where nothing was", () => {
  const runs = { numRuns: 60 };

  it("of integers", async () => {
    await fc.assert(
      fc.asyncProperty(sparse(fc.integer()), async (values) => {
        const column = new Int4Column();
        fill(column, values);
        expect(await readBack(column, "int4")).toEqual(expected(values));
      }),
      runs,
    );
  });

  it("of numbers with decimals, as whole ones of the last digit", async () => {
    const number = fc.oneof(
      fc.integer({ min: -2_147_483_648, max: 2_147_483_647 }).map((n) => n / 1000),
      fc.constantFrom(1.0005, -1.0005, 0.0004, -0.0004, 2_147_483.647, -2_147_483.648),
    );
    await fc.assert(
      fc.asyncProperty(sparse(number), async (values) => {
        const column = new ScaledInt4Column(1000);
        fill(column, values);
        expect(await readBack(column, "int4")).toEqual(
          expected(values, (value) => Math.round(value * 1000) + 0),
        );
        for (const [row, value] of values.entries()) {
          expect(column.get(row)).toBe(value === undefined ? undefined : Math.round(value * 1000) / 1000 + 0);
        }
      }),
      runs,
    );
  });

  it("of the same in eight bytes, up to 2^53", async () => {
    const number = fc.oneof(
      fc.maxSafeInteger().map((n) => n / 10),
      fc.constantFrom(0, -0.1, 0.1, 429_496_729.5, 429_496_729.6, -429_496_729.6, -429_496_729.7),
    );
    await fc.assert(
      fc.asyncProperty(sparse(number), async (values) => {
        const column = new ScaledInt8Column(10);
        fill(column, values);
        expect((await readBack(column, "int8")).map((value) => value && Number(value))).toEqual(
          expected(values, (value) => Math.round(value * 10) + 0),
        );
        for (const [row, value] of values.entries()) {
          expect(column.get(row)).toBe(value === undefined ? undefined : Math.round(value * 10) / 10 + 0);
        }
      }),
      runs,
    );
  });

  it("of double-precision numbers, to the last bit", async () => {
    await fc.assert(
      fc.asyncProperty(sparse(float8), async (values) => {
        const column = new Float8Column();
        fill(column, values);
        expect(await readBack(column, "float8")).toEqual(expected(values));
      }),
      runs,
    );
  });

  it("of single-precision numbers, rounded as PostgreSQL rounds them", async () => {
    await fc.assert(
      fc.asyncProperty(
        sparse(fc.oneof(float4, fc.double({ min: -3e38, max: 3e38, noNaN: true }))),
        async (values) => {
          const column = new Float4Column();
          fill(column, values);
          const read = await readBack(column, "float4");
          expect(read.map((value) => (value === null ? null : Math.fround(value as number)))).toEqual(
            expected(values, Math.fround),
          );
        },
      ),
      runs,
    );
  });

  it("of moments, to the millisecond, from 2015 to 2100 and before 2000 too", async () => {
    const moments = fc.oneof(
      time,
      fc.date({ min: new Date(0), max: new Date("2000-01-02Z"), noInvalidDate: true }),
    );
    await fc.assert(
      fc.asyncProperty(sparse(moments), async (values) => {
        const column = new TimestampColumn();
        for (const [row, value] of values.entries()) if (value) column.set(row, value.getTime());
        expect(await readBack(column, "timestamptz")).toEqual(expected(values));
        for (const [row, value] of values.entries()) expect(column.get(row)).toBe(value?.getTime());
      }),
      runs,
    );
  });

  it("of texts in any script", async () => {
    await fc.assert(
      fc.asyncProperty(sparse(text), async (values) => {
        const column = new TextColumn();
        fill(column, values);
        expect(await readBack(column, "text")).toEqual(expected(values));
      }),
      runs,
    );
  });

  it("of JSON values", async () => {
    await fc.assert(
      fc.asyncProperty(sparse(json), async (values) => {
        const column = new JsonbColumn();
        for (const [row, value] of values.entries()) {
          if (value !== undefined) column.set(row, JSON.stringify(value));
        }
        expect(await readBack(column, "jsonb")).toEqual(expected(values));
      }),
      runs,
    );
  });

  it("of more than the buffer held at first, and of nothing", async () => {
    const column = new TextColumn();
    const long = Array.from({ length: 300 }, (_, i) => "广".repeat(i));
    fill(column, long);
    expect(await readBack(column, "text")).toEqual(long);
    column.reset();
    expect(await readBack(column, "text")).toEqual([]);
    column.set(500, "a");
    const read = await readBack(column, "text");
    expect(read).toHaveLength(501);
    expect(read.filter((value) => value !== null)).toEqual(["a"]);
    column.reset();
    column.set(0, "b");
    expect(await readBack(column, "text")).toEqual(["b"]);
  });
});

describe("a column", () => {
  it("gives back what was set, and undefined for a gap", () => {
    const column = new Float4Column();
    column.set(1, 3.58);
    column.set(3, -0.1);
    expect([0, 1, 2, 3, 4].map((row) => column.get(row))).toEqual([
      undefined,
      3.58,
      undefined,
      -0.1,
      undefined,
    ]);
  });

  it("copies any part of itself", () => {
    fc.assert(
      fc.property(sparse(text), fc.nat(60), fc.nat(60), (values, a, b) => {
        const [from, to] = a < b ? [a, b] : [b, a];
        const column = new TextColumn();
        fill(column, values);
        const part = new TextColumn();
        column.copyTo(part, new Map(Array.from({ length: to - from }, (_, i) => [from + i, i])));
        for (let row = 0; row < to - from; row++) expect(part.get(row)).toBe(values[from + row]);
        expect(part.get(to - from)).toBeUndefined();
        const alone = new TextColumn();
        fill(alone, values.slice(from, to));
        expect(part.finish()).toEqual(alone.finish());
      }),
    );
  });
});
