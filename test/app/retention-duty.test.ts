import { afterAll, beforeAll, expect, it } from "vitest";
import { retentionDuty } from "../../app/retention-duty.ts";
import { createLogger } from "../../base/log.ts";
import { tellNews } from "../../store/processes/index.ts";
import { createTestDatabase, type TestDatabase } from "../helpers/db.ts";

let db: TestDatabase;
beforeAll(async () => {
  db = await createTestDatabase();
});
afterAll(() => db.drop());

it("whoever has the duty drops news of the day before yesterday, and keeps that of the last hours", async () => {
  await tellNews(db.pool, [{ topic: "old", payload: {} }]);
  await db.pool.query("update news set told_at = now() - interval '25 hours'");
  await tellNews(db.pool, [{ topic: "new", payload: {} }]);
  const duty = retentionDuty({
    pool: db.pool,
    ownerUrl: db.url,
    tables: [],
    retention: { readingsDays: 0, eventsDays: 0, rejectedDays: 0 },
    alertDays: 0,
    log: createLogger("silent"),
  });
  const end = await duty.begin({ lease: { duty: "retention", epoch: 1 }, isMine: () => true });
  const kept = async () => (await db.pool.query("select topic from news")).rows;
  await expect.poll(kept).toEqual([{ topic: "new" }]);
  await end();
});
