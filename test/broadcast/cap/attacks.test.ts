import { describe, expect, it } from "vitest";
import { parseAlert } from "../../../broadcast/cap/parse.ts";
import { referenceKey, timeOf } from "../../../broadcast/cap/values.ts";
import { alertOf, bend, PLAIN } from "./alerts.ts";

/** Milliseconds of processor: a busy machine takes its time, and no more work. */
const cpuMs = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};

const rulesOf = (xml: string | Buffer): string[] => {
  const result = parseAlert(Buffer.from(xml));
  return result.ok ? [] : result.faults.map(({ rule }) => rule);
};

describe("what an attacker sends", () => {
  const withDtd = (dtd: string, entity: string) =>
    bend(["<alert", `<!DOCTYPE alert [${dtd}]>\n<alert`], ["Leave", `&${entity}; Leave`]);
  const laughs = Array.from({ length: 9 }, (_, i) => `<!ENTITY l${i + 1} "${`&l${i};`.repeat(10)}">`);

  it.each([
    ["a file as entity", withDtd('<!ENTITY x SYSTEM "file:///etc/passwd">', "x"), "dtd"],
    ["a billion laughs", withDtd(`<!ENTITY l0 "ha">${laughs.join("")}`, "l9"), "dtd"],
    ["a DTD elsewhere", bend(["<alert", '<!DOCTYPE alert SYSTEM "http://example.org/a.dtd"><alert']), "dtd"],
    ["an entity of nobody", bend(["Leave", "&file; Leave"]), "entity"],
    ["an entity that JavaScript objects have", bend(["Leave", "&constructor; Leave"]), "entity"],
    ["more than 1 MiB", bend(["Leave", "x".repeat(1025 * 1024)]), "too_large"],
    ["deep nesting", `${"<a>".repeat(50_000)}`, "too_large"],
    ["60,000 elements", bend(["<info>", `${"<a/>".repeat(60_000)}<info>`]), "too_large"],
    [
      "a media type that does not end",
      bend([
        "    <area>",
        `<resource><resourceDesc>a</resourceDesc><mimeType>${"a/".repeat(60_000)}</mimeType></resource><area>`,
      ]),
      "mime_type",
    ],
    ["a language that does not end", bend([">en<", `>${"a-".repeat(60_000)}<`]), "language_format"],
    ["a NUL", bend(["Leave", "\0"]), "not_well_formed"],
    ["a control character by number", bend(["Leave", "&#1;"]), "not_well_formed"],
  ])("is refused in no time: %s", (_about, xml, rule) => {
    const begin = cpuMs();
    expect(rulesOf(xml)).toEqual([rule]);
    expect(cpuMs() - begin).toBeLessThan(1000);
  });

  it("is not slower for a polygon of thousands of edges that all pass each other", () => {
    const zigzag = Array.from({ length: 4998 }, (_, i) => `${i % 2 ? 80 : -80},${(i * 0.01).toFixed(2)}`);
    const ring = [...zigzag, "-85,60", "-85,-1", zigzag[0]].join(" ");
    const begin = cpuMs();
    rulesOf(bend(["26.1,106.1 26.1,106.2 26.2,106.2 26.1,106.1", ring]));
    expect(cpuMs() - begin).toBeLessThan(3000);
  });
});

describe("a time", () => {
  it("is the same instant in each way to write it", () => {
    const at = Date.UTC(2026, 4, 2, 0, 0, 0);
    for (const text of [
      "2026-05-02T08:00:00+08:00",
      "2026-05-02T00:00:00-00:00",
      "2026-05-02T00:00:00+00:00",
    ]) {
      expect(timeOf(text).getTime(), text).toBe(at);
    }
  });
});

it("an alert and a reference to it have one key, in whatever zone their times are written", () => {
  const alert = alertOf(PLAIN);
  expect(referenceKey({ ...alert, sent: "2026-05-02T00:00:00-00:00" })).toBe(referenceKey(alert));
  expect(referenceKey({ ...alert, sent: "2026-05-02T08:00:01+08:00" })).not.toBe(referenceKey(alert));
});

it("reads an alert of 20 KiB with little work", () => {
  const info = PLAIN.slice(PLAIN.indexOf("  <info>"), PLAIN.indexOf("</alert>"));
  const xml = Buffer.from(bend(["</alert>", `${info.repeat(36)}</alert>`]));
  expect(xml.length).toBeGreaterThan(20_000);
  for (let i = 0; i < 20; i++) parseAlert(xml);
  const begin = cpuMs();
  for (let i = 0; i < 20; i++) parseAlert(xml);
  // Measured: about 1 ms. The bound leaves room for a busy machine.
  expect((cpuMs() - begin) / 20).toBeLessThan(100);
});
