import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isClosed, type SelfContact, selfContact } from "../../geo/ring.ts";
import type { Point, Ring } from "../../geo/shapes.ts";

const close = (points: Point[]): Point[] => [...points, points[0]!];

describe("a ring", () => {
  it.each<[string, Point[], SelfContact["kind"] | undefined]>([
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
    expect(selfContact(close(points))?.kind).toBe(contact);
    expect(selfContact(close(points).toReversed())?.kind).toBe(contact);
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

  it("is judged as by holding each edge against each other", () => {
    // Whole numbers, so that neither of the two rounds.
    const point = fc.tuple(fc.integer({ min: 0, max: 7 }), fc.integer({ min: 0, max: 7 }));
    fc.assert(
      fc.property(fc.array(point, { minLength: 3, maxLength: 24 }), (points) => {
        const ring = close(points);
        expect(selfContact(ring)?.kind).toBe(contactByPairs(ring));
      }),
      { numRuns: 10_000 },
    );
  });

  it("whose points are anywhere is judged as by holding each edge against each other", () => {
    const part = fc.integer({ min: 0, max: 100_000 });
    fc.assert(
      fc.property(fc.array(fc.tuple(part, part), { minLength: 3, maxLength: 7 }), (points) => {
        const ring = close(points);
        expect(selfContact(ring)?.kind).toBe(contactByPairs(ring));
      }),
      { numRuns: 3000 },
    );
  });

  it("is told with the two edges that cross, by their numbers in the ring as it was given", () => {
    const bowTie = close([
      [0, 0],
      [0, 0],
      [2, 2],
      [2, 0],
      [0, 2],
    ]);
    expect(selfContact(bowTie)).toEqual({ kind: "crosses", edges: [1, 3] });
  });

  it("is open when its ends differ, or when it has none", () => {
    expect(
      isClosed(
        close([
          [0, 0],
          [0, 1],
          [1, 1],
        ]),
      ),
    ).toBe(true);
    expect(
      isClosed([
        [0, 0],
        [0, 1],
        [1, 1],
      ]),
    ).toBe(false);
    expect(isClosed([])).toBe(false);
  });

  it.each<[string, (i: number) => Point]>([
    ["around a centre", (i) => [Math.cos((2 * Math.PI * i) / 999), Math.sin((2 * Math.PI * i) / 999)]],
    ["with teeth to the north", (i) => [i, i % 2 === 0 || i >= 997 ? (i >= 997 ? -5 : 0) : 1000]],
    ["with teeth to the east", (i) => [i % 2 === 0 || i >= 997 ? (i >= 997 ? -5 : 0) : 1000, i]],
    [
      "with slanting teeth",
      (i) => (i >= 997 ? [i - 2000, -3000] : i % 2 === 0 ? [i, i] : [i - 900, i + 900]),
    ],
  ])("of a thousand points %s is judged by looking at each edge a few times only", (_how, at) => {
    const corners = Array.from({ length: 999 }, (_, i) => at(i));
    const ring = close(corners);
    const { counted, looks } = counting(ring);
    selfContact(counted);
    // Each against each would be four million looks at the least.
    expect(looks()).toBeLessThan(500_000);
  });
});

/** The same ring, and how often one of its coordinates was read. */
function counting(ring: Ring): { counted: Ring; looks: () => number } {
  let count = 0;
  const watch = (point: Point): Point =>
    new Proxy(point, {
      get: (target, key, receiver) => {
        count++;
        return Reflect.get(target, key, receiver);
      },
    });
  return { counted: ring.map(watch), looks: () => count };
}

/** The slow way, for whole numbers and for points that are far from each other: each edge against each other. */
function contactByPairs(ring: Ring): SelfContact["kind"] | undefined {
  const points = ring.filter((point, i) => i === 0 || !same(point, ring[i - 1]!));
  const count = points.length - 1;
  if (count < 3) return "crosses";
  let touches = false;
  for (let i = 0; i < count; i++) {
    const [a, b] = [points[i]!, points[i + 1]!];
    for (let j = i + 1; j < count; j++) {
      const [c, d] = [points[j]!, points[j + 1]!];
      const common = commonPoints(a, b, c, d);
      const areNeighbours = j === i + 1 || (i === 0 && j === count - 1);
      if (common === "many" || (common === "one" && isProper(a, b, c, d))) return "crosses";
      if (common === "one" && !areNeighbours) touches = true;
    }
  }
  return touches ? "touches" : undefined;
}

const same = (p: Point, q: Point) => p[0] === q[0] && p[1] === q[1];
const turn = (a: Point, b: Point, c: Point) =>
  Math.sign((b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]));
const isProper = (a: Point, b: Point, c: Point, d: Point) =>
  turn(a, b, c) * turn(a, b, d) < 0 && turn(c, d, a) * turn(c, d, b) < 0;
const isOn = (p: Point, a: Point, b: Point) =>
  turn(a, b, p) === 0 &&
  [0, 1].every((k) => Math.min(a[k]!, b[k]!) <= p[k]! && p[k]! <= Math.max(a[k]!, b[k]!));

function commonPoints(a: Point, b: Point, c: Point, d: Point): "none" | "one" | "many" {
  if (isProper(a, b, c, d)) return "one";
  const ends = [c, d].filter((p) => isOn(p, a, b)).concat([a, b].filter((p) => isOn(p, c, d)));
  if (ends.length === 0) return "none";
  return ends.some((p) => !same(p, ends[0]!)) ? "many" : "one";
}
