import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { unmetDevices } from "../../app/announce.ts";
import { PlatformNews } from "../../app/platform-news.ts";
import { createLogger } from "../../base/log.ts";
import { tellNews } from "../../store/processes/news.ts";
import { createTestDatabase, type TestDatabase } from "../helpers/db.ts";
import { lastNewsNo, newsAfter } from "../helpers/told.ts";

let db: TestDatabase;
beforeAll(async () => {
  db = await createTestDatabase();
});
afterAll(() => db.drop());

const tell = (...topics: string[]) =>
  tellNews(
    db.pool,
    topics.map((topic) => ({ topic, payload: [1, 2] })),
  );

async function open() {
  const told = await PlatformNews.open({ pool: db.pool, bellUrl: undefined, log: createLogger("silent") });
  onTestFinished(() => told.stop());
  const heard: string[] = [];
  const note = (when: string) => (news: readonly { topic: string }[]) => {
    for (const { topic } of news) heard.push(`${when} ${topic}`);
  };
  told.add({ onPast: note("past"), onNews: note("now") });
  return { told, heard };
}

it("news that nobody can read names no devices, and holds up nothing that comes after it", () => {
  const piece = (newsNo: number, payload: unknown) => ({ newsNo, topic: "event", processNo: null, payload });
  const strange = [{}, null, [null, {}, { deviceNo: "1" }, { deviceNo: 2 ** 40 }, { deviceNo: 7 }]];
  expect(
    unmetDevices(
      { findByNo: () => undefined } as never,
      strange.map((one, i) => piece(i, one)),
    ),
  ).toEqual([7]);
});

describe("what all processes tell", () => {
  it("reaches each listener but for the pieces that it cannot read, told before and now", async () => {
    await tell("bad", "good");
    const { told, heard } = await open();
    const some: string[] = [];
    const hear = ([piece]: readonly { topic: string }[]) => {
      if (piece!.topic === "bad") throw new Error("on purpose");
      some.push(piece!.topic);
    };
    told.add({ onPast: hear, onNews: hear });
    await told.wantPast(4, 1_000_000);
    await tell("bad", "better");
    await told.begin();
    expect(some).toEqual(["good", "better"]);
    expect(heard).toEqual(["past bad", "past good", "now bad", "now better"]);
  });

  it("comes once: what was told before this process began as past, also where more is told before it listens", async () => {
    await tell("a", "b", "c");
    const { told, heard } = await open();
    await tell("d");
    const after = await told.wantPast(4, 1_000_000);
    expect((await newsAfter(db.pool, after)).map(({ topic }) => topic)).toEqual(["c", "d"]);
    await told.begin();
    expect(heard).toEqual(["past c", "now d"]);
    await tell("e");
    told.ring();
    await told.catchUp();
    expect(heard).toEqual(["past c", "now d", "now e"]);
  });

  it("has no past where nobody wants it, and begins with the oldest that is kept where there is no more", async () => {
    const { told, heard } = await open();
    await told.begin();
    expect(heard).toEqual([]);
    const other = await open();
    const [first] = await newsAfter(db.pool, 0);
    expect(await other.told.wantPast(1_000_000, 1_000_000_000)).toBe(first!.newsNo - 1);
    await other.told.begin();
    expect(other.heard).toHaveLength((await newsAfter(db.pool, 0)).length);
  });

  it("reaches each listener, also where another one does not understand it; one that has to prepare is waited for", async () => {
    const { told, heard } = await open();
    told.add({
      onNews: () => {
        throw new Error("on purpose");
      },
    });
    let isReady = false;
    const prepared: boolean[] = [];
    told.add({
      prepare: async () => {
        isReady = true;
      },
      onNews: () => void prepared.push(isReady),
    });
    await told.begin();
    await tell("f");
    await told.catchUp();
    expect([heard, prepared]).toEqual([["now f"], [true]]);
    expect(await lastNewsNo(db.pool)).toBeGreaterThan(0);
  });
});
