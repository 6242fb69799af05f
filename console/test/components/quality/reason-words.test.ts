import { describe, expect, it } from "vitest";
import { REASONS as PLATFORM_REASONS } from "../../../../ingest/reasons.ts";
import { REASONS, reasonNext, reasonWord } from "../../../src/api/reason-words.ts";

describe("the words of reasons", () => {
  it("are there for every reason of the platform, and for no other", () => {
    expect(REASONS.toSorted()).toEqual(Object.keys(PLATFORM_REASONS).toSorted());
  });

  it("differ from reason to reason, and say what to do, in both languages", () => {
    for (const language of ["zh", "en"] as const) {
      const said = REASONS.flatMap((reason) => [reasonWord(reason, language), reasonNext(reason, language)]);
      expect(new Set(said).size).toBe(REASONS.length * 2);
      expect(said).not.toContain(undefined);
    }
    for (const reason of REASONS) expect(reasonWord(reason, "zh")).toMatch(/\p{Script=Han}/u);
  });

  it("leave a reason that is newer than this console as it is", () => {
    expect(reasonWord("of_tomorrow", "zh")).toBe("of_tomorrow");
    expect(reasonNext("of_tomorrow", "zh")).toBeUndefined();
  });
});
