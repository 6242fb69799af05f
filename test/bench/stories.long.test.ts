import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Spread } from "../../bench/figures.ts";
import { findMosquitto } from "../../bench/peer/mosquitto.ts";
import { broadcast } from "../../bench/stories/broadcast.ts";
import { connections } from "../../bench/stories/connections.ts";
import { peer } from "../../bench/stories/peer.ts";
import { soak } from "../../bench/stories/soak.ts";
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
});
