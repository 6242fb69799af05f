import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Spread } from "../../bench/figures.ts";
import { findMosquitto } from "../../bench/peer/mosquitto.ts";
import { broadcast } from "../../bench/stories/broadcast.ts";
import { connections } from "../../bench/stories/connections.ts";
import { ingest } from "../../bench/stories/ingest.ts";
import { peer } from "../../bench/stories/peer.ts";
import { query } from "../../bench/stories/query.ts";
import { soak } from "../../bench/stories/soak.ts";
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

  // The part with Mosquitto needs its program, which is not everywhere.
  const parts = ["platform", "broker", "inserts", ...(findMosquitto() ? ["mosquitto", "loss"] : [])];
  it(`peer measures ${parts.join(", ")}`, async () => {
    const outcome = await tellStory(database, peer, {
      runs: 1,
      parts,
      messages: 400,
      connections: 4,
      "loss-rate": 300,
      "loss-seconds": 0.5,
    });
    for (const name of ["platform", "limit: the platform's broker", "limit: the platform's inserts"]) {
      positive(rowOf(outcome, name)[1]);
    }
    positive(rowOf(outcome, "both limits")[2]);
    if (!parts.includes("loss")) return;
    positive(rowOf(outcome, "Mosquitto")[2]);
    positive(rowOf(outcome, "the subscriber", 1)[1]);
    const platform = rowOf(outcome, "the platform", 1);
    positive(platform[1]);
    expect(platform[2]).toEqual({ median: 0, min: 0, max: 0 });
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

  it("connections brings every device back after a kill, with every reading", async () => {
    const outcome = await tellStory(database, connections, { runs: 1, devices: 50, spread: 0.3 });
    expect(rowOf(outcome, "acknowledged readings that are missing")[1]).toEqual({
      median: 0,
      min: 0,
      max: 0,
    });
    positive(rowOf(outcome, "seconds from then until all are back")[1]);
  }, 180_000);

  it("soak ends with ledgers that match, and draws its course", async () => {
    const outcome = await tellStory(database, soak, { minutes: 0.03, devices: 10, "speed-up": 3600 });
    const received = rowOf(outcome, "received, says the platform")[1];
    expect(received).toBeGreaterThan(0);
    expect(rowOf(outcome, "of them stored")[1]).toBe(received);
    expect(outcome.picture).toMatch(/^<svg [\s\S]*<polyline points="[\d., ]+"[\s\S]*<\/svg>\n$/);
  }, 180_000);

  it("broadcast proves every speaker, each heard once", async () => {
    const outcome = await tellStory(database, broadcast, {
      runs: 1,
      speakers: 20,
      seconds: 1,
      registered: 40,
      beside: 0.1,
      rate: 100,
    });
    expect(rowOf(outcome, "speakers that are not proven", 1)[1]).toEqual({ median: 0, min: 0, max: 0 });
    expect(rowOf(outcome, "plays beyond one", 1)[1]).toEqual({ median: 0, min: 0, max: 0 });
    for (const cell of rowOf(outcome, "release → speaker has started").slice(1)) positive(cell);
    positive(rowOf(outcome, "the main thread's longest pause", 1)[1]);
    for (const name of ["previews", "drafts", "imports"]) positive(rowOf(outcome, name, 2)[1]);
    for (const row of outcome.tables[2]!.rows) positive(row[2]);
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
