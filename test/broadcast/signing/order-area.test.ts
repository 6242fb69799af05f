import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MAX_COMMAND_BYTES, startOrderSchema } from "../../../broadcast/contract/command.ts";
import { MAX_POINTS, MAX_REGIONS, MAX_SHAPES, messageSchema } from "../../../broadcast/message/message.ts";
import { fitPolygons } from "../../../broadcast/signing/order-area.ts";
import { assertFits, createStartOrder } from "../../../broadcast/signing/orders.ts";
import { MAX_ORDER_BYTES, sizeFaults } from "../../../broadcast/targets/order-size.ts";
import { pointInPolygon } from "../../../geo/polygon.ts";
import type { Point, Ring } from "../../../geo/shapes.ts";

/** A star of so many points: `dent` is how far every second one lies inside. */
function star(points: number, [longitude, latitude]: Point, dent = 0.5): Ring {
  const corners = Array.from({ length: points - 1 }, (_, i): Point => {
    const angle = (2 * Math.PI * i) / (points - 1);
    const radius = i % 2 === 0 ? 0.1 : 0.1 * (1 - dent);
    return [longitude + radius * Math.cos(angle), latitude + radius * Math.sin(angle)];
  });
  return [...corners, corners[0]!];
}

const places = Array.from(
  { length: MAX_SHAPES },
  (_, i): Point => [105 + (i % 10) / 2, 26 + Math.floor(i / 10) / 2],
);
const bytesOf = (rings: readonly Ring[]) => JSON.stringify(rings).length - 2;
/** Every drawn point lies in one of the shapes. */
function expectHeld(drawn: readonly Ring[], shapes: readonly Ring[]): void {
  const all = drawn.flat();
  const outside = all.filter((point) => !shapes.some((shape) => pointInPolygon(point, shape)));
  expect(outside).toEqual([]);
}

describe("the area of an order", () => {
  it("has the polygons themselves as long as they fit", () => {
    const drawn = places.slice(0, 3).map((place) => star(100, place));
    expect(fitPolygons(drawn, bytesOf(drawn) + 1)).toEqual(drawn);
    expect(fitPolygons([], -1)).toEqual([]);
  });

  it("has hulls in place of those with the most points, as few as help", () => {
    const drawn = [
      star(50, places[0]!),
      star(MAX_POINTS, places[1]!),
      star(200, places[2]!),
      star(300, places[3]!),
    ];
    const fitted = fitPolygons(drawn, 44_000);
    expect(fitted.map((ring, i) => ring === drawn[i])).toEqual([true, false, true, true]);
    expect(fitted[1]!.length).toBeGreaterThan(5);
    expectHeld(drawn, fitted);
    // The notches of its star are what it holds beside it.
    const notch: Point = [places[1]![0] + 0.09, places[1]![1] + 0.02];
    expect(pointInPolygon(notch, fitted[1]!)).toBe(true);
    expect(pointInPolygon([places[1]![0] + 0.09, places[1]![1] + 0.09], fitted[1]!)).toBe(false);
  });

  it("that is simplified leaves room to name speakers for a later attempt", () => {
    const drawn = places.map((place) => star(60, place));
    const room = bytesOf(drawn) - 1;
    const fitted = fitPolygons(drawn, room);
    expect(bytesOf(fitted)).toBeLessThanOrEqual(room - 8 * 1024);
    expect(fitted.some((ring) => drawn.includes(ring))).toBe(true);
    expectHeld(drawn, fitted);
  });

  it("has boxes where hulls are too large", () => {
    const drawn = places.map((place) => star(MAX_POINTS, place, 1e-9));
    const fitted = fitPolygons(drawn, MAX_ORDER_BYTES);
    expect(bytesOf(fitted)).toBeLessThan(MAX_ORDER_BYTES);
    expect(fitted).toHaveLength(MAX_SHAPES);
    for (const [i, ring] of drawn.entries()) expectHeld([ring], [fitted[i]!]);
  });

  it("has one box for neighbours where even boxes are too large, and keeps far ones apart", () => {
    const sides = [star(100, [179.5, 10]), star(100, [-179.5, 10]), star(100, [179.5, 10.3])];
    const fitted = fitPolygons(sides, 260);
    expect(fitted).toHaveLength(2);
    expectHeld(sides, fitted);
    expect(fitted.some((shape) => pointInPolygon([0, 10], shape))).toBe(false);
    expect(fitPolygons(sides, 10)).toHaveLength(1);
  });

  it("fits and holds whatever was drawn, wherever what can be submitted fits at all", () => {
    const size = (max: number) => fc.oneof(fc.constant(0), fc.integer({ min: 0, max }), fc.constant(max));
    let [sendable, refused] = [0, 0];
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.constantFrom(4, 30, MAX_POINTS), fc.constantFrom(0.5, 1e-9)), {
          maxLength: MAX_SHAPES,
        }),
        size(MAX_REGIONS),
        size(MAX_REGIONS),
        size(MAX_SHAPES),
        fc.array(fc.tuple(size(4000), size(4000)), { minLength: 1, maxLength: 8 }),
        fc.constantFrom("x", "字", "\n", '"'),
        (rings, regions, exclude, circles, texts, letter) => {
          const codes = (count: number) => Array.from({ length: count }, (_, i) => String(520326001001 + i));
          const target = {
            regions: ["520326", ...codes(regions).slice(1)],
            polygons: rings.map(([points, dent], i) => star(points, places[i]!, dent)),
            circles: Array.from({ length: circles }, () => ({
              longitude: -107.12345678901234,
              latitude: -28.12345678901234,
              radiusKm: 12.345678901234567,
            })),
            exclude: codes(exclude),
          };
          // Read without trimming, as what is stored is.
          const message = {
            ...messageSchema.parse({
              mode: "actual",
              level: 1,
              eventCode: "11D01",
              texts: [{ language: "zh-CN", headline: "山", description: "山" }],
              target: { regions: ["520326"] },
              startsAt: new Date("2026-03-01T00:00:00Z"),
              volume: 100,
              repeatCount: 20,
            }),
            target: target as never,
            texts: texts.map(([description, instruction]) => ({
              language: "abc-abcdefgh",
              headline: letter === "\n" ? "n" : letter.repeat(160),
              description: `x${letter.repeat(Math.max(0, description - 2))}x`,
              ...(instruction > 0 ? { instruction: `x${letter.repeat(Math.max(0, instruction - 2))}x` } : {}),
            })),
          };
          if (sizeFaults(message).length > 0) {
            refused++;
            return;
          }
          sendable++;
          const order = createStartOrder({
            issuer: "字".repeat(100),
            broadcastId: "b".repeat(64),
            issuedAt: new Date("2026-03-01T00:00:00Z"),
            expiresAt: new Date("2026-03-01T01:00:00Z"),
            attempt: 1,
            message,
          });
          expect(() => assertFits(order)).not.toThrow();
          expect(startOrderSchema.safeParse(order).success).toBe(true);
          const { polygons, ...others } = order.area;
          const { polygons: _drawn, exclude: out, ...rest } = target;
          expect(others).toEqual({ ...rest, ...(out.length > 0 ? { exclude: out } : {}) });
          target.polygons.forEach((ring) => {
            const corners = ring.filter((_, i) => i % 97 === 0);
            for (const corner of corners) {
              expect(polygons.some((shape) => pointInPolygon(corner, shape))).toBe(true);
            }
          });
        },
      ),
      { numRuns: 120, seed: 20260301 },
    );
    expect([sendable > 20, refused > 20]).toEqual([true, true]);
  });
});

describe("a message that no command can carry", () => {
  const text = (letters: number) => ({
    language: "zh-CN",
    headline: "山",
    description: "山".repeat(letters),
  });
  const nowhere = { regions: ["520326"], polygons: [], circles: [] };
  const codes = Array.from({ length: MAX_REGIONS }, (_, i) => String(520326000001 + i));

  it("is told by the part that is longest, with what each part takes", () => {
    const texts = Array.from({ length: 8 }, () => text(4000));
    expect(sizeFaults({ mode: "actual", texts, target: nowhere })).toEqual([
      {
        path: "/texts",
        message: expect.stringMatching(
          /^too long for one command to speakers: texts 96\d{3}, regions 10 bytes, expected at most 477\d\d together; shorten them$/,
        ),
      },
    ]);
    const target = { ...nowhere, regions: codes, exclude: codes };
    expect(sizeFaults({ mode: "drill", texts: [text(10)], target })).toMatchObject([
      { path: "/target/regions", message: expect.stringContaining("excluded regions 30001") },
    ]);
    expect(
      sizeFaults({ mode: "actual", texts: [text(4000)], target: { ...nowhere, regions: codes } }),
    ).toEqual([]);
    expect(sizeFaults({ mode: "training", texts, target })).toEqual([]);
    expect(MAX_ORDER_BYTES).toBeLessThan(MAX_COMMAND_BYTES);
  });
});
