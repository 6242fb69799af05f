import { afterAll, beforeAll, expect, it } from "vitest";
import { createLogger } from "../../../base/log.ts";
import { ReadingsBatch } from "../../../store/readings/readings-batch.ts";
import { insertReadings } from "../../../store/readings/settle-readings.ts";
import { keepNext } from "../../../store/rollups/keep-days.ts";
import { describeBackfill, readRollupLags } from "../../../store/rollups/rollup-lag.ts";
import { applyKindTables } from "../../../store/schema/kind-tables.ts";
import { createTestDatabase, type TestDatabase } from "../../helpers/db.ts";
import { DAY, keptKind } from "./kept-readings.ts";

const table = keptKind("lagging");
let db: TestDatabase;
beforeAll(async () => {
  db = await createTestDatabase();
  await applyKindTables(db.pool, [table], { edition: db.edition, log: createLogger("silent") });
});
afterAll(() => db.drop());

const lag = async () => (await readRollupLags(db.pool)).find(({ kind }) => kind === table.kind)!;

it("a backfill tells how much of the time is kept and how much is left, and nothing once it is through", async () => {
  const store = async (...daysAgo: number[]) => {
    const batch = new ReadingsBatch(table);
    for (const days of daysAgo) batch.begin(1, Date.now() - days * DAY, Date.now());
    await insertReadings(batch, db.pool);
  };
  // What is new is no backfill, also before anything of it is kept.
  await store(0);
  expect((await lag()).share).toBeNull();
  await store(40);
  expect(await lag()).toMatchObject({ share: 0 });
  expect(describeBackfill([await lag()])).toBe(
    "days of readings are being kept: lagging 0 %. Series are right meanwhile, and slower",
  );
  const shares: number[] = [];
  let told: string | undefined;
  while ((await keepNext(db.pool, table, { devices: 1000 })) === "more") {
    const { share } = await lag();
    if (share === null) continue;
    shares.push(share);
    told = describeBackfill([await lag()]);
  }
  expect(told).toMatch(/: lagging [1-9]\d* %, \d+ days left\. /);
  expect(shares.length).toBeGreaterThan(5);
  expect(shares).toEqual([...shares].sort((a, b) => a - b));
  expect(shares.every((share) => share >= 0 && share < 1)).toBe(true);
  expect(describeBackfill([await lag()])).toBeUndefined();
});
