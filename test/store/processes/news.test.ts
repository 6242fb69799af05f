import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parseExact, writeJson } from "../../../base/exact-json.ts";
import { withTransaction } from "../../../store/database/database.ts";
import { dropOldNews, newsSpan, readNewsAfter, tellNews } from "../../../store/processes/news.ts";
import { createTestDatabase, type TestDatabase } from "../../helpers/db.ts";

let db: TestDatabase;
beforeAll(async () => {
  db = await createTestDatabase();
});
afterAll(() => db.drop());

const last = async () => (await newsSpan(db.pool)).last;
const topicsAfter = async (newsNo: number) =>
  (await readNewsAfter(db.pool, newsNo, 1000)).map(({ topic }) => topic);

describe("news", () => {
  it("is read in the order in which it was committed, with what it says and who told it", async () => {
    const from = await last();
    await tellNews(db.pool, [
      { topic: "alarm", payload: { id: 1, text: "漏气" } },
      { topic: "event", payload: null },
    ]);
    await tellNews(db.pool, [{ topic: "alarm", payload: { id: 2 } }], 7);
    const news = await readNewsAfter(db.pool, from, 10);
    expect(news.map(({ topic, payload, processNo }) => [topic, payload, processNo])).toEqual([
      ["alarm", { id: 1, text: "漏气" }, null],
      ["event", null, null],
      ["alarm", { id: 2 }, 7],
    ]);
    const numbers = news.map(({ newsNo }) => newsNo);
    expect(numbers).toEqual([...numbers].sort((a, b) => a - b));
    expect(await readNewsAfter(db.pool, numbers[0]!, 1)).toEqual([news[1]]);
    expect(await readNewsAfter(db.pool, numbers[2]!, 10)).toEqual([]);
  });

  it("keeps numbers that JavaScript's cannot hold", async () => {
    const from = await last();
    const long = '{"count":12345678901234567890}';
    await tellNews(db.pool, [{ topic: "event", payload: parseExact(long) }]);
    const [piece] = await readNewsAfter(db.pool, from, 1);
    expect(writeJson(piece!.payload)).toBe(long);
  });

  it("of a transaction that is rolled back is never heard", async () => {
    const from = await last();
    const failed = withTransaction(db.pool, async (tx) => {
      await tellNews(tx, [{ topic: "lost", payload: {} }]);
      throw new Error("on purpose");
    });
    await expect(failed).rejects.toThrow("on purpose");
    await tellNews(db.pool, [{ topic: "kept", payload: {} }]);
    expect(await topicsAfter(from)).toEqual(["kept"]);
  });

  it.runIf(process.env.DATABASE_URL)(
    "is never passed over: what is committed later has the higher number, whichever began first",
    async () => {
      const from = await last();
      await withTransaction(db.pool, async (tx) => {
        await tellNews(tx, [{ topic: "began first", payload: {} }]);
        await tellNews(db.pool, [{ topic: "committed first", payload: {} }]);
        expect(await topicsAfter(from)).toEqual(["committed first"]);
      });
      expect(await topicsAfter(from)).toEqual(["committed first", "began first"]);
    },
  );

  it.runIf(process.env.DATABASE_URL)(
    "is read whole and in one order while many tell it at once",
    async () => {
      const from = await last();
      const read: string[] = [];
      let position = from;
      const look = async () => {
        for (const { newsNo, topic } of await readNewsAfter(db.pool, position, 10)) {
          read.push(topic);
          position = newsNo;
        }
      };
      const tellers = Array.from({ length: 12 }, (_, teller) =>
        (async () => {
          for (let i = 0; i < 20; i++) {
            await withTransaction(db.pool, async (tx) => {
              await tellNews(tx, [{ topic: `${teller} ${i}`, payload: {} }]);
              await tx.query("select pg_sleep(random() * 0.004)");
            });
          }
        })(),
      );
      let telling = true;
      void Promise.all(tellers).then(() => {
        telling = false;
      });
      while (telling) await look();
      await Promise.all(tellers);
      while (read.length < 240) {
        const before = read.length;
        await look();
        if (read.length === before) break;
      }
      expect(new Set(read).size).toBe(240);
      expect(read).toEqual(await topicsAfter(from));
    },
  );

  it("is forgotten once it is old, and not before", async () => {
    const from = await last();
    await tellNews(db.pool, [{ topic: "old", payload: {} }]);
    await db.pool.query("update news set told_at = now() - interval '2 hours' where news_no > $1", [from]);
    await tellNews(db.pool, [{ topic: "new", payload: {} }]);
    expect(await dropOldNews(db.pool, 3 * 3_600_000)).toBe(0);
    expect(await dropOldNews(db.pool, 3_600_000)).toBe(1);
    expect(await topicsAfter(from)).toEqual(["new"]);
    expect((await newsSpan(db.pool)).last).toBeGreaterThan(from);
  });
});
