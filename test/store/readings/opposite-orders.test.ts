import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createLogger } from "../../../base/log.ts";
import { type Db, withTransaction } from "../../../store/database/database.ts";
import type { KindTable } from "../../../store/database/kind-table.ts";
import { insertNewEvents, insertNewReplies } from "../../../store/events/write-events.ts";
import { ReadingsBatch } from "../../../store/readings/readings-batch.ts";
import { applyKindTables } from "../../../store/schema/kind-tables.ts";
import { createTestDatabase, type TestDatabase } from "../../helpers/db.ts";

const table: KindTable = {
  kind: "opposite",
  table: "readings_opposite",
  columns: [{ name: "level", type: "gauge" }],
};
const AT = Date.parse("2026-02-01T00:00:00Z");

let db: TestDatabase;
beforeAll(async () => {
  db = await createTestDatabase();
  await applyKindTables(db.pool, [table], { edition: db.edition, log: createLogger("silent") });
});
afterAll(() => db.drop());

type Write = (db: Db, devices: readonly number[]) => Promise<number>;

const item = (deviceNo: number) => ({ deviceNo, observedAt: AT, receivedAt: AT, data: "{}" });

/** How each writes something of these devices, in that order; with how many had been there. */
const writes: [what: string, write: Write][] = [
  [
    "readings",
    async (tx, devices) => {
      const batch = new ReadingsBatch(table);
      for (const device of devices) batch.setNumber(batch.begin(device, AT, AT), 0, 1);
      return (await batch.insertNew(tx)).met.length;
    },
  ],
  [
    "events",
    async (tx, devices) =>
      (
        await insertNewEvents(
          tx,
          devices.map((device) => ({ ...item(device), eventId: "e", phase: "instant", type: "leak" })),
        )
      ).length,
  ],
  [
    "replies",
    async (tx, devices) =>
      (
        await insertNewReplies(
          tx,
          devices.map((device) => ({ ...item(device), commandId: "c", outcome: "done" })),
        )
      ).length,
  ],
];

// A gateway that sends a message twice, in another order, would otherwise stop whoever shares a batch with it for a second.
describe.runIf(process.env.DATABASE_URL)("two batches with the same moments in opposite orders", () => {
  it.each(writes)("of %s wait for one another, and not each for the other", async (_what, write) => {
    const [a, b, c] = [1, 2, 3];
    const pids: number[] = [];
    const waitsFor = async (devices: readonly number[]) => {
      let met: Promise<number> | undefined;
      const pid = await new Promise<number>((started, failed) => {
        met = withTransaction(db.pool, async (tx) => {
          started((await tx.query("select pg_backend_pid() as pid")).rows[0].pid);
          return write(tx, devices);
        });
        met.catch(failed);
      });
      pids.push(pid);
      const waits = "select count(distinct pid)::int as n from pg_locks where pid = any ($1) and not granted";
      await expect
        .poll(async () => (await db.pool.query(waits, [pids])).rows[0].n, { timeout: 20_000, interval: 5 })
        .toBe(pids.length);
      return { met: met! };
    };
    // Whoever makes a chunk is waited for by all others.
    await write(db.pool, [4]);
    const [first, second] = await withTransaction(db.pool, async (tx) => {
      await write(tx, [c]);
      return [await waitsFor([a, c, b]), await waitsFor([b, a])];
    });
    expect([await first.met, await second.met]).toEqual([1, 2]);
  });
});
