import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  boundingBox,
  boxAroundCircle,
  distanceKm,
  isSimplePolygon,
  type Point,
  pointInCircle,
  pointInPolygon,
  type Ring,
} from "../../devices/geometry.ts";

const longitude = fc.double({ min: -180, max: 180, noNaN: true });
const latitude = fc.double({ min: -90, max: 90, noNaN: true });
const place: fc.Arbitrary<Point> = fc.tuple(longitude, latitude);

/** A star-shaped ring around 107.9, 28.5: corners at rising angles, each at a distance of its own. */
const star: fc.Arbitrary<{ centre: Point; ring: Ring }> = fc
  .array(fc.double({ min: 0.05, max: 0.5, noNaN: true }), { minLength: 5, maxLength: 40 })
  .map((radii) => {
    const centre: Point = [107.9, 28.5];
    const corners = radii.map((radius, index): Point => {
      const angle = (2 * Math.PI * index) / radii.length;
      return [centre[0] + radius * Math.cos(angle), centre[1] + radius * Math.sin(angle)];
    });
    return { centre, ring: [...corners, corners[0]!] };
  });

const square: Ring = [
  [107, 28],
  [108, 28],
  [108, 29],
  [107, 29],
  [107, 28],
];

/** The sum of the angles under which the edges are seen from a point: a slower way to tell inside from outside. */
function windingNumber([x, y]: Point, ring: Ring): number {
  let angle = 0;
  for (let i = 1; i < ring.length; i++) {
    const [ax, ay] = [ring[i - 1]![0] - x, ring[i - 1]![1] - y];
    const [bx, by] = [ring[i]![0] - x, ring[i]![1] - y];
    angle += Math.atan2(ax * by - ay * bx, ax * bx + ay * by);
  }
  return Math.round(angle / (2 * Math.PI));
}

describe("a point in a polygon", () => {
  it("is inside of a square, on its border and at its corners, and outside beyond them", () => {
    expect(pointInPolygon([107.5, 28.5], square)).toBe(true);
    expect(pointInPolygon([107, 28.3], square)).toBe(true);
    expect(pointInPolygon([107.5, 29], square)).toBe(true);
    for (const corner of square) expect(pointInPolygon(corner, square)).toBe(true);
    for (const outside of [
      [106.999, 28.5],
      [108.001, 28.5],
      [107.5, 27.999],
      [107.5, 29.001],
      [109, 28],
    ] as const) {
      expect(pointInPolygon(outside, square)).toBe(false);
    }
  });

  it("is outside in the notch of a polygon that is not convex", () => {
    const notched: Ring = [
      [0, 0],
      [4, 0],
      [4, 4],
      [2, 1],
      [0, 4],
      [0, 0],
    ];
    expect(pointInPolygon([2, 3], notched)).toBe(false);
    expect(pointInPolygon([0.5, 2], notched)).toBe(true);
    expect(pointInPolygon([2, 0.5], notched)).toBe(true);
  });

  it("agrees with the winding number, whichever way the ring turns", () => {
    fc.assert(
      fc.property(
        star,
        fc.double({ min: -0.6, max: 0.6, noNaN: true }),
        fc.double({ min: -0.6, max: 0.6, noNaN: true }),
        ({ centre, ring }, dx, dy) => {
          const point: Point = [centre[0] + dx, centre[1] + dy];
          const expected = windingNumber(point, ring) !== 0;
          expect(pointInPolygon(point, ring)).toBe(expected);
          expect(pointInPolygon(point, [...ring].reverse())).toBe(expected);
        },
      ),
    );
  });

  it("is never inside when it is outside of the box around the ring", () => {
    fc.assert(
      fc.property(star, place, ({ ring }, point) => {
        const { west, south, east, north } = boundingBox(ring);
        const isInBox = point[0] >= west && point[0] <= east && point[1] >= south && point[1] <= north;
        return isInBox || !pointInPolygon(point, ring);
      }),
    );
  });
});

describe("a distance", () => {
  it("is what maps say", () => {
    // Guiyang to Zunyi by air; a degree of latitude.
    expect(distanceKm([106.63, 26.65], [106.93, 27.73])).toBeCloseTo(123.7, 0);
    expect(distanceKm([0, 0], [0, 1])).toBeCloseTo(111.195, 2);
    expect(distanceKm([0, 90], [123, -90])).toBeCloseTo(Math.PI * 6371.0088, 3);
  });

  it("is the same both ways, nought at home, and never longer than half around the earth", () => {
    fc.assert(
      fc.property(place, place, (a, b) => {
        expect(distanceKm(a, b)).toBeCloseTo(distanceKm(b, a), 6);
        expect(distanceKm(a, a)).toBe(0);
        expect(distanceKm(a, b)).toBeLessThanOrEqual(20_015.2);
      }),
    );
  });

  it("is never shortened by a detour", () => {
    fc.assert(
      fc.property(
        place,
        place,
        place,
        (a, b, c) => distanceKm(a, c) <= distanceKm(a, b) + distanceKm(b, c) + 1e-6,
      ),
    );
  });
});

describe("a circle", () => {
  it("holds what is at most its radius away", () => {
    const circle = { longitude: 107.9, latitude: 28.5, radiusKm: 10 };
    expect(pointInCircle([107.9, 28.589], circle)).toBe(true);
    expect(pointInCircle([107.9, 28.591], circle)).toBe(false);
    expect(pointInCircle([108.001, 28.5], circle)).toBe(true);
    expect(pointInCircle([108.004, 28.5], circle)).toBe(false);
  });

  it("lies wholly inside of the box around it", () => {
    fc.assert(
      fc.property(
        place,
        fc.double({ min: 0.01, max: 2000, noNaN: true }),
        place,
        (centre, radiusKm, point) => {
          const circle = { longitude: centre[0], latitude: centre[1], radiusKm };
          if (!pointInCircle(point, circle)) return true;
          const { west, south, east, north } = boxAroundCircle(circle);
          return point[0] >= west && point[0] <= east && point[1] >= south && point[1] <= north;
        },
      ),
      { numRuns: 2000 },
    );
  });

  it("has a box that is not much wider than it", () => {
    const { west, south, east, north } = boxAroundCircle({ longitude: 107, latitude: 60, radiusKm: 111.195 });
    expect(north - south).toBeCloseTo(2, 3);
    expect(east - west).toBeCloseTo(4, 1);
  });
});

describe("a simple polygon", () => {
  it("is a square, also with a point in the middle of an edge or one that is repeated", () => {
    expect(isSimplePolygon(square)).toBe(true);
    expect(isSimplePolygon([square[0]!, [107.5, 28], ...square.slice(1)])).toBe(true);
    expect(isSimplePolygon([square[0]!, square[0]!, ...square.slice(1)])).toBe(true);
  });

  it.each<[string, Ring]>([
    [
      "a bow tie",
      [
        [0, 0],
        [1, 1],
        [1, 0],
        [0, 1],
        [0, 0],
      ],
    ],
    ["a ring that is open", square.slice(0, 4)],
    [
      "a line there and back",
      [
        [0, 0],
        [1, 0],
        [2, 0],
        [0, 0],
      ],
    ],
    [
      "a spike that goes back over itself",
      [
        [0, 0],
        [2, 0],
        [2, 2],
        [2, 0],
        [0, 2],
        [0, 0],
      ],
    ],
    [
      "two triangles that touch in a corner",
      [
        [0, 0],
        [1, 1],
        [2, 0],
        [2, 2],
        [1, 1],
        [0, 2],
        [0, 0],
      ],
    ],
    [
      "a corner that touches an edge",
      [
        [0, 0],
        [4, 0],
        [4, 4],
        [2, 0],
        [0, 4],
        [0, 0],
      ],
    ],
    [
      "a point",
      [
        [1, 1],
        [1, 1],
        [1, 1],
        [1, 1],
      ],
    ],
    ["nothing", []],
  ])("is not %s", (_what, ring) => {
    expect(isSimplePolygon(ring)).toBe(false);
  });

  it("is every star-shaped ring, and none of them once two corners that are no neighbours are swapped", () => {
    fc.assert(
      fc.property(star, ({ ring }) => {
        expect(isSimplePolygon(ring)).toBe(true);
        expect(isSimplePolygon([...ring].reverse())).toBe(true);
      }),
    );
    const pentagon = Array.from({ length: 5 }, (_, index): Point => {
      const angle = (2 * Math.PI * index) / 5;
      return [Math.cos(angle), Math.sin(angle)];
    });
    const [a, b, c, d, e] = pentagon as [Point, Point, Point, Point, Point];
    expect(isSimplePolygon([a, b, c, d, e, a])).toBe(true);
    expect(isSimplePolygon([a, c, b, d, e, a])).toBe(false);
  });

  it("is judged quickly for a thousand points", () => {
    const ring = Array.from({ length: 1000 }, (_, index): Point => {
      const angle = (2 * Math.PI * index) / 1000;
      return [Math.cos(angle), Math.sin(angle)];
    });
    const began = performance.now();
    expect(isSimplePolygon([...ring, ring[0]!])).toBe(true);
    expect(performance.now() - began).toBeLessThan(1000);
  });
});

it("has no box around nothing", () => {
  expect(() => boundingBox([])).toThrow(RangeError);
});
