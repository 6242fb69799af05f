import Fastify from "fastify";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { neutralize, sendCsv } from "../../api/csv.ts";
import { createLogger } from "../../base/log.ts";

const logged: Record<string, unknown>[] = [];
const log = createLogger("info", { write: (line) => logged.push(JSON.parse(line)) });

/** A table of numbered pages that counts how far it was read. */
const source = {
  pagesRead: 0,
  pages: 0,
  failsAt: Number.POSITIVE_INFINITY,
  answerClosed: false,
  recorded: 0,
  auditFails: false,
};
const ROWS = 1000;

const app = Fastify();
app.get("/numbers", (_request, reply) => {
  source.pagesRead = 0;
  source.answerClosed = false;
  reply.raw.once("close", () => {
    source.answerClosed = true;
  });
  return sendCsv(reply, {
    name: "numbers of “all” sorts",
    columns: [
      { header: "n", value: (row: number) => row },
      { header: "text", value: (row: number) => "x".repeat(1000) + row },
    ],
    readPage: async (cursor) => {
      const page = Number(cursor ?? 0);
      if (page >= source.failsAt) throw new Error("the database went away");
      source.pagesRead++;
      return {
        items: Array.from({ length: ROWS }, (_, index) => page * ROWS + index),
        nextCursor: page + 1 < source.pages ? String(page + 1) : null,
      };
    },
    cursor: undefined,
    firstPageOnly: false,
    record: async () => {
      source.recorded++;
      if (source.auditFails) throw new Error("the audit cannot be written");
    },
    log,
  });
});

let base: string;
beforeAll(async () => {
  base = await app.listen({ host: "127.0.0.1", port: 0 });
});
afterAll(() => app.close());

describe("a CSV answer", () => {
  it("has every page's rows in order", async () => {
    source.pages = 5;
    const response = await fetch(`${base}/numbers`);
    expect(response.headers.get("content-disposition")).toBe(
      'attachment; filename="numbers_of_all_sorts.csv"',
    );
    const lines = (await response.text()).trimEnd().split("\r\n");
    expect(lines).toHaveLength(1 + 5 * ROWS);
    expect(lines.slice(1).every((line, index) => line.startsWith(`${index},`))).toBe(true);
  });

  it("reads no further than its client does, and stops when the client leaves", async () => {
    source.pages = 1000; // about 1 GB in all
    const controller = new AbortController();
    const response = await fetch(`${base}/numbers`, { signal: controller.signal });
    const reader = response.body!.getReader();
    await reader.read();
    // The sockets between the two take some megabytes; once they are full the count stands still.
    let before = -1;
    await expect
      .poll(
        () => {
          const still = source.pagesRead === before;
          before = source.pagesRead;
          return still;
        },
        { interval: 200, timeout: 10_000 },
      )
      .toBe(true);
    expect(source.pagesRead).toBeLessThan(100);
    controller.abort();
    await reader.read().catch(() => {});
    await expect.poll(() => source.answerClosed, { timeout: 5000 }).toBe(true);
    expect(source.pagesRead).toBeLessThan(100);
    expect(logged).toEqual([]);
  });

  it("is recorded once, and is no answer at all when it cannot be recorded", async () => {
    source.pages = 3;
    source.recorded = 0;
    await (await fetch(`${base}/numbers`)).text();
    expect(source.recorded).toBe(1);
    source.auditFails = true;
    const response = await fetch(`${base}/numbers`);
    source.auditFails = false;
    expect(response.status).toBe(500);
    expect(await response.text()).not.toContain("xxx");
  });

  it("is a plain error when the first page cannot be read", async () => {
    source.failsAt = 0;
    const response = await fetch(`${base}/numbers`);
    expect(response.status).toBe(500);
    expect(response.headers.get("content-type")).not.toContain("csv");
  });

  it("breaks off so that the client sees it when a later page cannot be read, and is logged", async () => {
    source.failsAt = 2;
    source.pages = 5;
    const response = await fetch(`${base}/numbers`);
    expect(response.status).toBe(200);
    await expect(response.text()).rejects.toThrow();
    expect(logged).toContainEqual(expect.objectContaining({ msg: "a CSV answer was cut off" }));
  });
});

describe("text that a spreadsheet would compute", () => {
  it.each(["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "＝1", "＠x"])(
    "gets an apostrophe: %j",
    (text) => {
      expect(neutralize(text)).toBe(`'${text}`);
    },
  );

  it.each(["", "plain", "1-1", "a=b", "温度"])("is otherwise left alone: %j", (text) => {
    expect(neutralize(text)).toBe(text);
  });
});
