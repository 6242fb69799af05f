import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { createLogger } from "../../base/log.ts";
import { followNews } from "../../cluster/news-follower.ts";
import { newsSpan, tellNews } from "../../store/processes/index.ts";
import { createTestDatabase, type TestDatabase } from "../helpers/db.ts";

const HOUR = 3_600_000;
const isServer = process.env.DATABASE_URL !== undefined;
let db: TestDatabase;
beforeAll(async () => {
  db = await createTestDatabase();
});
afterAll(() => db.drop());

async function follow(
  options: { after?: number; everyMs?: number; bell?: boolean; prepare?: () => Promise<unknown> } = {},
) {
  const heard: string[] = [];
  const { bell = false, everyMs = HOUR, ...rest } = options;
  const follower = await followNews({
    pool: db.pool,
    bellUrl: bell ? db.url : undefined,
    log: createLogger("silent"),
    everyMs,
    onNews: ({ topic }) => {
      heard.push(topic);
      if (topic === "strange") throw new Error("on purpose");
    },
    ...rest,
  });
  onTestFinished(() => follower.stop());
  return { ...follower, heard };
}

const tell = (...topics: string[]) =>
  tellNews(
    db.pool,
    topics.map((topic) => ({ topic, payload: {} })),
  );

describe("a follower of news", () => {
  it("hears what comes from now on, once and in order, however often it is called", async () => {
    await tell("before");
    const { heard, ring, catchUp } = await follow();
    await tell("one", "two");
    ring();
    ring();
    await catchUp();
    await tell("three");
    await catchUp();
    await catchUp();
    expect(heard).toEqual(["one", "two", "three"]);
  });

  it("goes on after the number that is known, through any number of pieces", async () => {
    const { last } = await newsSpan(db.pool);
    const topics = Array.from({ length: 1203 }, (_, i) => String(i));
    await tell(...topics);
    const { heard, catchUp, position } = await follow({ after: last });
    await catchUp();
    expect(heard).toEqual(topics);
    expect(position()).toBe((await newsSpan(db.pool)).last);
  });

  it("goes on after a piece that its hearer does not understand", async () => {
    const { heard, catchUp } = await follow();
    await tell("strange", "plain");
    await catchUp();
    await tell("next");
    await catchUp();
    expect(heard).toEqual(["strange", "plain", "next"]);
  });

  it("reads pieces again where what has to be done before them fails, and misses none", async () => {
    let isAway = true;
    const { heard, catchUp } = await follow({
      prepare: async () => {
        if (isAway) throw new Error("the database is away");
      },
    });
    await tell("first");
    await expect(catchUp()).rejects.toThrow("away");
    await tell("second");
    isAway = false;
    await catchUp();
    expect(heard).toEqual(["first", "second"]);
  });

  it("looks by itself, also where nobody rings", async () => {
    const { heard } = await follow({ everyMs: 5 });
    await tell("found");
    await expect.poll(() => heard).toEqual(["found"]);
  });

  it.runIf(isServer)("is called by the database, also on a line that was opened again", async () => {
    const { heard } = await follow({ bell: true });
    const lines = () =>
      db.pool.query(
        "select pid from pg_stat_activity where application_name = 'sbi-bell' and datname = current_database()",
      );
    await expect.poll(async () => (await lines()).rows.length).toBe(1);
    await tell("called");
    await expect.poll(() => heard).toEqual(["called"]);
    await db.pool.query(
      "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'sbi-bell' and datname = current_database()",
    );
    await tell("while the line was broken");
    await expect.poll(() => heard).toEqual(["called", "while the line was broken"]);
  });
});
