import { describe, expect, it } from "vitest";
import { exportAlert, formatTime } from "../../../broadcast/cap/export.ts";
import { importAlert } from "../../../broadcast/cap/import.ts";
import { completeMessage } from "../../../broadcast/drafting/draft.ts";
import { alertOf, bend, FIXTURES, PLAIN, readFixture, schemaFault } from "./alerts.ts";

const NOW = new Date("2026-05-02T09:00:00+08:00");
const HEADER = {
  identifier: "SBI-1",
  sender: "platform@example.org",
  sent: NOW,
  msgType: "Alert",
  regionName: (code: string) => `Region ${code}`,
} as const;

function take(xml: string | Buffer, now = NOW) {
  const result = importAlert(alertOf(xml), { now });
  if (result.disposition !== "broadcast") throw new Error(JSON.stringify(result));
  return {
    drafts: result.messages.map(({ draft }) => draft),
    rules: result.warnings.map(({ rule }) => rule),
  };
}

const info = PLAIN.slice(PLAIN.indexOf("  <info>"), PLAIN.indexOf("</alert>"));
/** Everything that CAP has and a message has not, in two languages. */
const RICH = bend(
  ["</msgType>", "</msgType><source>radar 7</source>"],
  [
    "</scope>",
    "</scope><addresses>town halls</addresses><code>profile:1</code><code>layer:2</code><note>a note</note><incidents>inc-1</incidents>",
  ],
  ["<category>Geo</category>", "<category>Geo</category><category>Safety</category>"],
  [
    "</certainty>",
    "</certainty><audience>hikers</audience><eventCode><valueName>SAME</valueName><value>LSW</value></eventCode>",
  ],
  ["<expires>", "<onset>2026-05-02T10:00:00+08:00</onset><expires>"],
  [
    "    <area>",
    "<contact>119</contact><parameter><valueName>depth</valueName><value>5 m</value></parameter><resource><resourceDesc>map</resourceDesc><mimeType>image/png</mimeType><size>12</size><uri>https://example.org/m.png</uri></resource><area>",
  ],
  [
    "</geocode>",
    "</geocode><geocode><valueName>EMMA_ID</valueName><value>CN001</value></geocode><altitude>100</altitude><ceiling>300.5</ceiling>",
  ],
);
const rich = (language: string, [audience, contact, place]: [string, string, string]) =>
  RICH.slice(RICH.indexOf("  <info>"), RICH.indexOf("</alert>"))
    .replace(">en<", `>${language}<`)
    .replace("hikers", audience)
    .replace("119", contact)
    .replace("Huaxi", place);
const TWO = RICH.replace("</alert>", `${rich("zh-CN", ["登山者", "110", "花溪"])}</alert>`);

describe("what an alert says beside its message", () => {
  it("is kept, of each language", () => {
    const { drafts } = take(TWO);
    expect(drafts).toHaveLength(1);
    expect(drafts[0]?.cap).toMatchObject({
      source: "radar 7",
      addresses: "town halls",
      codes: ["profile:1", "layer:2"],
      note: "a note",
      incidents: "inc-1",
      categories: ["Geo", "Safety"],
      onset: "2026-05-02T10:00:00+08:00",
      eventCodes: [{ valueName: "SAME", value: "LSW" }],
      infos: [
        { language: "en", audience: "hikers", contact: "119", areas: ["Huaxi"] },
        { language: "zh-CN", audience: "登山者", contact: "110", areas: ["花溪"] },
      ],
      areas: [
        {
          regions: ["520111"],
          geocodes: [{ valueName: "EMMA_ID", value: "CN001" }],
          altitude: 100,
          ceiling: 300.5,
        },
      ],
    });
    expect(drafts[0]?.cap?.infos[0]).toMatchObject({
      parameters: [{ valueName: "depth", value: "5 m" }],
      resources: [{ resourceDesc: "map", mimeType: "image/png", size: 12, uri: "https://example.org/m.png" }],
    });
  });

  it("goes out again, and comes back the same", () => {
    const [draft] = take(TWO).drafts;
    const xml = exportAlert(completeMessage({ ...draft!, mode: "actual", class: "emergency" }), HEADER);
    expect(schemaFault(xml)).toBeUndefined();
    expect(take(xml).drafts).toEqual([draft]);
    const before = alertOf(TWO);
    const after = alertOf(xml);
    const words = ["source", "addresses", "codes", "note", "incidents"] as const;
    for (const word of words) expect(after[word]).toEqual(before[word]);
    for (const [i, one] of before.infos.entries()) {
      const { event, audience, onset, contact, categories, resources } = one;
      expect(after.infos[i]).toMatchObject({ event, audience, onset, contact, categories, resources });
      expect(after.infos[i]?.areas[0]).toMatchObject({
        areaDesc: one.areas[0]!.areaDesc,
        polygons: one.areas[0]!.polygons,
        altitude: 100,
        ceiling: 300.5,
      });
    }
  });

  it("has its times in +08:00 like all others, whatever the zone that they came in", () => {
    const [draft] = take(RICH).drafts;
    for (const [onset, out] of [
      ["2026-05-02T02:00:00+00:00", "2026-05-02T10:00:00+08:00"],
      ["2026-05-01T24:00:00-02:30", "2026-05-02T10:30:00+08:00"],
    ] as const) {
      const cap = { ...draft!.cap!, onset };
      const xml = exportAlert(completeMessage({ ...draft!, mode: "actual", cap }), HEADER);
      const [one] = alertOf(xml).infos;
      expect(one!.onset).toBe(out);
      for (const time of xml.match(/\d{4}-\d\d-\d\dT[^<\s]+/g)!) expect(time).toMatch(/\+08:00$/);
    }
  });

  it.each(FIXTURES)("of %s comes back as well, wherever it can be aired", (name) => {
    const alert = alertOf(readFixture(name));
    const result = importAlert(alert, { now: new Date(alert.sent) });
    if (result.disposition !== "broadcast") return;
    for (const { draft, missing } of result.messages) {
      const mended = {
        ...draft,
        mode: draft.mode ?? "training",
        eventCode: draft.eventCode ?? "11B03",
      } as const;
      if (missing.some(({ path }) => path.startsWith("target"))) continue;
      const xml = exportAlert(completeMessage(mended), { ...HEADER, sent: new Date(alert.sent) });
      expect(take(xml, new Date(alert.sent)).drafts[0]?.cap).toMatchObject({
        ...draft.cap!,
        ...(draft.cap!.onset === undefined ? {} : { onset: formatTime(new Date(draft.cap!.onset)) }),
      });
    }
  });

  it("names an area as it was only while all of it is aimed at", () => {
    const [draft] = take(RICH).drafts;
    const message = completeMessage({
      ...draft!,
      mode: "actual",
      target: { ...draft!.target, polygons: [] },
    });
    const areas = alertOf(exportAlert(message, HEADER)).infos[0]!.areas;
    expect(areas.map(({ areaDesc }) => areaDesc)).toEqual(["Region 520111"]);
  });

  it("has an end, and says so", () => {
    const { drafts, rules } = take(RICH.replace("a note", "n".repeat(5000)));
    expect(drafts[0]?.cap?.note).toHaveLength(4000);
    expect(rules).toContain("details_left_out");
    const many = info.replace(
      "    <area>",
      `${"<parameter><valueName>p</valueName><value>v</value></parameter>".repeat(200)}<area>`,
    );
    const some = take(bend([info, many]));
    expect(some.drafts[0]?.cap?.infos[0]?.parameters).toHaveLength(100);
    const huge = many.replaceAll("<value>v", `<value>${"v".repeat(3000)}`);
    const none = take(bend([info, huge]));
    expect(JSON.stringify(none.drafts[0]?.cap).length).toBeLessThan(64 * 1024);
    expect(none.rules).toContain("details_left_out");
  });
});
