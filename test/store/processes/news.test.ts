import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parseExact, writeJson } from "../../../base/exact-json.ts";
import { withTransaction } from "../../../store/database/database.ts";
import {
  dropOldNews,
  findLatestNews,
  newsSpan,
  readNewsAfter,
  tellNews,
} from "../../../store/processes/news.ts";
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

  it("is read in pieces that fit into memory, and one that is larger alone", async () => {
    const from = await last();
    // Which no database can make shorter.
    const noise = (bytes: number) => randomBytes((bytes * 3) / 4).toString("base64");
    const MiB = 1024 * 1024;
    for (const size of [1, 2, 2, 5, 1])
      await tellNews(db.pool, [{ topic: `${size}`, payload: noise(size * MiB) }]);
    const read: string[][] = [];
    for (let at = from; ; ) {
      const news = await readNewsAfter(db.pool, at, 100);
      if (news.length === 0) break;
      read.push(news.map(({ topic }) => topic));
      at = news.at(-1)!.newsNo;
    }
    expect(read.flat()).toEqual(["1", "2", "2", "5", "1"]);
    expect(read.length).toBeGreaterThan(1);
    expect(Math.max(...read.map((topics) => topics.length))).toBeLessThan(4);
  });

  it("is found as far back as so many entries and bytes go, an array's items counted each", async () => {
    const from = await last();
    const tell = (payload: unknown) => tellNews(db.pool, [{ topic: "sized", payload }]);
    await tell([1, 2, 3]);
    await tell({ one: 1 });
    await tell([1, 2]);
    const [three, one, two] = (await readNewsAfter(db.pool, from, 10)).map(({ newsNo }) => newsNo);
    const foundFor = (entries: number, bytes = 1e9) => findLatestNews(db.pool, entries, bytes);
    expect(await foundFor(1)).toBe(two);
    expect(await foundFor(2)).toBe(one);
    expect(await foundFor(3)).toBe(three);
    expect(await foundFor(5)).toBe(three);
    expect(await foundFor(6)).toBeLessThanOrEqual(from);
    expect(await foundFor(1000, 1)).toBe(two);
    expect(await foundFor(1_000_000)).toBe(0);
  });

  it("is forgotten once it is old, and not before; the latest stays, so that numbers are known to go on", async () => {
    const from = await last();
    await tellNews(db.pool, [{ topic: "old", payload: {} }]);
    await db.pool.query("update news set told_at = now() - interval '2 hours' where news_no > $1", [from]);
    await tellNews(db.pool, [{ topic: "new", payload: {} }]);
    expect(await dropOldNews(db.pool, 3 * 3_600_000)).toBe(0);
    expect(await dropOldNews(db.pool, 3_600_000)).toBe(1);
    expect(await topicsAfter(from)).toEqual(["new"]);
    await db.pool.query("update news set told_at = now() - interval '2 hours'");
    await dropOldNews(db.pool, 3_600_000);
    expect(await topicsAfter(0)).toEqual(["new"]);
  });
});
