import { describe, expect, it } from "vitest";
import { EMPTY_FORM, type Form } from "../../../src/pages/new-broadcast/form.ts";
import { lacksOf } from "../../../src/pages/new-broadcast/lacks.ts";
import { nameToType, stepLacks, type ToStep } from "../../../src/pages/new-broadcast/step-lacks.ts";

const TEXTS = [{ language: "zh-CN", headline: "山洪预警", description: "请撤离。" }];
const ready = {
  broadcast: { message: { mode: "actual", texts: TEXTS }, missing: [], supersededBy: null },
  preview: { speakers: 92 },
  ageMs: 3_000,
  toType: undefined,
  needsCode: false,
  typed: { digits: "92", region: "", code: "", reason: undefined, acknowledged: false },
} as unknown as ToStep;
const lacks = (change: object = {}, typed: object = {}) =>
  stepLacks({ ...ready, ...change, typed: { ...ready.typed, ...typed } }).map(({ lack }) => lack);

describe("must be impossible: sending without having typed the number of speakers", () => {
  it("lets through just that number", () => {
    expect(lacks()).toEqual([]);
    expect(lacks({}, { digits: "93" })).toEqual(["digitsWrong"]);
    expect(lacks({}, { digits: "9" })).toEqual(["digitsMissing"]);
    expect(lacks({ preview: { speakers: 93 } })).toEqual(["digitsWrong"]);
    expect(lacks({ preview: { speakers: 920 } })).toEqual(["digitsMissing"]);
  });

  it("never lets through a broadcast that reaches no speaker", () => {
    expect(lacks({ preview: { speakers: 0 } }, { digits: "0" })).toEqual(["nobody"]);
  });

  it("wants the region's name too, of a county and above", () => {
    const regions = [
      { code: "520326001", name: "都濡街道" },
      { code: "520326", name: "务川县" },
    ];
    expect(nameToType(regions)).toBe("务川县");
    expect(nameToType(regions.slice(0, 1))).toBeUndefined();
    expect(lacks({ toType: "务川县" }, { region: "务川" })).toEqual(["region"]);
    expect(lacks({ toType: "务川县" }, { region: " 务川县 " })).toEqual([]);
  });

  it("wants a reason and a code where they are asked for, and that a later alert is known", () => {
    expect(lacks({}, { reason: "  " })).toEqual(["reason"]);
    expect(lacks({}, { reason: "联系不上" })).toEqual([]);
    expect(lacks({ needsCode: true }, { code: "12345" })).toEqual(["code"]);
    expect(lacks({ needsCode: true }, { code: "123456" })).toEqual([]);
    const broadcast = { ...ready.broadcast, supersededBy: { identifier: "x" } };
    expect(lacks({ broadcast })).toEqual(["superseded"]);
    expect(lacks({ broadcast }, { acknowledged: true })).toEqual([]);
  });

  it("looks at the stored texts as well", () => {
    const texts = [{ ...TEXTS[0]!, description: "{place}请撤离。" }];
    expect(lacks({ broadcast: { ...ready.broadcast, message: { mode: "actual", texts } } })).toEqual([
      "text",
    ]);
    expect(lacks({ broadcast: { ...ready.broadcast, missing: [{}] } })).toEqual(["missing"]);
  });
});

describe("must be impossible: submitting while the preview is older than 30 s or of another target", () => {
  it.each([
    [30_000, []],
    [30_001, ["old"]],
  ])("at the check, %i ms after it was computed", (ageMs, expected) => {
    expect(lacks({ ageMs })).toEqual(expected);
  });

  const form: Form = {
    ...EMPTY_FORM,
    eventCode: "11A51",
    level: 2,
    regions: [{ code: "520326001", name: "都濡街道" }],
  };
  const seen = { speakers: 9, withinLimits: true } as never;
  const written = (change: object = {}) =>
    lacksOf({ mode: "actual", form, texts: TEXTS, live: { data: seen, isCurrent: true }, ...change });

  it("before the check: old numbers and those of another place count for nothing", () => {
    expect(written()).toEqual([]);
    expect(written({ live: { data: seen, isCurrent: false } })).toEqual(["preview"]);
    expect(written({ live: { data: undefined, isCurrent: true } })).toEqual(["preview"]);
  });

  it("nor with speakers beyond one's limits, or with none", () => {
    const data = (speakers: number, withinLimits: boolean) => ({
      data: { speakers, withinLimits },
      isCurrent: true,
    });
    expect(written({ live: data(9, false) })).toEqual(["limits"]);
    expect(written({ live: data(0, false) })).toEqual(["speakers"]);
  });

  it("and says everything else that is missing", () => {
    expect(written({ form: EMPTY_FORM })).toEqual(["event", "level", "place"]);
    expect(written({ texts: [] })).toEqual(["text"]);
    expect(written({ texts: [{ ...TEXTS[0]!, description: "这是演习。" }] })).toEqual(["text"]);
  });
});
