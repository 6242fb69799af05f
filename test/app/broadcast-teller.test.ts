import { afterAll, beforeAll, expect, it, onTestFinished, vi } from "vitest";
import { startBroadcastTeller, type ToldBroadcast } from "../../app/broadcast-teller.ts";
import { createLogger } from "../../base/log.ts";
import type { BroadcastNews } from "../../broadcast/proof/progress.ts";
import { createTestDatabase, type TestDatabase } from "../helpers/db.ts";
import { lastNewsNo, newsAfter } from "../helpers/told.ts";

let db: TestDatabase;
beforeAll(async () => {
  db = await createTestDatabase();
});
afterAll(() => db.drop());

const news = (id: string, state: BroadcastNews["state"]): BroadcastNews => ({
  id,
  state,
  mode: "drill",
  level: 4,
  headline: "演练",
  counts: null,
  at: "2026-01-01T00:00:00.000Z",
});
const place = { regions: ["52"], tenantId: null };

it("the progress of a broadcast is told by this process, the newest of each where the database was away", async () => {
  const from = await lastNewsNo(db.pool);
  const onTold = vi.fn();
  let isAway = true;
  const pool = new Proxy(db.pool, {
    get: (target, key) =>
      key === "query" && isAway
        ? async () => {
            throw new Error("away");
          }
        : Reflect.get(target, key, target),
  });
  const teller = startBroadcastTeller(pool, { processNo: 7, log: createLogger("silent"), onTold });
  onTestFinished(() => teller.stop());
  teller.tell(news("one", "approved"), place);
  teller.tell(news("two", "approved"), place);
  await vi.waitFor(() => expect(onTold).not.toHaveBeenCalled());
  isAway = false;
  teller.tell(news("one", "playing"), place);
  await vi.waitFor(() => expect(onTold).toHaveBeenCalled());
  const told = await newsAfter(db.pool, from);
  expect(told.map(({ topic, processNo }) => [topic, processNo])).toEqual([["broadcast", 7]]);
  const pieces = told.flatMap(({ payload }) => payload as ToldBroadcast[]);
  expect(pieces.map((piece) => [piece.news.id, piece.news.state])).toEqual([
    ["one", "playing"],
    ["two", "approved"],
  ]);
  expect(pieces[0]!.place).toEqual(place);
});
