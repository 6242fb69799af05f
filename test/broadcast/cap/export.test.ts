import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { PlatformError } from "../../../base/errors.ts";
import { type AlertHeader, exportAlert, formatTime } from "../../../broadcast/cap/export.ts";
import { importAlert } from "../../../broadcast/cap/import.ts";
import { EVENT_CODES } from "../../../broadcast/message/event-codes.ts";
import {
  type BroadcastMessage,
  CATEGORIES,
  CERTAINTIES,
  CLASSES,
  LEVELS,
  MODES,
  messageSchema,
  type Polygon,
  RESPONSE_TYPES,
  URGENCIES,
} from "../../../broadcast/message/message.ts";
import { alertOf, schemaFault } from "./alerts.ts";

const HEADER: AlertHeader = {
  identifier: "SBI-1",
  sender: "platform@example.org",
  sent: new Date("2026-05-02T00:00:00Z"),
  msgType: "Alert",
  regionName: (code) => `Region ${code}`,
};

const MESSAGE: BroadcastMessage = messageSchema.parse({
  mode: "actual",
  level: 1,
  eventCode: "11D01",
  texts: [
    {
      language: "zh-CN",
      headline: "滑坡 <红色>",
      description: "立即转移 & 不要返回。",
      instruction: "听从指挥。",
    },
    { language: "en", headline: "Landslide", description: 'Leave "now" ]]>' },
  ],
  target: {
    regions: ["520111", "520102001"],
    polygons: [
      [
        [106.1, 26.1],
        [106.2, 26.1],
        [106.2, 26.2],
        [106.1, 26.1],
      ],
    ],
  },
  startsAt: new Date("2026-05-02T01:00:00Z"),
  expiresAt: new Date("2026-05-02T09:00:00Z"),
  volume: 80,
  repeatCount: 3,
  category: "Geo",
  responseTypes: ["Evacuate"],
});

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is left out
const NOT_IN_XML = /[\x00-\x08\x0b-\x1f\ufffe\uffff]/g;

/** Texts that XML 1.0 can carry as they are, trimmed as the schema trims them; some look like markup. */
const line = (maxLength: number) =>
  fc
    .array(
      fc.oneof(
        { weight: 3, arbitrary: fc.string({ unit: "grapheme", minLength: 1, maxLength: 20 }) },
        {
          weight: 1,
          arbitrary: fc.constantFrom("&amp;", "&lt;", "&#65;", "&x;", "<b>", "]]>", "<!--", "%20", '"'),
        },
      ),
      { minLength: 1, maxLength: 12 },
    )
    .map((parts) => parts.join("").replace(NOT_IN_XML, "").slice(0, maxLength).toWellFormed().trim())
    .filter((text) => text !== "");

const degrees = (limit: number) =>
  fc.oneof(
    fc.integer({ min: -limit * 1e6, max: limit * 1e6 }).map((millionths) => millionths / 1e6),
    fc.double({ min: -limit, max: limit, noNaN: true }).map((value) => (Math.abs(value) < 1e-9 ? 0 : value)),
  );

/** A star around a centre, which never meets itself. */
const polygon: fc.Arbitrary<Polygon> = fc
  .tuple(
    fc.integer({ min: -150, max: 150 }),
    fc.integer({ min: -80, max: 80 }),
    fc.array(fc.double({ min: 0.1, max: 5, noNaN: true }), { minLength: 3, maxLength: 8 }),
  )
  .map(([longitude, latitude, radii]) => {
    const ring = radii.map((radius, i): [number, number] => {
      const angle = (2 * Math.PI * i) / radii.length;
      return [longitude + radius * Math.cos(angle), latitude + radius * Math.sin(angle)];
    });
    return [...ring, ring[0]!];
  });

const region = fc
  .tuple(fc.constantFrom(2, 4, 6, 9, 12), fc.integer({ min: 100_000_000_000, max: 999_999_999_999 }))
  .map(([length, digits]) => String(digits).slice(0, length));

const second = fc
  .integer({ min: Date.UTC(2026, 5, 1) / 1000, max: Date.UTC(2036, 0, 1) / 1000 })
  .map((seconds) => new Date(seconds * 1000));

const optional = <K extends string, T>(key: K, value: fc.Arbitrary<T>) =>
  fc.option(value, { nil: undefined }).map((v) => (v === undefined ? {} : { [key]: v }) as { [P in K]?: T });

const message: fc.Arbitrary<BroadcastMessage> = fc
  .tuple(
    fc.record({
      mode: fc.constantFrom(...MODES),
      class: fc.constantFrom(...CLASSES),
      level: fc.constantFrom(...LEVELS),
      eventCode: fc.oneof(
        fc.constantFrom(...EVENT_CODES.map(({ code }) => code)),
        fc.stringMatching(/^[0-9A-Z]{5}$/),
      ),
      texts: fc.uniqueArray(
        fc
          .tuple(
            fc.constantFrom("zh-CN", "en", "za", "mn-Cyrl", "fr-CA", "yue"),
            line(80),
            line(300),
            optional("instruction", line(100)),
          )
          .map(([language, headline, description, more]) => ({ language, headline, description, ...more })),
        { minLength: 1, maxLength: 4, selector: ({ language }) => language },
      ),
      target: fc.record({
        regions: fc.uniqueArray(region, { maxLength: 30 }),
        polygons: fc.array(polygon, { maxLength: 3 }),
        circles: fc.array(
          fc.record({
            longitude: degrees(180),
            latitude: degrees(90),
            radiusKm: fc.double({ min: 1e-9, max: 2000, noNaN: true }),
          }),
          { maxLength: 3 },
        ),
      }),
      volume: fc.option(fc.integer({ min: 1, max: 100 })),
      repeatCount: fc.integer({ min: 1, max: 20 }),
      category: fc.constantFrom(...CATEGORIES),
      urgency: fc.constantFrom(...URGENCIES),
      certainty: fc.constantFrom(...CERTAINTIES),
      responseTypes: fc.uniqueArray(fc.constantFrom(...RESPONSE_TYPES), { maxLength: 4 }),
    }),
    optional("startsAt", second),
    optional("expiresAt", second),
    optional("senderName", line(100)),
    optional("contact", line(100)),
    optional("web", fc.webUrl({ withQueryParameters: true, withFragments: true })),
  )
  .map(([base, ...more]) => Object.assign({}, base, ...more));

describe("an exported alert", () => {
  it("comes back as the same message, and satisfies the standard's schema", () => {
    fc.assert(
      fc.property(message, (original) => {
        const xml = exportAlert(original, HEADER);
        const result = importAlert(alertOf(xml), { now: HEADER.sent });
        if (result.disposition !== "broadcast") throw new Error(JSON.stringify(result));
        const [{ draft } = {}] = result.messages;
        const { cap, ...message } = draft!;
        expect([message, result.messages.length]).toEqual([original, 1]);
        // What it was called and where is kept, and goes out again as it was.
        const again = importAlert(alertOf(exportAlert({ ...original, cap }, HEADER)), { now: HEADER.sent });
        expect(again).toMatchObject({ messages: [{ draft: { ...original, cap } }] });
        expect(schemaFault(xml)).toBeUndefined();
      }),
      { numRuns: 150 },
    );
  });

  it("has an info for each language, in CAP's words", () => {
    const alert = alertOf(exportAlert(MESSAGE, { ...HEADER, note: "a note" }));
    expect(alert).toMatchObject({
      identifier: "SBI-1",
      sender: "platform@example.org",
      sent: "2026-05-02T08:00:00+08:00",
      status: "Actual",
      msgType: "Alert",
      scope: "Public",
      note: "a note",
    });
    expect(alert.infos.map(({ language, event, severity }) => [language, event, severity])).toEqual([
      ["zh-CN", "滑坡", "Extreme"],
      ["en", "Landslide", "Extreme"],
    ]);
    expect(alert.infos[0]).toMatchObject({
      headline: "滑坡 <红色>",
      effective: "2026-05-02T09:00:00+08:00",
      expires: "2026-05-02T17:00:00+08:00",
      responseTypes: ["Evacuate"],
    });
    expect(alert.infos[0]?.areas).toEqual([
      {
        areaDesc: "Region 520111、Region 520102001",
        polygons: [],
        circles: [],
        geocodes: [
          { valueName: "urn:smart-broadcast-iot:region", value: "520111" },
          { valueName: "urn:smart-broadcast-iot:region", value: "520102001" },
        ],
      },
      expect.objectContaining({
        polygons: [
          [
            [26.1, 106.1],
            [26.1, 106.2],
            [26.2, 106.2],
            [26.1, 106.1],
          ],
        ],
      }),
    ]);
  });

  it("says what it replaces or ends; an end has no info", () => {
    const references = [
      { sender: "platform@example.org", identifier: "SBI-0", sent: new Date("2026-05-01T23:00:00Z") },
      { sender: "platform@example.org", identifier: "SBI-00", sent: new Date("2026-05-01T22:00:00Z") },
    ];
    const update = alertOf(exportAlert(MESSAGE, { ...HEADER, msgType: "Update", references }));
    expect(update.references.map(({ identifier, sent }) => [identifier, sent])).toEqual([
      ["SBI-0", "2026-05-02T07:00:00+08:00"],
      ["SBI-00", "2026-05-02T06:00:00+08:00"],
    ]);
    const xml = exportAlert(MESSAGE, { ...HEADER, msgType: "Cancel", references, note: "all clear" });
    expect(alertOf(xml)).toMatchObject({ msgType: "Cancel", infos: [], note: "all clear" });
    expect(schemaFault(xml)).toBeUndefined();
  });

  it("is not made when CAP cannot hold it", () => {
    const bowTie: Polygon = [
      [0, 0],
      [2, 2],
      [2, 0],
      [0, 2],
      [0, 0],
    ];
    const huge = Array.from({ length: 50 }, (_, k) =>
      Array.from({ length: 1000 }, (_, i): [number, number] => {
        const angle = (2 * Math.PI * (i % 999)) / 999;
        return [k + Math.cos(angle) / 3, Math.sin(angle) / 3];
      }),
    );
    for (const [polygons, header, rule] of [
      [[bowTie], HEADER, /crosses itself/],
      [huge, HEADER, /1048576/],
      [[], { ...HEADER, identifier: "SBI 1" }, /identifier|no space/],
      [[], { ...HEADER, msgType: "Cancel" }, /references/],
    ] as const) {
      const make = () =>
        exportAlert({ ...MESSAGE, target: { ...MESSAGE.target, polygons: [...polygons] } }, header);
      expect(make).toThrow(rule);
      expect(make).toThrow(PlatformError);
    }
  });

  it("names the first regions only when there are many", () => {
    const regions = Array.from({ length: 60 }, (_, i) => String(520_100 + i));
    const alert = alertOf(exportAlert({ ...MESSAGE, target: { ...MESSAGE.target, regions } }, HEADER));
    expect(alert.infos[0]?.areas[0]?.areaDesc).toMatch(/^Region 520100、.*、Region 520119等60个地区$/);
    expect(alert.infos[0]?.areas[0]?.geocodes).toHaveLength(60);
  });

  it("carries no character that XML has not", () => {
    const texts = [{ language: "en", headline: "a\u0001b", description: "x\ud800y\r\nz\uffff" }];
    const alert = alertOf(exportAlert({ ...MESSAGE, texts }, HEADER));
    expect(alert.infos[0]).toMatchObject({ headline: "a\ufffdb", description: "x\ufffdy\nz\ufffd" });
  });

  it("writes tiny numbers without an exponent", () => {
    const circles = [{ longitude: 1.5e-7, latitude: -2e-9, radiusKm: 1e-7 }];
    const xml = exportAlert({ ...MESSAGE, target: { regions: [], polygons: [], circles } }, HEADER);
    expect(xml).toContain("<circle>-0.000000002,0.00000015 0.0000001</circle>");
  });
});

it("times are written in China's zone, to the second", () => {
  expect(formatTime(new Date("2026-12-31T16:00:00.999Z"))).toBe("2027-01-01T00:00:00+08:00");
});
