import { describe, expect, it } from "vitest";
import { modeFaults, textWarnings } from "../../../broadcast/drafting/text-checks.ts";
import { EVENT_CODES } from "../../../broadcast/message/event-codes.ts";
import { LEVELS, MODES, type Text } from "../../../broadcast/message/message.ts";
import { fillTexts } from "../../../broadcast/message/template-fill.ts";
import { findTemplate } from "../../../broadcast/message/templates.ts";

const place = { zh: "都濡街道", en: "Duru Subdistrict" };
const at = new Date("2026-05-01T00:00:00Z");
const text = (
  description: string,
  language = /\p{Script=Han}/u.test(description) ? "zh-CN" : "en",
): Text => ({
  language,
  headline: "x",
  description,
});
const faultsOf = (mode: "actual" | "drill" | "training", ...texts: Text[]) =>
  modeFaults({ mode, texts }).map(({ path }) => path);
const rulesOf = (level: 1 | 2 | 3 | 4, described: string, mode: "actual" | "drill" = "actual") =>
  textWarnings({ mode, level, texts: [text(described)] }, undefined).map(({ rule }) => rule);

describe("the texts of every template", () => {
  const real = EVENT_CODES.filter(({ code }) => code !== "00000");
  const filled = (code: string, mode: (typeof MODES)[number], level: (typeof LEVELS)[number]) =>
    fillTexts(findTemplate(code)!.texts, { place, at, level, mode });

  it("are right for their own mode and level", () => {
    for (const { code } of real)
      for (const mode of MODES)
        for (const level of LEVELS) {
          const spoken = { mode, level, texts: filled(code, mode, level), eventCode: code };
          const remembered = { at: at.toISOString(), place, eventCode: code, sha256: "" };
          expect([modeFaults(spoken), textWarnings(spoken, remembered)]).toEqual([[], []]);
        }
  });

  it("are wrong for another", () => {
    for (const { code } of EVENT_CODES)
      for (const mode of ["drill", "training"] as const) {
        const texts = filled(code, mode, 2);
        expect(new Set(faultsOf("actual", ...texts).map((path) => path.slice(0, 8)))).toEqual(
          new Set(["/texts/0", "/texts/1"]),
        );
      }
    for (const { code } of real) {
      expect(faultsOf("drill", ...filled(code, "actual", 2))).toEqual([
        "/texts/0/description",
        "/texts/1/description",
      ]);
      for (const level of [1, 3, 4] as const) {
        const warnings = textWarnings({ mode: "actual", level, texts: filled(code, "actual", 2) }, undefined);
        expect(warnings.map(({ rule, path }) => [rule, path])).toEqual([
          ["level_contradicts", "/texts/0"],
          ["level_contradicts", "/texts/1"],
        ]);
      }
    }
  });
});

it.each([
  "【演习】请转移。",
  "（演练）请转移。",
  "以上是演习。",
  "这是一次演习，请勿惊慌。",
  "[drill] Leave.",
  "(EXERCISE) Leave.",
  "Leave. This is a drill.",
  "THIS IS ONLY A TEST.",
  "this is just a drill",
])("an actual message does not say: %s", (said) => {
  expect(faultsOf("actual", text(said))).toEqual(["/texts/0/description"]);
  expect(faultsOf("drill", text(said))).toEqual([]);
  expect(faultsOf("training", text(said))).toEqual([]);
});

it.each([
  "这不是演习，请立即转移。",
  "演习取消，发生真实险情，请立即转移。",
  "This is not a drill. Leave now.",
  "Ceci n'est pas un exercice.",
])("an actual message may say, with a warning: %s", (said) => {
  expect(faultsOf("actual", text(said))).toEqual([]);
  expect(rulesOf(2, said)).toEqual(["drill_words"]);
});

it("a drill says so in each language that is known here, and in others somebody has to look", () => {
  expect(faultsOf("drill", text("以上是演习。"), text("Leave."))).toEqual(["/texts/1/description"]);
  expect(faultsOf("drill", text("Bouzfanh", "za"))).toEqual([]);
  const spoken = { mode: "drill" as const, level: 2 as const, texts: [text("Bouzfanh", "za")] };
  expect(textWarnings(spoken, undefined).map(({ rule }) => rule)).toEqual(["drill_not_said"]);
});

it.each([
  [2, "发布橙色暴雨预警。", []],
  [3, "发布橙色暴雨预警。", ["level_contradicts"]],
  [1, "暴雨橙色预警升级为红色预警。", []],
  [2, "暴雨红色预警降为橙色预警。", []],
  [3, "暴雨红色预警降为橙色预警。", ["level_contradicts"]],
  [3, "An amber warning of wind is in force.", ["level_contradicts"]],
  [2, "An amber warning of wind is in force.", []],
  [4, "级别为重大。", ["level_contradicts"]],
  [2, "级别为特别重大。", ["level_contradicts"]],
  [4, "Red cars are parked. No warning is in force.", []],
  [4, "穿红色衣服。", []],
] as const)("at level %i, '%s' is warned of by %j", (level, said, rules) => {
  expect(rulesOf(level, said)).toEqual(rules);
});
