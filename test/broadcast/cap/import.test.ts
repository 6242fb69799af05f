import { describe, expect, it } from "vitest";
import { type ImportResult, importAlert } from "../../../broadcast/cap/import.ts";
import { cutToLevel } from "../../../broadcast/cap/import-area.ts";
import { messageSchema } from "../../../broadcast/message/message.ts";
import { alertOf, bend, PLAIN, readFixture } from "./alerts.ts";

const NOW = new Date("2026-05-02T09:00:00+08:00");
const importOf = (xml: string | Buffer, now = NOW): ImportResult => importAlert(alertOf(xml), { now });

function broadcastOf(xml: string | Buffer, now = NOW) {
  const result = importOf(xml, now);
  if (result.disposition !== "broadcast") throw new Error(JSON.stringify(result));
  return { ...result, first: result.messages[0]!, rules: result.warnings.map(({ rule }) => rule) };
}

const REFERENCES = "<references>sender@example.org,A-0,2026-05-02T07:00:00+08:00</references>";
const referring = (msgType: string, ...more: [string, string][]) =>
  bend([">Alert<", `>${msgType}<`], ["  <info>", `${REFERENCES}\n  <info>`], ...more);
const REFERENCE = { sender: "sender@example.org", identifier: "A-0", sent: "2026-05-02T07:00:00+08:00" };

describe("what an alert is for", () => {
  it.each([
    ["Actual", "actual"],
    ["Exercise", "drill"],
    ["Test", "training"],
  ])("a status of %s gives the mode %s", (status, mode) => {
    expect(broadcastOf(bend(["Actual", status])).first.draft.mode).toBe(mode);
  });

  it("a Draft leaves the mode to a human, for its author has not issued it", () => {
    const { first, rules } = broadcastOf(bend(["Actual", "Draft"]));
    expect(first.draft.mode).toBeUndefined();
    expect(first.missing.map(({ path }) => path)).toEqual(["mode"]);
    expect(rules).toContain("draft");
  });

  it.each([
    ["System", bend(["Actual", "System"]), "System"],
    [
      "a restricted audience",
      bend(["Public", "Restricted"], ["</scope>", "</scope><restriction>crew</restriction>"]),
      "crew",
    ],
    [
      "named people",
      bend(["Public", "Private"], ["</scope>", "</scope><addresses>a@b</addresses>"]),
      "Private",
    ],
    ["nobody, having no info", `${PLAIN.slice(0, PLAIN.indexOf("  <info>"))}</alert>`, "no info"],
    ["a draft's end", referring("Cancel", ["Actual", "Draft"]), "draft"],
  ])("one for %s is refused", (_about, xml, reason) => {
    expect(importOf(xml)).toMatchObject({
      disposition: "refused",
      code: "cap_not_for_broadcast",
      reason: expect.stringContaining(reason),
    });
  });

  it("an Update says what it replaces", () => {
    expect(importOf(referring("Update"))).toMatchObject({ disposition: "broadcast", replaces: [REFERENCE] });
    expect(importOf(PLAIN)).toMatchObject({ disposition: "broadcast", replaces: [] });
  });

  it("a Cancel has nothing to air, whatever infos it carries", () => {
    const result = importOf(referring("Cancel"));
    expect(result).toEqual({ disposition: "cancel", mode: "actual", cancels: [REFERENCE], warnings: [] });
  });

  it("the Cancel of an exercise says so, and can end nothing that is actual", () => {
    expect(importOf(referring("Cancel", ["Actual", "Exercise"]))).toMatchObject({ mode: "drill" });
  });

  it.each([
    ["Ack", true],
    ["Error", false],
  ])("an %s is only recorded", (msgType, accepted) => {
    const result = importOf(referring(msgType));
    expect(result).toEqual({ disposition: "acknowledged", accepted, references: [REFERENCE], warnings: [] });
  });

  it("is refused when nobody thought of it, instead of being aired as a new alert", () => {
    const strange = { ...alertOf(PLAIN), msgType: "Extend" } as unknown as ReturnType<typeof alertOf>;
    expect(importAlert(strange, { now: NOW })).toMatchObject({ disposition: "refused" });
  });
});

describe("an end that has passed", () => {
  it("refuses the alert, to the second", () => {
    const end = new Date("2026-05-02T20:00:00+08:00");
    expect(importOf(PLAIN, new Date(end.getTime() - 1))).toMatchObject({ disposition: "broadcast" });
    expect(importOf(PLAIN, end)).toMatchObject({ disposition: "refused", code: "cap_expired" });
  });

  it("leaves out one info and keeps the other, with a warning", () => {
    const info = PLAIN.slice(PLAIN.indexOf("  <info>"), PLAIN.indexOf("</alert>"));
    const later = info.replace("2026-05-02T20", "2026-05-03T20").replace(">Severe<", ">Minor<");
    const both = bend(["</alert>", `${later}</alert>`]);
    const { messages, rules } = broadcastOf(both, new Date("2026-05-03T00:00:00+08:00"));
    expect(messages.map(({ draft }) => draft.level)).toEqual([4]);
    expect(rules).toContain("info_expired");
  });

  it("does not keep a Cancel from cancelling", () => {
    expect(importOf(referring("Cancel"), new Date("2027-01-01T00:00:00Z"))).toMatchObject({
      disposition: "cancel",
    });
  });
});

describe("infos", () => {
  it("that differ in language only are one message", () => {
    const { messages } = broadcastOf(readFixture("ca-naad.xml"));
    expect(messages.map(({ draft }) => draft.texts.map(({ language }) => language))).toEqual([
      ["en-CA", "fr-CA"],
    ]);
    expect(messages[0]?.draft.texts[1]?.headline).toBe("alerte d’orage violent en vigueur");
  });

  it("that differ in severity and area are messages of their own", () => {
    const { messages } = broadcastOf(readFixture("mx-smn.xml"));
    expect(messages.map(({ draft }) => [draft.level, draft.texts[0]?.headline])).toEqual([
      [1, "Alerta sísmica en Ciudad de México"],
      [3, "Sismo moderado en Puebla"],
    ]);
  });

  it("of two events that are each in two languages are two messages of two languages", () => {
    const info = PLAIN.slice(PLAIN.indexOf("  <info>"), PLAIN.indexOf("</alert>"));
    const other = (language: string, event: string) =>
      info.replace(">en<", `>${language}<`).replace("<event>Landslide", `<event>${event}`);
    const xml = bend([
      "</alert>",
      `${other("en", "Flood")}${other("zh-CN", "滑坡")}${other("zh-CN", "洪水")}</alert>`,
    ]);
    const { messages } = broadcastOf(xml);
    expect(messages.map(({ draft }) => draft.texts.map(({ language }) => language))).toEqual([
      ["en", "zh-CN"],
      ["en", "zh-CN"],
    ]);
    expect(messages.map(({ draft }) => draft.eventCode)).toEqual(["11D01", "11A01"]);
  });

  it("keep words of any length: what is too long for the speakers is named, not cut", () => {
    const { first } = broadcastOf(bend(["Leave the valley.", "Leave! ".repeat(700)]));
    expect(first.draft.texts[0]?.description).toHaveLength(4899);
    expect(first.missing.map(({ path }) => path)).toEqual(["texts.0.description"]);
  });
});

describe("the event's code", () => {
  it("is the alert's own when it is of China's list", () => {
    const { first, rules } = broadcastOf(readFixture("cn-12379.xml"));
    expect(first.draft.eventCode).toBe("11B03");
    expect(rules).not.toContain("event_code_guessed");
  });

  it.each(["GY/T 383", "GY/T 383-2023", "gy/t383", "事件类型编码", "eventType", "event_code"])(
    "is the one that its code under %s says",
    (valueName) => {
      const { first, rules } = broadcastOf(
        bend([
          "</certainty>",
          `</certainty><eventCode><valueName>${valueName}</valueName><value>11D03</value></eventCode>`,
        ]),
      );
      expect(first.draft.eventCode).toBe("11D03");
      expect(rules).not.toContain("event_code_guessed");
    },
  );

  it.each([
    ["Flash Flood Warning", "Met", "11A51"],
    ["Typhoon", "Met", "11B01"],
    ["台风蓝色预警", "Met", "11B01"],
    ["Earthquake", "Geo", "11C02"],
    ["Bushfire", "Fire", "11G00"],
    ["泥石流", "Geo", "11D02"],
  ])("of %s (%s) is taken for %s, with a warning", (event, category, code) => {
    const { first, rules } = broadcastOf(
      bend([">Landslide</event", `>${event}</event`], [">Geo<", `>${category}<`]),
    );
    expect(first.draft.eventCode).toBe(code);
    expect(rules).toContain("event_code_guessed");
  });

  it.each([
    ["Amber Alert", "Rescue"],
    ["Earthquake", "Security"],
    ["暴雨预警解除", "Met"],
    ["Test of the flood sirens", "Met"],
    ["Volcanic ash", "Geo"],
  ])("of %s (%s) is left to a human and never becomes the code of a test", (event, category) => {
    const { first, rules } = broadcastOf(
      bend([">Landslide</event", `>${event}</event`], [">Geo<", `>${category}<`]),
    );
    expect(first.draft.eventCode).toBeUndefined();
    expect(first.missing.map(({ path }) => path)).toEqual(["eventCode"]);
    expect(rules).toContain("event_code_unknown");
  });
});

describe("the level", () => {
  it.each([
    ["Extreme", 1],
    ["Severe", 2],
    ["Moderate", 3],
    ["Minor", 4],
  ])("of the severity %s is %i", (severity, level) => {
    const { first, rules } = broadcastOf(bend(["Severe", severity]));
    expect(first.draft.level).toBe(level);
    expect(rules).not.toContain("severity_unknown");
  });

  it("of an unknown severity is 4, with a warning", () => {
    const { first, rules } = broadcastOf(bend(["Severe", "Unknown"]));
    expect(first.draft.level).toBe(4);
    expect(rules).toContain("severity_unknown");
  });
});

describe("the target", () => {
  it("has longitude before latitude", () => {
    const { first } = broadcastOf(bend(["<geocode>", "<circle>26.5,106.6 3.5</circle><geocode>"]));
    expect(first.draft.target).toEqual({
      regions: ["520111"],
      polygons: [
        [
          [106.1, 26.1],
          [106.2, 26.1],
          [106.2, 26.2],
          [106.1, 26.1],
        ],
      ],
      circles: [{ longitude: 106.6, latitude: 26.5, radiusKm: 3.5 }],
    });
  });

  it.each([
    ["520000000000", "52"],
    ["520100000000", "5201"],
    ["520102000000", "520102"],
    ["520102001000", "520102001"],
    ["520102001001", "520102001001"],
    ["520102", "520102"],
    ["520100", "5201"],
    ["520000", "52"],
    ["52", "52"],
    ["000000", undefined],
    ["048113x", undefined],
    ["1001318", undefined],
    ["0522", "0522"],
  ])("cuts the statutory code %s to %s", (code, cut) => {
    expect(cutToLevel(code)).toBe(cut);
  });

  it("takes statutory codes under names that are in use", () => {
    expect(broadcastOf(readFixture("cn-12379.xml")).first.draft.target.regions).toEqual([
      "520102001",
      "520103",
    ]);
  });

  it("is empty, with warnings and a gap, when no area is usable: it is never everywhere", () => {
    const { first, rules } = broadcastOf(readFixture("tw-ncdr.xml"));
    expect(first.draft.target).toEqual({ regions: [], polygons: [], circles: [] });
    expect(first.missing.map(({ path }) => path)).toEqual(["target"]);
    expect(rules).toEqual(expect.arrayContaining(["area_unusable", "geocode_unknown", "no_target"]));
  });

  it("does not take a foreign county's six digits for a region of ours", () => {
    const { first } = broadcastOf(readFixture("us-nws.xml"));
    expect(first.draft.target.regions).toEqual([]);
  });

  it("leaves out a circle without extent, and says so", () => {
    const { messages, rules } = broadcastOf(readFixture("mx-smn.xml"));
    expect(messages[1]?.draft.target.circles).toEqual([]);
    expect(messages[1]?.missing.map(({ path }) => path)).toEqual(["target"]);
    expect(rules).toContain("circle_left_out");
  });
});

describe("a draft", () => {
  it("without gaps is a message", () => {
    const { first } = broadcastOf(PLAIN);
    expect(first.missing).toEqual([]);
    expect(messageSchema.parse(first.draft)).toEqual(first.draft);
  });

  it("says by the event what has no headline, and by the headline what has no description", () => {
    const xml = bend(
      ["<headline>Landslide</headline>", ""],
      ["<description>Leave the valley.</description>", ""],
    );
    expect(broadcastOf(xml).first.draft.texts).toEqual([
      { language: "en", headline: "Landslide", description: "Landslide" },
    ]);
  });

  it("takes volume, repeats and class from our own parameters, and doubts bad ones", () => {
    const parameter = (name: string, value: string) =>
      `<parameter><valueName>urn:smart-broadcast-iot:${name}</valueName><value>${value}</value></parameter>`;
    const xml = (...values: [string, string, string]) =>
      bend([
        "    <area>",
        `${parameter("class", values[0])}${parameter("volume", values[1])}${parameter("repeat-count", values[2])}<area>`,
      ]);
    expect(broadcastOf(xml("daily", "80", "3")).first.draft).toMatchObject({
      class: "daily",
      volume: 80,
      repeatCount: 3,
    });
    const doubted = broadcastOf(xml("loud", "400", "-1"));
    expect(doubted.first.draft).toMatchObject({ class: "emergency", volume: null, repeatCount: 1 });
    expect(doubted.rules.filter((rule) => rule === "parameter_invalid")).toHaveLength(3);
  });
});
