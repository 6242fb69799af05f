import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { selfContact } from "../../../broadcast/cap/ring.ts";
import { isSimplePolygon } from "../../../devices/geometry.ts";

type Point = [number, number];
const close = (points: Point[]): Point[] => [...points, points[0]!];

describe("a ring", () => {
  it.each<[string, Point[], ReturnType<typeof selfContact>]>([
    [
      "a square",
      [
        [0, 0],
        [0, 1],
        [1, 1],
        [1, 0],
      ],
      undefined,
    ],
    [
      "a notch",
      [
        [0, 0],
        [2, 0],
        [2, 2],
        [1, 0.5],
        [0, 2],
      ],
      undefined,
    ],
    [
      "a point twice in a row",
      [
        [0, 0],
        [0, 1],
        [0, 1],
        [1, 1],
        [1, 0],
      ],
      undefined,
    ],
    [
      "a point on a straight side",
      [
        [0, 0],
        [0, 1],
        [0, 2],
        [2, 2],
        [2, 0],
      ],
      undefined,
    ],
    [
      "a bow tie",
      [
        [0, 0],
        [2, 2],
        [2, 0],
        [0, 2],
      ],
      "crosses",
    ],
    [
      "a spike that goes back over itself",
      [
        [0, 0],
        [0, 4],
        [0, 2],
        [2, 2],
      ],
      "crosses",
    ],
    [
      "a line there and back",
      [
        [0, 0],
        [1, 1],
        [0, 0],
        [1, 1],
      ],
      "crosses",
    ],
    [
      "all points the same",
      [
        [1, 1],
        [1, 1],
        [1, 1],
      ],
      "crosses",
    ],
    [
      "two sides that share a stretch",
      [
        [0, 0],
        [4, 0],
        [4, 2],
        [3, 0],
        [1, 0],
        [0, 2],
      ],
      "crosses",
    ],
    [
      "a corner on another side",
      [
        [0, 0],
        [4, 0],
        [4, 2],
        [2, 0],
        [0, 2],
      ],
      "touches",
    ],
    [
      "two triangles that share a corner",
      [
        [0, 0],
        [1, 1],
        [2, 0],
        [2, 2],
        [1, 1],
        [0, 2],
      ],
      "touches",
    ],
  ])("with %s is judged rightly", (_about, points, contact) => {
    expect(selfContact(close(points))).toBe(contact);
    expect(selfContact(close(points).toReversed())).toBe(contact);
  });

  it("around a centre, at whatever distances, never meets itself", () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0.2, max: 3, noNaN: true }), { minLength: 3, maxLength: 40 }),
        (radii) => {
          const star = radii.map((radius, i): Point => {
            const angle = (2 * Math.PI * i) / radii.length;
            return [106 + radius * Math.cos(angle), 26 + radius * Math.sin(angle)];
          });
          expect(selfContact(close(star))).toBeUndefined();
        },
      ),
    );
  });

  it("without contact is what the check of targets calls simple", () => {
    // Whole numbers, so that neither check rounds.
    const point = fc.tuple(fc.integer({ min: 0, max: 6 }), fc.integer({ min: 0, max: 6 }));
    fc.assert(
      fc.property(fc.array(point, { minLength: 3, maxLength: 9 }), (points) => {
        const ring = close(points as Point[]);
        expect(selfContact(ring) === undefined).toBe(isSimplePolygon(ring));
      }),
      { numRuns: 3000 },
    );
  });
});
