import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { boxAroundCircle, distanceKm, pointInCircle } from "../../geo/circle.ts";
import { pointInPolygon, preparePolygon } from "../../geo/polygon.ts";
import { boundingBox, type Point, type Ring } from "../../geo/shapes.ts";

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

/** A comb of `teeth` long teeth from 28 to 29 degrees north: each latitude between meets all of its edges. */
const comb = (teeth: number): Ring => {
  const corners = Array.from(
    { length: 2 * teeth + 1 },
    (_, i): Point => [107 + i / (2 * teeth), 28 + (i % 2)],
  );
  return [...corners, [108, 27], [107, 27], corners[0]!];
};

describe("a prepared polygon", () => {
  // Whole numbers and halves: points fall on corners, on borders and on the latitudes of corners.
  const step = fc.integer({ min: 0, max: 8 });
  const coarse = fc.array(fc.tuple(step, step), { minLength: 3, maxLength: 60 });

  it("answers as the plain one does, in whatever ring, also one that crosses itself", () => {
    fc.assert(
      fc.property(coarse, fc.array(fc.tuple(step, step), { maxLength: 40 }), (corners, points) => {
        const ring: Ring = [...corners, corners[0]!];
        const prepared = preparePolygon(ring);
        for (const [x, y] of points) {
          for (const point of [
            [x, y],
            [x, y + 0.25],
            [x + 0.5, y + 0.5],
          ] as const) {
            expect(prepared.holds(point)).toBe(pointInPolygon(point, ring));
          }
        }
      }),
      { numRuns: 500 },
    );
  });

  it("answers as the plain one does in a star and in a comb, inside, outside and on an edge", () => {
    const part = fc.double({ min: -0.6, max: 0.6, noNaN: true });
    fc.assert(
      fc.property(
        star,
        fc.array(fc.tuple(part, part), { minLength: 1, maxLength: 20 }),
        ({ centre, ring }, offs) => {
          const teeth = comb(300);
          const [inStar, inComb] = [preparePolygon(ring), preparePolygon(teeth)];
          for (const [dx, dy] of offs) {
            const point: Point = [centre[0] + dx, centre[1] + dy];
            const other: Point = [107.5 + dx, 28.5 + dy];
            expect(inStar.holds(point)).toBe(pointInPolygon(point, ring));
            expect(inComb.holds(other)).toBe(pointInPolygon(other, teeth));
          }
          // In the middle of an edge, as far as numbers go.
          const [a, b] = [ring[1]!, ring[2]!];
          const middle: Point = [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2];
          expect(inStar.holds(middle)).toBe(pointInPolygon(middle, ring));
        },
      ),
    );
  });

  it("takes less than half of the time for a thousand corners, in a star and in a comb", () => {
    const starry = Array.from({ length: 999 }, (_, i): Point => {
      const [angle, radius] = [(2 * Math.PI * i) / 999, 0.3 + 0.2 * (i % 2)];
      return [107.5 + radius * Math.cos(angle), 28.5 + radius * Math.sin(angle)];
    });
    for (const ring of [[...starry, starry[0]!], comb(498)]) {
      expect(ring.length).toBeLessThanOrEqual(1000);
      const points = Array.from(
        { length: 6000 },
        (_, i): Point => [107 + (i % 77) / 77, 28 + i / 6000 + 1e-5],
      );
      const timed = (holds: (point: Point) => boolean) => {
        let [inside, milliseconds] = [0, Infinity];
        // Of the processor, and the best of five: whatever else this process does comes in between some of them.
        for (let round = 0; round < 5; round++) {
          const began = process.cpuUsage();
          inside = points.filter(holds).length;
          milliseconds = Math.min(milliseconds, process.cpuUsage(began).user / 1000);
        }
        return { inside, milliseconds };
      };
      const plain = timed((point) => pointInPolygon(point, ring));
      const prepared = timed(preparePolygon(ring).holds);
      expect(prepared.inside).toBe(plain.inside);
      expect(plain.inside).toBeGreaterThan(150);
      expect(prepared.milliseconds).toBeLessThan(plain.milliseconds / 2);
    }
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
      // Beside an antipode, where haversines were wrong by a decimetre.
      {
        examples: [
          [
            [0, 0],
            [1.4210854715202004e-14, 0],
            [179.99996905144135, 0],
          ],
        ],
      },
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

it("has no box around nothing", () => {
  expect(() => boundingBox([])).toThrow(RangeError);
});
