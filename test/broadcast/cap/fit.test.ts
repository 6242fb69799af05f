import { describe, expect, it } from "vitest";
import { forTheEar } from "../../../broadcast/cap/ear.ts";
import { importAlert } from "../../../broadcast/cap/import.ts";
import { parseAlert } from "../../../broadcast/cap/parse.ts";
import { readPolygon } from "../../../broadcast/cap/values.ts";
import { MAX_POINTS, MAX_REGIONS, MAX_SHAPES } from "../../../broadcast/message/message.ts";
import { selfContact } from "../../../geo/ring.ts";
import { simplifyRing } from "../../../geo/simplify.ts";
import { alertOf, bend, PLAIN } from "./alerts.ts";

/** Milliseconds of processor: a busy machine takes its time, and no more work. */
const cpuMs = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};

function take(xml: string) {
  const result = importAlert(alertOf(xml), { now: new Date("2026-05-02T09:00:00+08:00") });
  if (result.disposition !== "broadcast") throw new Error(JSON.stringify(result));
  return { ...result, first: result.messages[0]!, rules: result.warnings.map(({ rule }) => rule) };
}

describe("a text for the ear", () => {
  it.each([
    ["见 <b>公告</b>：http://example.org/a，请转移。", "见 公告：，请转移。", ["http://example.org/a"]],
    ["Read www.example.org/x.", "Read.", ["www.example.org/x"]],
    ["Wind &amp; rain&nbsp;&#39;now&#39;", "Wind & rain 'now'", []],
    ["<ul><li>Go</li><li>Stay</li></ul>", "Go\nStay", []],
    ["* WHAT...Floods.\n* WHERE...Huaxi.", "WHAT. Floods.\nWHERE. Huaxi.", []],
    ["One<script>alert(1)</script>", "One", []],
  ])("of %j is %j", (written, text, links) => {
    expect(forTheEar(written)).toMatchObject({ text, links });
  });

  it.each([
    "The level is <5 m and >3 m.",
    "Wait... then go.",
    "A & B; 3 < 4",
    "一、立即转移。\n二、不要返回。",
    "half-way - done",
  ])("stays as it is without markup: %s", (text) => {
    expect(forTheEar(text)).toEqual({ text, hadMarkup: false, links: [] });
  });

  it("is made in no time, whatever it is", () => {
    const begin = cpuMs();
    for (const piece of ["<p", "<a href", "http://", "&amp", "<!--", "***", "( ", "....", "<script>"]) {
      forTheEar(piece.repeat(100_000));
    }
    expect(cpuMs() - begin).toBeLessThan(3000);
  });

  it("of an alert that the platform itself has exported is what was approved", () => {
    const own =
      "<parameter><valueName>urn:smart-broadcast-iot:class</valueName><value>emergency</value></parameter>";
    const { first, rules } = take(bend(["Leave", "&lt;b&gt;Leave"], ["    <area>", `${own}<area>`]));
    expect(first.draft.texts[0]?.description).toBe("<b>Leave the valley.");
    expect(rules).not.toContain("markup_left_out");
  });
});

describe("a language", () => {
  it.each([
    ["English", "en"],
    ["chinese", "zh"],
    ["en-x-plain", "en"],
    ["x-klingon", "und"],
    ["i-default", "und"],
    ["zh-Hant-TW", "zh-Hant-TW"],
  ])("%s is spoken as %s", (written, language) => {
    const { first, rules } = take(bend([">en<", `>${written}<`]));
    expect([first.draft.texts[0]?.language, first.missing]).toEqual([language, []]);
    expect(rules.includes("language_replaced")).toBe(written !== language);
  });
});

describe("what is too much", () => {
  const ring = (points: number, at = 0) => {
    const corners = Array.from({ length: points - 1 }, (_, i) => {
      const angle = (2 * Math.PI * i) / (points - 1);
      const radius = 0.1 + 0.02 * Math.sin(40 * angle);
      return `${(26 + radius * Math.sin(angle)).toFixed(7)},${(106 + at + radius * Math.cos(angle)).toFixed(7)}`;
    });
    return [...corners, corners[0]].join(" ");
  };
  const PLAIN_RING = "26.1,106.1 26.1,106.2 26.2,106.2 26.1,106.1";

  it("of points is simplified, and keeps its shape", () => {
    const { first, rules } = take(bend([PLAIN_RING, ring(4000)]));
    const [polygon] = first.draft.target.polygons;
    expect([polygon?.length, polygon?.[0], first.missing]).toEqual([MAX_POINTS, polygon?.at(-1), []]);
    expect(rules).toContain("polygon_simplified");
  });

  it("of as many points as a document holds is simplified, and what is beyond is named as left out", () => {
    const { first, rules } = take(bend([PLAIN_RING, ring(40_000)]));
    expect(first.draft.target.polygons.map(({ length }) => length)).toEqual([MAX_POINTS]);
    expect(rules).toContain("polygon_simplified");
    const repeated = (points: number) => "26,106 ".repeat(points);
    expect(readPolygon(repeated(50_001))).toMatchObject({
      broken: { rule: "polygon_points", message: expect.stringContaining("50000") },
    });
    const parsed = parseAlert(Buffer.from(bend([PLAIN_RING, repeated(50_001)])));
    expect(parsed.ok && parsed.warnings.map(({ message }) => message)).toEqual([
      expect.stringContaining("it is left out, nobody is warned there"),
    ]);
  });

  it("of regions, circles and response types is left out where we end, with a warning", () => {
    const codes = Array.from({ length: MAX_REGIONS + 10 }, (_, i) => String(520_000_000 + i)).join(",");
    const circles = Array.from({ length: MAX_SHAPES + 3 }, (_, i) => `<circle>26,${i} 5</circle>`).join("");
    const { first, rules } = take(
      bend(
        ["520111", codes],
        ["<geocode>", `${circles}<circle>26,106 2001</circle><geocode>`],
        ["<urgency>", `${"<responseType>Shelter</responseType>".repeat(20)}<urgency>`],
      ),
    );
    const { regions, circles: kept } = first.draft.target;
    expect([regions.length, kept.length]).toEqual([MAX_REGIONS, MAX_SHAPES]);
    expect(first.draft.responseTypes).toEqual(["Shelter"]);
    expect(rules.filter((rule) => rule === "area_beyond_limit")).toHaveLength(2);
    expect(rules).toContain("circle_left_out");
    expect(first.missing).toEqual([]);
  });

  it("of words in a line is cut at a word, and an event's name that is the only text stays whole in what is spoken", () => {
    const long = "Landslide warning ".repeat(20).trim();
    const { first } = take(
      bend(
        ["<event>Landslide", `<event>${long}`],
        ["<headline>Landslide</headline>", `<senderName>${long}</senderName>`],
        ["<description>Leave the valley.</description>", `<contact>${long}</contact>`],
      ),
    );
    const { headline, description } = first.draft.texts[0]!;
    expect([headline.length <= 160, /(Landslide|warning)…$/.test(headline), description]).toEqual([
      true,
      true,
      long,
    ]);
    expect([first.draft.senderName!.length <= 200, first.draft.contact!.length <= 200]).toEqual([true, true]);
    expect(first.missing).toEqual([]);
  });

  it("of instructions is named and not cut: a person decides what is said", () => {
    const { first } = take(bend(["    <area>", `<instruction>${"Leave! ".repeat(700)}</instruction><area>`]));
    expect(first.draft.texts[0]?.instruction).toHaveLength(4899);
    expect(first.missing.map(({ path }) => path)).toEqual(["texts.0.instruction"]);
  });

  it("of languages and of messages has its end", () => {
    const info = PLAIN.slice(PLAIN.indexOf("  <info>"), PLAIN.indexOf("</alert>"));
    const languages = ["zh", "fr", "de", "it", "ja", "ko", "ru", "es", "th"].map((tag) =>
      info.replace(">en<", `>${tag}<`),
    );
    const { first, rules } = take(bend(["</alert>", `${languages.join("")}</alert>`]));
    expect(first.draft.texts.map(({ language }) => language)).toEqual([
      "en",
      "zh",
      "fr",
      "de",
      "it",
      "ja",
      "ko",
      "ru",
    ]);
    expect(rules).toContain("language_left_out");
    const xml = bend(["</alert>", `${info.repeat(60)}</alert>`]);
    expect(importAlert(alertOf(xml), { now: new Date("2026-05-02T09:00:00+08:00") })).toMatchObject({
      disposition: "refused",
      reason: expect.stringContaining("61 messages"),
    });
  });
});

describe("a ring that is simplified", () => {
  it("loses first what changes its area least, and none when it is short enough", () => {
    const square: [number, number][] = [
      [0, 0],
      [5, 0.001],
      [10, 0],
      [10, 10],
      [5, 10.1],
      [0, 10],
      [0, 0],
    ];
    expect(simplifyRing(square, 7)).toEqual(square);
    expect(simplifyRing(square, 6)).toEqual(square.filter(([x, y]) => !(x === 5 && y < 1)));
    expect(simplifyRing(square, 5)).toEqual(square.filter(([x]) => x !== 5));
    const circle = Array.from({ length: 3000 }, (_, i): [number, number] => [
      Math.cos((2 * Math.PI * (i % 2999)) / 2999),
      Math.sin((2 * Math.PI * (i % 2999)) / 2999),
    ]);
    const simple = simplifyRing(circle, 100);
    expect([simple.length, selfContact(simple)]).toEqual([100, undefined]);
  });
});
