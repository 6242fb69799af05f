import { describe, expect, it } from "vitest";
import { differencesOf } from "../../../src/pages/audit/differences.ts";

describe("what an audited change touched", () => {
  it.each([
    ["a field", { name: "甲", use: "civil" }, { name: "乙", use: "civil" }, [["name", "甲", "乙"]]],
    ["a nested field", { a: { b: { c: 1 } } }, { a: { b: { c: 2 } } }, [["a.b.c", "1", "2"]]],
    ["a field that came", {}, { disabled: false }, [["disabled", undefined, "false"]]],
    ["a field that went", { note: "x" }, {}, [["note", "x", undefined]]],
    ["all of what was made", null, { id: "a" }, [["id", undefined, "a"]]],
    ["all of what was deleted", { id: "a" }, null, [["id", "a", undefined]]],
    [
      "a list as a whole",
      { regions: ["52"] },
      { regions: ["52", "53"] },
      [["regions", '["52"]', '["52","53"]']],
    ],
    ["a list in place of `all`", { regions: "all" }, { regions: ["52"] }, [["regions", "all", '["52"]']]],
    [
      "an object in place of a text",
      { area: "all" },
      { area: { regions: "all" } },
      [["area.regions", undefined, "all"]],
    ],
    ["null in place of a value", { owner: "zhang" }, { owner: null }, [["owner", "zhang", undefined]]],
  ] as const)("is %s", (_, before, after, expected) => {
    expect(differencesOf(before, after).map(({ path, before, after }) => [path, before, after])).toEqual(
      expected,
    );
  });

  it("is nothing where both sides are alike", () => {
    const state = { a: [1, { b: null }], c: { d: "x" } };
    expect(differencesOf(state, structuredClone(state))).toEqual([]);
    expect(differencesOf(null, null)).toEqual([]);
    expect(differencesOf(undefined, null)).toEqual([]);
  });
});
