import { describe, expect, it } from "vitest";
import { saysOfDrill } from "../../../src/pages/new-broadcast/draft-faults.ts";
import { filledWords, markWords, wordsOf } from "../../../src/pages/new-broadcast/filled-words.ts";
import { reframe } from "../../../src/pages/new-broadcast/frame-text.ts";
import { faultsOf, inReadingOrder } from "../../../src/pages/new-broadcast/text-checks.ts";

const text = (description: string, more: object = {}) => ({
  language: "zh-CN",
  headline: "山洪橙色预警",
  description,
  ...more,
});
const rulesOf = (...asked: Parameters<typeof faultsOf>) => faultsOf(...asked).map(({ rule }) => rule);

describe("must be impossible: an actual text that holds 演习 or 测试, or a drill without it", () => {
  it.each([
    ["headline", { headline: "山洪演习" }],
    ["description", { description: "现在测试，请撤离。" }],
    ["instruction", { instruction: "以上是演习。" }],
  ])("refuses the words in an actual %s", (part, more) => {
    expect(faultsOf(text("请撤离。", more), "actual")).toMatchObject([{ rule: "says_drill", part }]);
  });

  it("takes an actual text without them, and leaves other languages to the platform", () => {
    expect(faultsOf(text("请立即撤离。"), "actual")).toEqual([]);
    expect(faultsOf(text("Exercise caution.", { language: "en", headline: "Flood" }), "actual")).toEqual([]);
  });

  it("wants it said in what is heard of a drill, in Chinese and in English", () => {
    expect(rulesOf(text("请撤离。", { headline: "【演习】山洪" }), "drill")).toEqual(["drill_not_said"]);
    expect(rulesOf(text("请撤离。", { instruction: "以上是演习。" }), "drill")).toEqual([]);
    expect(rulesOf(text("Leave.", { language: "en" }), "drill")).toEqual(["drill_not_said"]);
    expect(rulesOf(text("Leave.", { language: "en", instruction: "This is a drill." }), "drill")).toEqual([]);
    expect(rulesOf(text("Bouq!", { language: "za" }), "drill")).toEqual([]);
  });
});

describe("a text that is longer than the platform takes", () => {
  it.each([
    ["headline", 160],
    ["description", 4000],
    ["instruction", 4000],
  ] as const)("names the limit and the present length of a %s", (part, limit) => {
    expect(faultsOf(text("请撤离。", { [part]: ` ${"水".repeat(limit)} ` }), "actual")).toEqual([]);
    expect(faultsOf(text("请撤离。", { [part]: "水".repeat(limit + 1) }), "actual")).toEqual([
      { rule: "too_long", part, length: limit + 1, limit },
    ]);
  });

  it("is no matter of drill words, whoever refuses it", () => {
    const fault = (message: string) => saysOfDrill({ path: "/texts/0/description", message });
    expect(fault("Too big: expected string to have <=4000 characters")).toBe(false);
    expect(fault("'测试' tells people that it is not real, and the message is actual")).toBe(true);
  });
});

describe("must be impossible: a text with a blank that nobody has filled in", () => {
  it.each(["{place}请撤离。", "请{撤离", "请}撤离"])("refuses %s", (description) => {
    expect(rulesOf(text(description), "actual")).toEqual(["blank_left"]);
  });
  it("refuses a text that says nothing", () => {
    expect(rulesOf(text(" ", { headline: "" }), "training")).toEqual(["no_headline", "nothing_said"]);
  });
});

describe("the texts of a form", () => {
  it("are read in Chinese first", () => {
    const order = inReadingOrder([{ language: "en" }, { language: "za" }, { language: "zh-CN" }]);
    expect(order.map(({ language }) => language)).toEqual(["zh-CN", "en", "za"]);
  });

  it("change their frame with the mode, and are framed once", () => {
    const actual = text("可能发生山洪。", { instruction: "请撤离。" });
    const drill = reframe(actual, "drill");
    expect(drill).toMatchObject({
      headline: "【演习】山洪橙色预警",
      description: "【演习】可能发生山洪。以上是演习。",
      instruction: "请撤离。以上是演习。",
    });
    expect(faultsOf(drill, "drill")).toEqual([]);
    expect(reframe(drill, "drill")).toEqual(drill);
    expect(reframe(drill, "actual")).toEqual(actual);
  });
});

describe("words that a template has filled in", () => {
  it("are found between its own words, also inside the frame of a drill", () => {
    expect(
      filledWords(
        "{time}，{place}可能发生山洪，级别为{level}，发布{colour}预警。",
        "【演习】11月29日21时32分，都濡街道、大坪街道可能发生山洪，级别为重大，发布橙色预警。以上是演习。",
      ).slice(1),
    ).toEqual(["都濡街道、大坪街道", "重大", "橙色"]);
    expect(
      filledWords("{colour} flood warning for {place}", "Orange flood warning for Duru Subdistrict"),
    ).toEqual(["Orange", "Duru Subdistrict"]);
    expect(filledWords("At {time} a {colour} warning", "At 21:32 on 29 November an orange warning")).toEqual([
      "21:32 on 29 November",
      "orange",
    ]);
  });

  it("are marked wherever they stand, and only as whole words", () => {
    expect(markWords("red: scared, red", ["red"]).filter(({ marked }) => marked)).toHaveLength(2);
    const pieces = markWords("都濡街道山洪橙色预警", ["都濡街道", "橙色"]);
    expect(pieces.map((piece) => piece.text).join("")).toBe("都濡街道山洪橙色预警");
    expect(pieces.filter(({ marked }) => marked).map((piece) => piece.text)).toEqual(["都濡街道", "橙色"]);
  });

  it("do not hold the frame of a drill", () => {
    const filled = reframe(text("22时5分，都濡街道可能发生山洪。", { headline: "都濡街道山洪" }), "drill");
    const raw = text("{time}，{place}可能发生山洪。", { headline: "{place}山洪" });
    expect(wordsOf([raw], [filled], "zh-CN")).toEqual(["都濡街道", "22时5分", "都濡街道"]);
  });

  it("are none for a language that the template lacks", () => {
    expect(wordsOf([text("{place}")], [text("都濡街道")], "en")).toEqual([]);
  });
});
