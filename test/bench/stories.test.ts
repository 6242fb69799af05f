import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Spread } from "../../bench/figures.ts";
import { ingest } from "../../bench/stories/ingest.ts";
import { query } from "../../bench/stories/query.ts";
import { storage } from "../../bench/stories/storage.ts";
import { createTestDatabase, type TestDatabase } from "../helpers/db.ts";
import { rowOf, tellStory } from "./bench.ts";

const positive = (cell: unknown) => expect((cell as Spread).median).toBeGreaterThan(0);

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

// Small and without a word about speed: a test machine is busy with other tests.
describe("in a small form", () => {
  it("ingest stores all that was acknowledged, in every case that was asked for", async () => {
    const outcome = await tellStory(database, ingest, {
      runs: 1,
      // QoS 0 has no window: what is sent in this time fills the sockets, and all of it must be stored.
      seconds: 0.1,
      connections: [1],
      qos: [0, 1],
      readings: [1],
      rate: [0],
      gateways: 2,
    });
    const rows = outcome.tables[0]!.rows;
    expect(rows.map(([name, qos, readings]) => [name, qos, readings])).toEqual([
      ["1 connection, full speed", 0, 1],
      ["1 connection, full speed", 1, 1],
      ["2 gateways with 100 meters, full speed", 1, 100],
    ]);
    // Acknowledgements have a latency, QoS 0 has none. That all was stored, the story itself has checked.
    expect(rows.map((row) => row[5] === null)).toEqual([true, false, false]);
  }, 180_000);

  it("query gets the same answers from the API and from bare SQL", async () => {
    const outcome = await tellStory(database, query, {
      runs: 1,
      seconds: 0.1,
      meters: 20,
      days: 3,
      "hourly-days": 2,
      callers: [2],
    });
    expect(outcome.tables[0]!.title).toContain(
      "980 readings of 20 meters over 3 days (the last 2 hourly, one a day before)",
    );
    expect(outcome.tables[0]!.rows).toHaveLength(6);
    for (const row of outcome.tables[0]!.rows) for (const cell of row.slice(2)) positive(cell);
  }, 180_000);

  it("storage weighs each kind's readings, as columnstore where the edition has it", async () => {
    const outcome = await tellStory(database, storage, { readings: 20_000, kinds: ["camera"] });
    const [, metrics, readings, inserted, columnstore] = rowOf(outcome, "camera");
    expect([metrics, readings]).toEqual([6, 20_000]);
    expect(inserted).toBeGreaterThan(50);
    if (outcome.database?.edition === "community") expect(columnstore).toBeLessThan(inserted as number);
    else expect(columnstore).toBeNull();
  }, 180_000);
});
