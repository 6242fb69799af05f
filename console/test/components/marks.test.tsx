import { render } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { LevelBand, ModeTag, Severity } from "../../src/ui/marks.tsx";
import { LanguageContext } from "../../src/ui/texts.ts";

const textOf = (mark: React.ReactNode, language: "zh" | "en") =>
  render(<LanguageContext value={language}>{mark}</LanguageContext>).container.textContent;

describe("what has a colour", () => {
  it.each([
    [1, "Ⅰ特别重大", "ⅠExtremely serious"],
    [2, "Ⅱ重大", "ⅡSerious"],
    [3, "Ⅲ较大", "ⅢFairly serious"],
    [4, "Ⅳ一般", "ⅣOrdinary"],
  ] as const)("says level %i in words too", (level, zh, en) => {
    expect(textOf(<LevelBand level={level} />, "zh")).toBe(zh);
    expect(textOf(<LevelBand level={level} />, "en")).toBe(en);
  });

  it("uses no word for both a level and a severity", () => {
    for (const language of ["zh", "en"] as const) {
      const levels = ([1, 2, 3, 4] as const).map((level) =>
        textOf(<LevelBand level={level} />, language).slice(1),
      );
      const severities = (["critical", "major", "minor", "warning"] as const).map((severity) =>
        textOf(<Severity severity={severity} />, language),
      );
      expect(new Set([...levels, ...severities]).size).toBe(8);
    }
  });

  it("names the mode, and says of training that it makes no sound", () => {
    const names = (["actual", "drill", "training"] as const).map((mode) =>
      textOf(<ModeTag mode={mode} />, "zh"),
    );
    expect(names).toEqual(["实际播发", "演练", "培训，不会响"]);
  });
});
