import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CAP_SCOPES, CAP_SEVERITIES, MESSAGE_TYPES, STATUSES } from "../../../broadcast/cap/alert.ts";
import { judgeAlert } from "../../../broadcast/cap/judge.ts";
import { missingOf } from "../../../broadcast/drafting/draft.ts";
import { draftSchema } from "../../../broadcast/drafting/draft-schema.ts";
import { readStoredMessage } from "../../../broadcast/drafting/stored-message.ts";
import {
  CATEGORIES,
  CERTAINTIES,
  MAX_POINTS,
  MAX_REGIONS,
  MAX_SHAPES,
  RESPONSE_TYPES,
  URGENCIES,
} from "../../../broadcast/message/message.ts";
import { schemaFault } from "./alerts.ts";

/**
 * Whatever the standard's own schema lets through is taken, with warnings, or refused with a reason: documents are
 * made of that schema, far wilder than anybody writes them.
 */

const escaped = (text: string) =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll("]]>", "]]&gt;").replaceAll("\r", "&#13;");
const element = (name: string, content: fc.Arbitrary<string>) =>
  content.map((text) => `<${name}>${text}</${name}>`);
const maybe = (part: fc.Arbitrary<string>) => fc.option(part, { nil: "" });
const many = (part: fc.Arbitrary<string>, most = 3) =>
  fc.array(part, { maxLength: most }).map((parts) => parts.join(""));
const sequence = (...parts: fc.Arbitrary<string>[]) => fc.tuple(...parts).map((texts) => texts.join(""));

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is left out
const NOT_IN_XML = /[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/g;
const words = fc.oneof(
  { weight: 4, arbitrary: fc.string({ unit: "grapheme", maxLength: 30 }) },
  fc.constantFrom(
    "",
    " ",
    "<b>bold</b>",
    "http://example.org/a?b=c",
    "山洪 flash flood",
    "a,b c",
    "&amp;nbsp;",
  ),
  fc.integer({ min: 150, max: 5000 }).map((length) => "word ".repeat(length / 5)),
);
const text = words.map((one) => escaped(one.toWellFormed().replace(NOT_IN_XML, "")));
/** Where the standard asks for a text, it is mostly there. */
const given = fc.oneof({ weight: 20, arbitrary: fc.constantFrom("Somewhere", "某地") }, text);
const named = (name: string, valueName: fc.Arbitrary<string>, value: fc.Arbitrary<string>) =>
  element(name, sequence(element("valueName", valueName), element("value", value)));

const two = (value: number) => String(value).padStart(2, "0");
const time = fc
  .record({
    year: fc.oneof({ weight: 60, arbitrary: fc.constantFrom(2026, 2025) }, fc.constantFrom(1, 1999, 9999)),
    month: fc.integer({ min: 1, max: 12 }),
    day: fc.integer({ min: 1, max: 28 }),
    hour: fc.integer({ min: 0, max: 23 }),
    isMidnight: fc.constantFrom(false, false, false, true),
    zone: fc.constantFrom("+08:00", "-00:00", "+14:00", "-14:00", "+05:30"),
  })
  .map(({ year, month, day, hour, isMidnight, zone }) => {
    const clock = isMidnight ? "24:00:00" : `${two(hour)}:15:00`;
    return `${String(year).padStart(4, "0")}-${two(month)}-${two(day)}T${clock}${zone}`;
  });
const name = fc.oneof({ weight: 25, arbitrary: fc.constantFrom("A-1", "b@example.org") }, text);
const number = fc.oneof(
  { weight: 20, arbitrary: fc.integer().map(String) },
  fc.constantFrom("+1.", ".5", "-0.0", "00012", `${"9".repeat(60)}.5`),
);
const degrees = fc.double({ min: -95, max: 95, noNaN: true }).map((value) => value.toFixed(3));
const point = fc.tuple(degrees, degrees).map((pair) => pair.join());
const polygon = fc.oneof(
  text,
  fc.array(point, { maxLength: 6 }).map((points) => points.join(" ")),
  fc.array(point, { minLength: 3, maxLength: 5 }).map((points) => [...points, points[0]].join(" ")),
  fc.integer({ min: 900, max: 1200 }).map((count) => {
    const corners = Array.from({ length: count }, (_, i) => {
      const angle = (2 * Math.PI * i) / count;
      return `${(28 + Math.sin(angle)).toFixed(5)},${(107 + Math.cos(angle)).toFixed(5)}`;
    });
    return [...corners, corners[0]].join(" ");
  }),
);
const circle = fc.oneof(
  text,
  fc.tuple(point, number).map((parts) => parts.join(" ")),
);
const region = fc.oneof(
  text,
  fc.constantFrom("520326", "520326001000,520327000000", "00", "52 5203", "520326,x"),
);
const codeName = fc.oneof(
  given,
  fc.constantFrom("urn:smart-broadcast-iot:region", "行政区划代码", "EMMA_ID", "geocode"),
);
const uri = fc.constantFrom("", "/a", "https://example.org/x", "urn:x:y", "mailto:a@example.org");

const area = element(
  "area",
  sequence(
    element("areaDesc", given),
    many(element("polygon", polygon)),
    many(element("circle", circle)),
    many(named("geocode", codeName, region)),
    maybe(element("altitude", number)),
    fc.oneof({ weight: 20, arbitrary: fc.constant("") }, element("ceiling", number)),
  ),
);
const resource = element(
  "resource",
  sequence(
    element("resourceDesc", given),
    element(
      "mimeType",
      fc.oneof({ weight: 20, arbitrary: fc.constantFrom("image/png", "text/html; charset=utf-8") }, text),
    ),
    maybe(
      element(
        "size",
        fc.oneof(
          { weight: 20, arbitrary: fc.nat().map(String) },
          fc.bigInt({ min: -5n, max: 10n ** 20n }).map(String),
        ),
      ),
    ),
    maybe(element("uri", uri)),
    maybe(element("derefUri", text)),
    maybe(element("digest", text)),
  ),
);
const info = element(
  "info",
  sequence(
    maybe(
      element(
        "language",
        fc.constantFrom("zh-CN", "en", "English", "x-klingon", "i-ami", "en-a-bbb-x-c", "abcdefgh-12345678"),
      ),
    ),
    fc
      .array(element("category", fc.constantFrom(...CATEGORIES)), { minLength: 1, maxLength: 15 })
      .map((parts) => parts.join("")),
    element("event", given),
    many(element("responseType", fc.constantFrom(...RESPONSE_TYPES)), 12),
    element("urgency", fc.constantFrom(...URGENCIES)),
    element("severity", fc.constantFrom(...CAP_SEVERITIES)),
    element("certainty", fc.constantFrom(...CERTAINTIES)),
    maybe(element("audience", text)),
    many(named("eventCode", fc.oneof(given, fc.constantFrom("eventType")), text)),
    maybe(element("effective", time)),
    maybe(element("onset", time)),
    maybe(element("expires", time)),
    maybe(element("senderName", text)),
    maybe(element("headline", text)),
    maybe(element("description", text)),
    maybe(element("instruction", text)),
    maybe(element("web", uri)),
    maybe(element("contact", text)),
    many(named("parameter", fc.oneof(given, fc.constantFrom("urn:smart-broadcast-iot:volume")), text)),
    many(resource, 2),
    many(area),
  ),
);
const references = fc.oneof(
  { weight: 20, arbitrary: fc.constant("b@example.org,A-0,2024-01-01T00:00:00+08:00") },
  text,
);
const alert = sequence(
  element("identifier", name),
  element("sender", name),
  element("sent", time),
  element("status", fc.constantFrom(...STATUSES)),
  element("msgType", fc.constantFrom("Alert", "Alert", ...MESSAGE_TYPES)),
  maybe(element("source", text)),
  element("scope", fc.constantFrom("Public", "Public", ...CAP_SCOPES)),
  maybe(element("restriction", given)),
  maybe(element("addresses", given)),
  many(element("code", text)),
  maybe(element("note", text)),
  element("references", references),
  maybe(element("incidents", text)),
  many(info),
).map((content) => `<alert xmlns="urn:oasis:names:tc:emergency:cap:1.2">${content}</alert>`);

/** A reason is a sentence, and no longer than somebody reads. */
const expectReason = (message: string) => {
  expect(message.length).toBeLessThan(700);
  expect(message.split(/\s+/).length).toBeGreaterThan(4);
};

describe("a document that the standard's schema lets through", () => {
  it("is taken, with warnings, or refused with a reason", () => {
    const became = { taken: 0, answered: 0, refused: 0, invalid: 0 };
    fc.assert(
      fc.property(alert, (xml) => {
        expect(schemaFault(xml)).toBeUndefined();
        const judged = judgeAlert(Buffer.from(xml), new Map(), new Date("2026-05-02T00:00:00Z"));
        if (!judged.ok) {
          became.invalid += 1;
          expect(judged.faults.length).toBeGreaterThan(0);
          for (const { message, line } of judged.faults) {
            expectReason(message);
            expect(line).toBeGreaterThan(0);
          }
          return;
        }
        for (const { message } of judged.warnings) expectReason(message);
        const { result } = judged;
        if (result.disposition === "refused") {
          became.refused += 1;
          expectReason(result.reason);
        } else if (result.disposition === "broadcast") {
          became.taken += 1;
          for (const { draft, missing } of result.messages) checkDraft(draft, missing);
        } else became.answered += 1;
      }),
      { numRuns: 200 },
    );
    // Each happens, so none of the branches above is idle.
    for (const count of Object.values(became)) expect(count).toBeGreaterThan(0);
  });
});

type Imported = Extract<
  Extract<ReturnType<typeof judgeAlert>, { ok: true }>["result"],
  { disposition: "broadcast" }
>["messages"][number];

/** It can be stored and read, is within our limits but for what a person has to decide, and says what that is. */
function checkDraft(draft: Imported["draft"], missing: Imported["missing"]): void {
  const complete = { ...draft, mode: draft.mode ?? "training" } as const;
  const stored = JSON.parse(JSON.stringify(complete));
  const { mode, level } = complete;
  const read = readStoredMessage({ message: stored, mode, level, class: complete.class, eventCode: null });
  expect(read.unread).toEqual([]);
  expect(read.draft).toEqual(complete);
  const { target, texts } = complete;
  expect(target.polygons.length).toBeLessThanOrEqual(MAX_SHAPES);
  expect(target.regions.length).toBeLessThanOrEqual(MAX_REGIONS);
  for (const ring of target.polygons) expect(ring.length).toBeLessThanOrEqual(MAX_POINTS);
  expect(texts.length).toBeGreaterThan(0);
  const byHand = ["eventCode", "target", "mode", "texts"];
  for (const { path } of missing) expect(byHand).toContain(path.split(".")[0]);
  for (const { path } of missing) {
    if (path.startsWith("texts")) expect(path).toMatch(/\.(description|instruction)$/);
  }
  const known = missingOf(complete, new Date("2026-05-02T00:00:00Z"));
  for (const { path } of known) {
    expect(path).toMatch(/^\/(eventCode|target|startsAt|expiresAt|texts\/\d\/(description|instruction))$/);
  }
  expect(draftSchema.shape.texts.element.shape.language.safeParse(texts[0]!.language).success).toBe(true);
}
