import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { differences } from "../../../broadcast/lifecycle/differences.ts";

const ring = (corner: number) =>
  Array.from({ length: 1000 }, (_, i) => [106.5 + i / 10_000, 26.5 + corner / 100 + (i % 7) / 1000]);
const message = (corners: readonly number[]) => ({
  level: 1,
  texts: [{ language: "zh-CN", headline: "山洪灾害预警" }],
  target: { regions: ["520102"], polygons: corners.map(ring) },
});
const FIFTY = Array.from({ length: 50 }, (_, index) => index);

describe("the differences between two revisions", () => {
  it("are none exactly where the two say the same, and name each place once", () => {
    const stored = fc.jsonValue({ maxDepth: 4 }) as fc.Arbitrary<unknown>;
    fc.assert(
      fc.property(stored, stored, (one, other) => {
        expect(differences(one, structuredClone(one))).toEqual([]);
        const found = differences(one, other);
        // JSON knows no -0, and has no keys without a value.
        expect(found.length === 0).toBe(
          isDeepStrictEqual(JSON.parse(JSON.stringify(one)), JSON.parse(JSON.stringify(other))),
        );
        expect(new Set(found.map(({ path }) => path)).size).toBe(found.length);
      }),
    );
    expect(differences({}, JSON.parse('{"__proto__":{}}'))).toEqual([{ path: "/__proto__", after: {} }]);
  });

  it("give each its place by JSON pointer, with what stood there before and after", () => {
    const before = { level: 2, texts: [{ headline: "a" }, { headline: "b" }], "a/b~c": [1, 2] };
    const after = {
      level: 1,
      texts: [{ headline: "a" }, { headline: "c" }, { headline: "d" }],
      "a/b~c": [1, 3],
    };
    expect(differences(before, after)).toEqual([
      { path: "/level", before: 2, after: 1 },
      { path: "/texts/1/headline", before: "b", after: "c" },
      { path: "/texts/2", before: undefined, after: { headline: "d" } },
      { path: "/a~1b~0c", before: [1, 2], after: [1, 3] },
    ]);
  });

  it("describe a shape that is too long to show, of which the last of 50,000 points was moved", () => {
    const moved = [...FIFTY.slice(0, 49), 77];
    expect(differences(message(FIFTY), message(FIFTY))).toEqual([]);
    expect(differences(message(FIFTY), message(moved))).toEqual([
      {
        path: "/target/polygons",
        before: "(a list of 50, over 10000 characters)",
        after: "(a list of 50, over 10000 characters)",
      },
    ]);
  });

  it("show a text of the greatest length as it is, and describe what is longer than any", () => {
    const [text, longer] = ["字".repeat(4000), "字".repeat(10_001)];
    expect(differences({ text }, { text: longer })).toEqual([
      { path: "/text", before: text, after: "(over 10000 characters)" },
    ]);
  });

  it("are at most a hundred", () => {
    const list = (value: number) => Array.from({ length: 20_000 }, () => ({ value }));
    expect(differences(list(1), list(2))).toHaveLength(100);
  });
});
