import { describe, expect, it } from "vitest";
import { parseAlert } from "../../../broadcast/cap/parse.ts";
import { timeOf } from "../../../broadcast/cap/values.ts";
import { alertOf, bend, FIXTURES, PLAIN, readFixture, schemaFault } from "./alerts.ts";

const rulesOf = (xml: string | Buffer): string[] => {
  const result = parseAlert(Buffer.from(xml));
  return result.ok ? [] : result.faults.map(({ rule }) => rule);
};
const wrap = (content: string) => bend(["  <info>", `${content}\n  <info>`]);

describe("an alert as countries publish them", () => {
  it.each(FIXTURES)("%s is read without a fault", (name) => {
    expect(parseAlert(readFixture(name))).toMatchObject({ ok: true, warnings: [] });
  });

  it.each(FIXTURES)("%s satisfies the standard's schema", (name) => {
    expect(schemaFault(readFixture(name))).toBeUndefined();
  });

  it("is refused by that schema when it should be", () => {
    expect(schemaFault(bend(["<category>Geo</category>", ""]))).toContain("category");
    expect(schemaFault(bend(["Severe", "Major"]))).toContain("Major");
    expect(schemaFault(bend(["08:00:00+08:00", "08:00:00Z"]))).toContain("sent");
  });

  it("comes with every element that it has", () => {
    const alert = alertOf(readFixture("ca-naad.xml"));
    expect(alert).toMatchObject({
      msgType: "Update",
      codes: ["profile:CAP-CP:0.4", "layer:SOREM:1.0", "layer:EC-MSC-SMC:1.1"],
      signatures: 2,
    });
    expect(alert.references).toHaveLength(2);
    expect(alert.infos.map(({ language }) => language)).toEqual(["en-CA", "fr-CA"]);
    expect(alert.infos[1]).toMatchObject({ event: "alerte d’orage violent", audience: "general public" });
    expect(alert.infos[0]?.parameters).toHaveLength(9);
    expect(alert.infos[0]?.parameters.at(-2)).toEqual({
      valueName: "layer:EC-MSC-SMC:1.1:Newly_Active_Areas",
      value: "",
    });
    expect(alert.infos[0]?.resources).toEqual([
      {
        resourceDesc: "Audio",
        mimeType: "audio/mpeg",
        size: 48213,
        uri: "https://capcp.example.ca/en-CA.mp3",
        digest: "da39a3ee5e6b4b0d3255bfef95601890afd80709",
      },
    ]);
    expect(alert.infos[0]?.areas[0]?.polygons[0]?.[0]).toEqual([43.59, -79.54]);
    expect(alertOf(readFixture("it-dpc.xml")).infos[0]?.areas[0]).toMatchObject({
      circles: [{ center: [40.827, 14.139], radius: 7.5 }],
      altitude: 0,
      ceiling: 1500.5,
    });
  });

  it("may be a Cancel without any info", () => {
    expect(alertOf(readFixture("nz-cancel.xml"))).toMatchObject({ msgType: "Cancel", infos: [] });
  });
});

describe("the encoding", () => {
  it("may be GB18030, ISO-8859-1, or UTF-16", () => {
    expect(alertOf(readFixture("cn-12379.xml")).infos[0]?.description).toContain("𠮷祥社区");
    expect(alertOf(readFixture("de-mowas.xml")).infos[0]?.headline).toContain("über der Kölner Straße");
    expect(alertOf(readFixture("nz-cancel.xml")).note).toContain("mutu te mōrearea");
  });

  it.each([
    ["UTF-16 without its mark", Buffer.from(bend(["UTF-8", "UTF-16"]), "utf16le")],
    ["big-endian UTF-16", Buffer.from(`\uFEFF${bend(["UTF-8", "UTF-16"])}`, "utf16le").swap16()],
    ["no declaration", Buffer.from(PLAIN.replace(/^.*\n/, ""))],
    ["a declaration without encoding", Buffer.from(bend([' encoding="UTF-8"', ""]))],
    ["a byte order mark", Buffer.from(`\uFEFF${PLAIN}`)],
  ])("may be given as %s", (_about, bytes) => {
    expect(alertOf(bytes).identifier).toBe("A-1");
  });

  it("reads the euro sign of windows-1252, whatever Node's decoder makes of it", () => {
    const xml = bend(["UTF-8", "windows-1252"], ["Leave the valley.", "fine 50 \x80"]);
    expect(alertOf(Buffer.from(xml, "latin1")).infos[0]?.description).toBe("fine 50 €");
  });

  it.each([
    ["bytes that are not UTF-8", Buffer.from(bend(["Leave", "L\xff"]), "latin1")],
    ["bytes that are not GB18030", Buffer.from(bend(["UTF-8", "GB18030"], ["Leave", "L\xff"]), "latin1")],
    ["ASCII that is none", Buffer.from(bend(["UTF-8", "US-ASCII"], ["Leave", "L\xe9"]), "latin1")],
    ["an unknown encoding", Buffer.from(bend(["UTF-8", "EBCDIC-37"]))],
    ["a mark against the declaration", Buffer.from(`\uFEFF${bend(["UTF-8", "GBK"])}`)],
    ["UTF-16 that is declared only", Buffer.from(bend(["UTF-8", "UTF-16"]))],
  ])("refuses %s", (_about, bytes) => {
    expect(rulesOf(bytes)).toEqual(["encoding"]);
  });
});

const SHIFTED_SCOPE = bend(
  ["  <scope>Public</scope>\n", ""],
  ["  <sender>", "  <scope>Public</scope>\n  <sender>"],
);

describe("a fault", () => {
  it.each([
    ["an element too early", SHIFTED_SCOPE, "element_order"],
    ["an element twice", bend(["<status>", "<status>Actual</status>\n<status>"]), "duplicate_element"],
    ["no sender", bend(["<sender>sender@example.org</sender>", ""]), "required"],
    ["an empty identifier", bend(["A-1", " "]), "required"],
    ["no category", bend(["<category>Geo</category>", ""]), "required"],
    ["an area without description", bend(["<areaDesc>Huaxi</areaDesc>", ""]), "required"],
    ["a geocode without value", bend(["<value>520111</value>", ""]), "required"],
    ["a status in small letters", bend(["Actual", "actual"]), "enum"],
    ["an unknown msgType", bend([">Alert<", ">Extend<"]), "enum"],
    ["an unknown severity", bend(["Severe", "Major"]), "enum"],
    ["UTC as Z", bend(["08:00:00+08:00", "08:00:00Z"]), "time_format"],
    ["a fraction of a second", bend(["08:00:00+08:00", "08:00:00.5+08:00"]), "time_format"],
    ["the comma that the schema lets through", bend(["08:00:00+08:00", "08:00:00,08:00"]), "time_format"],
    ["30 February", bend(["2026-05-02T08", "2026-02-30T08"]), "time_format"],
    ["a second past the end of the day", bend(["T08:00:00", "T24:00:01"]), "time_format"],
    ["the year 1", bend(["2026-05-02T08", "0001-05-02T08"]), "time_format"],
    ["a name that does not end", bend(["A-1", "A".repeat(501)]), "identifier_length"],
    [
      "600 references",
      wrap(`<references>${"a@b,A-0,2026-05-02T07:00:00+08:00 ".repeat(600)}</references>`),
      "references_count",
    ],
    ["25 o'clock", bend(["T08:00:00", "T25:00:00"]), "time_format"],
    ["no zone", bend(["08:00:00+08:00", "08:00:00"]), "time_format"],
    ["a space in the identifier", bend(["A-1", "A 1"]), "identifier_characters"],
    ["a comma in the sender", bend(["sender@", "a,b@"]), "identifier_characters"],
    ["an ampersand in the identifier", bend(["A-1", "A&amp;1"]), "identifier_characters"],
    ["an Update without references", bend([">Alert<", ">Update<"]), "references_required"],
    ["a Cancel without references", bend([">Alert<", ">Cancel<"]), "references_required"],
    ["an Ack without references", bend([">Alert<", ">Ack<"]), "references_required"],
    ["an Error without references", bend([">Alert<", ">Error<"]), "references_required"],
    ["references of two parts", wrap("<references>a@b,A-0</references>"), "references_format"],
    ["references with a bad time", wrap("<references>a@b,A-0,yesterday</references>"), "references_format"],
    [
      "a reference to itself",
      wrap("<references>sender@example.org,A-1,2026-05-02T08:00:00+08:00</references>"),
      "references_circular",
    ],
    [
      "a reference to a later alert",
      wrap("<references>sender@example.org,A-0,2026-05-02T00:00:01-00:00</references>"),
      "references_post_dated",
    ],
    ["Restricted without a restriction", bend(["Public", "Restricted"]), "restriction_scope"],
    ["Private without addresses", bend(["Public", "Private"]), "addresses_scope"],
    ["a ceiling alone", bend(["</geocode>", "</geocode><ceiling>9</ceiling>"]), "ceiling_without_altitude"],
    ["an altitude in words", bend(["</geocode>", "</geocode><altitude>high</altitude>"]), "number_format"],
    ["a language that is none", bend(["<language>en<", "<language>English (US)<"]), "language_format"],
    ["an element of nobody", bend(["<urgency>", "<mood>bad</mood><urgency>"]), "unknown_element"],
    ["an element within a text", bend(["Leave", "<b>Leave</b>"]), "unknown_element"],
    ["an element of others", bend(["<urgency>", '<x:a xmlns:x="urn:x"/><urgency>']), "foreign_element"],
    [
      "a signature in an info",
      bend(["<area>", '<Signature xmlns="http://www.w3.org/2000/09/xmldsig#"/><area>']),
      "foreign_element",
    ],
    [
      "an info after the signature",
      wrap('<Signature xmlns="http://www.w3.org/2000/09/xmldsig#"/>'),
      "element_order",
    ],
    [
      "three signatures",
      bend(["</alert>", `${'<Signature xmlns="http://www.w3.org/2000/09/xmldsig#"/>'.repeat(3)}</alert>`]),
      "too_many_signatures",
    ],
    ["text between elements", bend(["<urgency>", "now <urgency>"]), "unexpected_text"],
    ["an attribute", bend(["<urgency>", '<urgency level="1">']), "unknown_attribute"],
    ["CAP 1.1", bend(["cap:1.2", "cap:1.1"]), "cap_version"],
    ["no namespace", bend([' xmlns="urn:oasis:names:tc:emergency:cap:1.2"', ""]), "root_element"],
    ["a feed", '<feed xmlns="http://www.w3.org/2005/Atom"/>', "root_element"],
    ["half an alert", PLAIN.slice(0, 400), "not_well_formed"],
    ["nothing", "", "not_well_formed"],
    ["two roots", PLAIN + PLAIN.replace(/^.*\n/, ""), "not_well_formed"],
    ["XML 1.1", bend(['version="1.0"', 'version="1.1"']), "xml_version"],
  ])("is found: %s", (_about, xml, rule) => {
    expect(rulesOf(xml)).toEqual([rule]);
  });

  const resource = (more: string) =>
    bend(["    <area>", `<resource><resourceDesc>Map</resourceDesc>${more}</resource>\n    <area>`]);
  it.each([
    ["without a media type", resource(""), "required"],
    ["whose media type is none", resource("<mimeType>picture</mimeType>"), "mime_type"],
    ["of half a byte", resource("<mimeType>image/png</mimeType><size>1.5</size>"), "size_format"],
  ])("is a resource %s", (_about, xml, rule) => {
    expect(rulesOf(xml)).toEqual([rule]);
  });

  it.each([
    [
      "a polygon over the 180th meridian",
      bend(["26.2,106.2 26.1,106.1<", "26.2,-106.2 26.1,106.1<"]),
      "polygon_meridian",
    ],
    ["an open polygon", bend(["26.2,106.2 26.1,106.1<", "26.2,106.2 26.3,106.3<"]), "polygon_closed"],
    ["a polygon of 3 points", bend(["26.1,106.2 26.2,106.2 26.1", "26.1,106.2 26.1"]), "polygon_points"],
    [
      "a bow tie",
      bend(["26.1,106.2 26.2,106.2 26.1", "26.2,106.2 26.1,106.2 26.2,106.1 26.1"]),
      "polygon_self_intersects",
    ],
    ["longitude first", bend(["26.1,106.1 26.1,106.2", "106.1,26.1 26.1,106.2"]), "polygon_range"],
    ["a polygon with words", bend(["26.1,106.2 ", "north,106.2 "]), "polygon_format"],
    ["a polygon with exponents", bend(["26.1,106.2 ", "2.61e1,106.2 "]), "polygon_format"],
    ["a circle without radius", bend(["<geocode>", "<circle>26,106</circle><geocode>"]), "circle_format"],
    ["a negative radius", bend(["<geocode>", "<circle>26,106 -1</circle><geocode>"]), "circle_range"],
    ["a circle off the globe", bend(["<geocode>", "<circle>96,106 1</circle><geocode>"]), "circle_range"],
    ["a number that does not end", bend(["26.1,106.2 ", `${"1".repeat(120_000)}x `]), "polygon_format"],
  ])("is no fault of an alert that is good without it, and left out: %s", (_about, xml, rule) => {
    const result = parseAlert(Buffer.from(xml));
    expect(result).toMatchObject({ ok: true, warnings: [{ rule, leftOut: true }] });
    if (!result.ok) return;
    const area = result.alert.infos[0]?.areas[0];
    expect([area?.circles, area?.geocodes.length]).toEqual([[], 1]);
    if (rule.startsWith("polygon")) expect(area?.polygons).toEqual([]);
    // Beside another fault it is one: the sender sees all at once.
    expect(rulesOf(xml.replace("Actual", "x"))).toEqual(["enum", rule]);
  });

  it("names its element, its place and what was expected", () => {
    const xml = bend(["<status>Actual", "<status>Live"], ["26.1,106.2 ", "26.1;106.2 "]);
    expect(parseAlert(Buffer.from(xml))).toMatchObject({
      ok: false,
      faults: [
        {
          path: "/alert/status",
          line: 6,
          column: 3,
          message: 'found "Live", expected one of Actual, Exercise, System, Test, Draft',
        },
        {
          path: "/alert/info[1]/area[1]/polygon[1]",
          line: 21,
          column: 7,
          message: expect.stringContaining('point 2 of the polygon: found "26.1;106.2"'),
        },
      ],
    });
  });

  it("says where an element out of order belongs", () => {
    expect(parseAlert(Buffer.from(SHIFTED_SCOPE))).toMatchObject({
      faults: [{ message: "found <scope> out of its order, expected it after <msgType> and before <info>" }],
    });
  });

  const older = (version: string) => `urn:oasis:names:tc:emergency:cap:${version}`;
  it.each([
    [
      "an alert of CAP 1.1 with other faults",
      bend(["cap:1.2", "cap:1.1"], ["Actual", "x"]),
      ["cap_version", "enum"],
    ],
    [
      "one with a prefix",
      bend([' xmlns="', ' xmlns:cap="'], ["cap:1.2", "cap:1.1"], ["Actual", "x"]).replace(
        /<(\/?)(?=[a-z])/gi,
        "<$1cap:",
      ),
      ["cap_version", "enum"],
    ],
    [
      "an envelope around one",
      `<EDXLDistribution xmlns="urn:oasis:names:tc:emergency:EDXL:DE:1.0"><x>${PLAIN.slice(39).replace("cap:1.2", "cap:1.1")}</x></EDXLDistribution>`,
      ["root_element", "cap_version"],
    ],
    [
      "one that breaks off",
      PLAIN.replace("cap:1.2", "cap:1.1").slice(0, 600),
      ["not_well_formed", "cap_version"],
    ],
    [
      "one with a DTD",
      PLAIN.replace("cap:1.2", "cap:1.1").replace("<alert", "<!DOCTYPE alert><alert"),
      ["dtd", "cap_version"],
    ],
    [
      "one without a namespace",
      bend([` xmlns="${older("1.2")}"`, ""], ["Actual", "x"]),
      ["root_element", "enum"],
    ],
  ])("is told together with all others: %s", (_about, xml, rules) => {
    expect(rulesOf(xml)).toEqual(rules);
  });

  it("does not hide the others, up to a hundred", () => {
    const many = bend(["<geocode>", `${"<circle>x</circle>".repeat(200)}<geocode>`], ["Actual", "x"]);
    const rules = rulesOf(many);
    expect(rules).toHaveLength(100);
    expect(rules[0]).toBe("enum");
    expect(rules.at(-1)).toBe("too_many_faults");
  });

  it("is not what other countries do by right", () => {
    const xml = bend(
      ["<headline>", "<senderName/><headline>"],
      ["+08:00</sent>", "-00:00</sent>"],
      [
        'cap:1.2">',
        'cap:1.2" Id="a" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="a b">',
      ],
      ["<polygon>26.1,106.1 ", "<polygon>\n +26.10 ,106.1 ".replace(" ,", ",")],
    );
    expect(rulesOf(xml)).toEqual([]);
  });
});

describe("a warning", () => {
  it("is not even a processing instruction, nor the end of a day as 24:00:00", () => {
    const xml = bend(
      ["<alert", '<?xml-stylesheet href="a.xsl"?><alert'],
      ["Leave", "Lea<?x y?>ve"],
      ["2026-05-02T20:00:00", "2026-05-02T24:00:00"],
    );
    expect(parseAlert(Buffer.from(xml))).toMatchObject({ ok: true, warnings: [] });
    expect(alertOf(xml).infos[0]).toMatchObject({ description: "Leave the valley." });
    expect(timeOf("2026-05-02T24:00:00+08:00").toISOString()).toBe("2026-05-02T16:00:00.000Z");
  });

  it.each([
    ["a language as programs write it", bend([">en<", ">en_US<"]), "language_format"],
    [
      "a reference to its own earlier version",
      wrap("<references>sender@example.org,A-1,2026-05-02T07:59:59+08:00</references>"),
      "references_own_identifier",
    ],
    [
      "a restriction that is not needed",
      bend(["</scope>", "</scope><restriction>staff</restriction>"]),
      "restriction_scope",
    ],
    [
      "an end before the beginning",
      bend(["<expires>", "<effective>2026-05-03T08:00:00+08:00</effective><expires>"]),
      "expires_before_effective",
    ],
    [
      "a polygon that comes back to a point",
      bend(["26.2,106.2 26.1,106.1<", "26.2,106.2 26.1,106.1 26.0,106.0 26.0,106.1 26.1,106.1<"]),
      "polygon_touches_itself",
    ],
  ])("and no fault is %s", (_about, xml, rule) => {
    expect(parseAlert(Buffer.from(xml))).toMatchObject({ ok: true, warnings: [{ rule }] });
  });
});
