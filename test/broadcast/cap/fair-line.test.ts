import { describe, expect, it } from "vitest";
import { createFairLine, createFairTurns, createImportTurns } from "../../../broadcast/cap/fair-line.ts";

const LIMITS = { perCaller: 3, all: 5, what: "alerts" };

describe("a fair line", () => {
  it("gives callers turns, and each caller's in their order", () => {
    const line = createFairLine<string>({ perCaller: 9, all: 20, what: "alerts" });
    for (const item of ["a1", "a2", "a3", "b1", "c1", "b2"]) line.push(item[0]!, item);
    const order = Array.from({ length: 4 }, () => line.shift());
    line.push("d", "d1");
    expect([...order, line.shift(), line.shift(), line.shift(), line.shift()]).toEqual([
      ...["a1", "b1", "c1", "a2"],
      ...["b2", "a3", "d1", undefined],
    ]);
  });

  it("refuses too many of one caller, and too many of all, until one has gone", () => {
    const line = createFairLine<number>(LIMITS);
    const busy = expect.objectContaining({ code: "cap_busy", retryAfterSeconds: 5 });
    for (const item of [1, 2, 3]) line.push("a", item);
    expect(() => line.push("a", 4)).toThrow(busy);
    line.push("b", 5);
    line.push("c", 6);
    // Nobody gives way to an own one, nor one of two to somebody who has one.
    expect(() => line.push("b", 7)).not.toThrow();
    expect(() => line.push("c", 8)).toThrow(busy);
    expect(line.shift()).toBe(1);
    line.push("d", 9);
    expect(line.drain()).toEqual([5, 7, 6, 2, 9]);
    expect(line.shift()).toBeUndefined();
    for (const item of [1, 2, 3]) line.push("a", item);
  });
});

describe("a full fair line", () => {
  it("lets the last of the longest give way to a newcomer, until nobody has two", () => {
    const line = createFairLine<string>(LIMITS);
    for (const item of ["a1", "a2", "a3", "b1", "b2"]) line.push(item[0]!, item);
    const error = expect.objectContaining({ code: "cap_busy", retryAfterSeconds: 5 });
    expect(line.push("c", "c1")).toEqual({ item: "a3", error });
    expect(line.push("d", "d1")).toEqual({ item: "a2", error });
    expect(line.push("e", "e1")).toEqual({ item: "b2", error });
    expect(() => line.push("f", "f1")).toThrow(error);
    expect(() => line.push("a", "a2")).toThrow(error);
    expect(line.drain()).toEqual(["a1", "b1", "c1", "d1", "e1"]);
    for (const item of ["a1", "a2", "a3", "b1", "b2"]) expect(line.push(item[0]!, item)).toBeUndefined();
  });

  it("tells whoever gave way, and runs the newcomer", async () => {
    const turns = createImportTurns();
    let go = () => {};
    const first = turns.run("app-0", () => new Promise<void>((resolve) => (go = resolve)));
    const began: string[] = [];
    const run = (by: string, name: string) => turns.run(by, async () => void began.push(name));
    const all = Array.from({ length: 50 }, (_, i) => run(`app-${i % 5}`, `app-${i % 5} ${i}`));
    const settled = Promise.allSettled(all);
    const feed = run("province", "province");
    go();
    await Promise.all([first, feed]);
    const refused = (await settled).flatMap((one) => (one.status === "rejected" ? [one.reason.code] : []));
    expect(refused).toEqual(["cap_busy"]);
    expect(began).toHaveLength(50);
    // In the first round of turns.
    expect(began.indexOf("province")).toBe(5);
  });
});

describe("fair turns", () => {
  it("run so many at once, hand on after a failure, and take new ones once all have ended", async () => {
    const turns = createFairTurns({ ...LIMITS, atOnce: 2 });
    const began: string[] = [];
    const ends: (() => void)[] = [];
    const start = (by: string, name: string) =>
      turns.run(by, async () => {
        began.push(name);
        await new Promise<void>((resolve) => ends.push(resolve));
        if (name === "a1") throw new Error("a1 fails");
        return name;
      });
    const all = [start("a", "a1"), start("a", "a2"), start("a", "a3"), start("a", "a4"), start("b", "b1")];
    const settled = Promise.allSettled(all);
    expect(began).toEqual(["a1", "a2"]);
    while (began.length < 5) {
      ends.shift()!();
      const before = began.length;
      while (began.length === before) await Promise.resolve();
    }
    for (const end of ends) end();
    expect(began).toEqual(["a1", "a2", "a3", "b1", "a4"]);
    expect((await settled).map(({ status }) => status)).toEqual([
      "rejected",
      ...Array.from({ length: 4 }, () => "fulfilled"),
    ]);
    expect(await Promise.all([1, 2].map((n) => turns.run("a", async () => n)))).toEqual([1, 2]);
  });

  it("of imports are one at a time, and bounded of one caller and of all", async () => {
    const turns = createImportTurns();
    let running = 0;
    let most = 0;
    const refused: string[] = [];
    const run = (by: string) =>
      turns
        .run(by, async () => {
          most = Math.max(most, ++running);
          await Promise.resolve();
          running -= 1;
        })
        .catch(({ code }) => refused.push(`${by} ${code}`));
    await Promise.all(Array.from({ length: 13 }, () => run("a")));
    expect({ most, refused }).toEqual({ most: 1, refused: ["a cap_busy", "a cap_busy"] });
    refused.length = 0;
    await Promise.all(Array.from({ length: 53 }, (_, index) => run(`caller-${index}`)));
    expect(refused).toEqual(["caller-51 cap_busy", "caller-52 cap_busy"]);
  });
});
