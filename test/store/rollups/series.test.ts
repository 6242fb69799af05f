import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { tablesOf } from "../../../app/kind-tables.ts";
import { gasMeter } from "../../../devices/kinds/gas-meter/kind.ts";
import { parseInterval } from "../../../store/database/interval.ts";
import type { KindTable } from "../../../store/database/kind-table.ts";
import {
  chooseColumns,
  planSeries,
  readDeviceSeries,
  supportedAggregates,
} from "../../../store/rollups/series.ts";
import { insertDevice, insertRegions } from "../../api/fixtures.ts";
import { createTestDatabase, type TestDatabase } from "../../helpers/db.ts";

const meters = tablesOf([gasMeter])[0]!;
const table: KindTable = {
  ...meters,
  columns: ["volume", "flow"].map((name) => meters.columns.find((column) => column.name === name)!),
};

let db: TestDatabase;
let deviceNo: number;

/** A small generator, so that a failure can be repeated. */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

interface Sample {
  at: number;
  volume: number | null;
  flow: number | null;
}

const START = Date.parse("2026-02-27T03:17:00Z");
const samples: Sample[] = [];

beforeAll(async () => {
  db = await createTestDatabase();
  await insertRegions(db.pool);
  deviceNo = await insertDevice(db.pool, "random");
  // Ten days with gaps, resets and readings that leave something out.
  const next = numbers(42);
  let volume = 500;
  for (let at = START; at < START + 10 * 86_400_000; at += Math.floor(next() * 4 * 3_600_000)) {
    volume = next() < 0.03 ? 0 : Math.round((volume + next()) * 1000) / 1000;
    samples.push({
      at,
      volume: next() < 0.1 ? null : volume,
      flow: next() < 0.1 ? null : Math.round(next() * 100) / 100,
    });
  }
  await db.pool.query(
    `insert into readings_gas_meter (device_no, observed_at, received_at, volume, flow)
     select $1::int, at, at, volume * 1000, flow * 1000 from unnest($2::timestamptz[], $3::float8[], $4::float8[]) as s (at, volume, flow)`,
    [
      deviceNo,
      samples.map((sample) => new Date(sample.at).toISOString()),
      samples.map((sample) => sample.volume),
      samples.map((sample) => sample.flow),
    ],
  );
});
afterAll(() => db.drop());

async function read(interval: string, from: string, to: string, timeZone = "Asia/Shanghai") {
  const columns = chooseColumns(table.columns, { named: true, aggregates: [], overFleet: false });
  const plan = await planSeries(
    db.pool,
    { table, columns, interval: parseInterval(interval)!, timeZone, from: new Date(from), to: new Date(to) },
    10_000,
  );
  return { plan, buckets: await readDeviceSeries(db.pool, plan, deviceNo) };
}

/**
 * The same by hand, from the definition: within a rollup's bucket last less first or less the last before, and
 * these added up.
 */
function expected(sourceMs: number, from: number, to: number) {
  const cells = new Map<number, { first: number; last: number }>();
  // Days begin at 16:00 UTC; hours and readings are not moved by that.
  const offset = 8 * 3_600_000;
  for (const { at, volume } of samples) {
    if (volume === null) continue;
    const key = sourceMs === 0 ? at : Math.floor((at + offset) / sourceMs) * sourceMs - offset;
    const cell = cells.get(key);
    if (cell) cell.last = volume;
    else cells.set(key, { first: volume, last: volume });
  }
  let before: number | undefined;
  let usage = 0;
  for (const [key, { first, last }] of cells) {
    const used = before === undefined ? last - first : last >= before ? last - before : last;
    if (key >= from && key < to) usage += used;
    before = last;
  }
  return usage;
}

describe("a series against the definition, over random readings with gaps and resets", () => {
  const ranges = [
    ["2026-02-26T16:00:00Z", "2026-03-10T16:00:00Z"],
    ["2026-03-01T16:00:00Z", "2026-03-03T16:00:00Z"],
    ["2026-03-05T16:00:00Z", "2026-03-06T16:00:00Z"],
  ] as const;

  it.each(
    ranges.flatMap(([from, to]) => [
      ["20m", 0, from, to] as const,
      ["1h", 3_600_000, from, to] as const,
      ["6h", 3_600_000, from, to] as const,
      ["1d", 86_400_000, from, to] as const,
      ["2d", 86_400_000, from, to] as const,
    ]),
  )(
    "%s (source %i ms) from %s to %s counts the same usage, readings and mean",
    async (interval, sourceMs, from, to) => {
      const { plan, buckets } = await read(interval, from, to);
      const inside = samples.filter(({ at }) => at >= plan.from.getTime() && at < plan.to.getTime());
      expect(inside.length).toBeGreaterThan(5);
      const usage = buckets.reduce((sum, bucket) => sum + Number(bucket.values[0] ?? 0), 0);
      expect(usage).toBeCloseTo(expected(sourceMs, plan.from.getTime(), plan.to.getTime()), 4);
      expect(buckets.reduce((sum, bucket) => sum + bucket.readings, 0)).toBe(inside.length);
      for (const [index, bucket] of buckets.entries()) {
        const start = bucket.start.getTime();
        const end = buckets[index + 1]?.start.getTime() ?? plan.to.getTime();
        const flows = inside.filter(({ at }) => at >= start && at < end).flatMap(({ flow }) => flow ?? []);
        if (flows.length === 0) expect(bucket.values[1]).toBeNull();
        else expect(bucket.values[1]).toBeCloseTo(flows.reduce((a, b) => a + b, 0) / flows.length, 5);
      }
    },
  );
});

describe("the plan of a series", () => {
  it("widens a range to whole months of the time zone", async () => {
    const { plan } = await read("1mo", "2026-02-15T00:00:00Z", "2026-02-16T00:00:00Z");
    expect([plan.from.toISOString(), plan.to.toISOString(), plan.source]).toEqual([
      "2026-01-31T16:00:00.000Z",
      "2026-02-28T16:00:00.000Z",
      "1d",
    ]);
  });

  it("widens a range across a change of the clocks", async () => {
    const { plan } = await read("1d", "2026-03-29T10:00:00Z", "2026-03-29T11:00:00Z", "Europe/Berlin");
    expect([plan.from.toISOString(), plan.to.toISOString()]).toEqual([
      "2026-03-28T23:00:00.000Z",
      "2026-03-29T22:00:00.000Z",
    ]);
  });

  it("has weeks from Monday", async () => {
    const { plan } = await read("1w", "2026-03-04T00:00:00Z", "2026-03-04T01:00:00Z");
    expect(plan.from.toISOString()).toBe("2026-03-01T16:00:00.000Z"); // Monday 2 March in Guizhou
  });
});

describe("the aggregates of a metric", () => {
  it("begin with its default, and over a fleet are those that mean something there", () => {
    expect(supportedAggregates("gauge", false)).toEqual([
      "avg",
      "min",
      "max",
      "sum",
      "count",
      "first",
      "last",
    ]);
    expect(supportedAggregates("counter", false)).toEqual(["delta", "first", "last"]);
    expect(supportedAggregates("counter", true)).toEqual(["delta"]);
    expect(supportedAggregates("state", false)).toEqual(["last", "count", "first"]);
    expect(supportedAggregates("state", true)).toEqual(["count"]);
  });

  it("that no metric has are refused even when no metric was named", () => {
    const text = [{ name: "firmware", type: "text" }] as const;
    expect(() => chooseColumns(text, { named: false, aggregates: ["avg"], overFleet: false })).toThrow(
      "No quantity of this kind has the aggregate avg",
    );
  });
});
