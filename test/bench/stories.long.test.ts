import { dirname } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Spread } from "../../bench/figures.ts";
import { findMosquitto } from "../../bench/peer/mosquitto.ts";
import { broadcast } from "../../bench/stories/broadcast.ts";
import { cluster } from "../../bench/stories/cluster.ts";
import { compareBuilds } from "../../bench/stories/compare.ts";
import { connections } from "../../bench/stories/connections.ts";
import { peer } from "../../bench/stories/peer.ts";
import { province } from "../../bench/stories/province.ts";
import { soak } from "../../bench/stories/soak.ts";
import { builtFile } from "../helpers/built.ts";
import { createTestDatabase, type TestDatabase } from "../helpers/db.ts";
import { findRabbitmq } from "../helpers/rabbitmq-node.ts";
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

  // An embedded database has one process; brokers are not everywhere.
  const ways = ["doors", ...(findRabbitmq() ? ["rabbitmq"] : []), ...(findMosquitto() ? ["mosquitto"] : [])];
  const processes = [process.env.DATABASE_URL ? 2 : 1];
  it(`cluster stores all that was acknowledged by ${ways.join(", ")}, and says what each message took`, async () => {
    const outcome = await tellStory(database, cluster, {
      runs: 1,
      ways,
      processes,
      connections: 4,
      seconds: 0.1,
      rate: 100,
      steps: [50],
      limit: 60_000,
    });
    const [full, steady, knee] = outcome.tables;
    const cases = ways.length * processes.length;
    expect([full!.rows.length, steady!.rows.length, knee!.rows.length]).toEqual([cases, cases, cases]);
    for (const row of full!.rows) positive(row[2]);
    // So few messages may take less than what Linux counts in.
    const isLinux = process.platform === "linux";
    for (const [way, , , platform, , broker] of full!.rows) {
      expect(platform === null).toBe(!isLinux);
      expect(broker === null).toBe(!isLinux || way === full!.rows[0]![0]);
    }
  }, 600_000);

  it("compare runs two built versions in turn, each on a database of its own, and names their commits", async () => {
    const outcome = await tellStory(database, compareBuilds, {
      before: dirname(dirname(builtFile("app/main"))),
      // An embedded database takes long to make.
      runs: process.env.DATABASE_URL ? 2 : 1,
      seconds: 0.5,
      connections: 2,
    });
    expect(rowOf(outcome, "processor time")).toHaveLength(4);
    expect(outcome.notes[0]).toMatch(/Before: (commit \w+|.*dist); now: /);
    await expect(tellStory(database, compareBuilds, { before: "/nowhere" })).rejects.toThrow(
      /npm run build there/,
    );
  }, 600_000);

  it("province stores all that its fleet sends, steadily and as it comes back", async () => {
    const outcome = await tellStory(database, province, {
      scale: 0.01,
      registered: 0.01,
      kept: 0.05,
      processes: 1,
      seconds: 0.5,
      times: [0.01],
      "return-limit": 120,
    });
    expect(outcome.tables[0]!.rows.map(([times]) => times)).toEqual([0.01]);
    expect(rowOf(outcome, "minutes until 7,360,000 kept readings", 1)[2]).toMatch(
      /^(measured|extrapolated)$/,
    );
    for (const name of ["logins", "kept readings", "bytes of a reading", "GB on a day"]) {
      expect(rowOf(outcome, name, 1)[1]).toMatch(/^[\d,.]+$/);
    }
  }, 600_000);
});
