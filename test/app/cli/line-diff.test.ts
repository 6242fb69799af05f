import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { diffLines } from "../../../app/cli/line-diff.ts";

const lines = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, i) => `line ${from + i}`);

describe("the difference of two texts", () => {
  it("is empty when there is none", () => {
    expect(diffLines("a\nb", "a\nb")).toEqual([]);
  });

  it("shows what went and what came, with its neighbours and where it was", () => {
    const before = lines(1, 20);
    const after = before.with(9, "ten").toSpliced(18, 1);
    expect(diffLines(before.join("\n"), after.join("\n"), 2)).toEqual([
      "@@ line 8 @@",
      " line 8",
      " line 9",
      "-line 10",
      "+ten",
      " line 11",
      " line 12",
      "@@ line 17 @@",
      " line 17",
      " line 18",
      "-line 19",
      " line 20",
    ]);
  });

  it("shows a whole text that was not there", () => {
    expect(diffLines("", "a\nb\n", 0)).toEqual(["@@ line 1 @@", "+a", "+b"]);
  });

  it("leads from the one text to the other, for any two", () => {
    const text = fc
      .array(fc.constantFrom("a", "b", "c", ""), { maxLength: 25 })
      .map((parts) => parts.join("\n"));
    fc.assert(
      fc.property(text, text, (before, after) => {
        const all = diffLines(before, after, 1000).filter((line) => !line.startsWith("@@"));
        fc.pre(before !== after);
        const side = (sign: string) =>
          all.filter((line) => line[0] === " " || line[0] === sign).map((line) => line.slice(1));
        expect(side("-")).toEqual(before.split("\n"));
        expect(side("+")).toEqual(after.split("\n"));
      }),
    );
  });
});
