import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { boxAround, hullAround, joinNearest, ringOfBox } from "../../geo/enclose.ts";
import { pointInPolygon } from "../../geo/polygon.ts";
import { isClosed, selfContact } from "../../geo/ring.ts";
import { boundingBox, type Point, pointInBox, type Ring } from "../../geo/shapes.ts";

const close = (points: readonly Point[]): Ring => [...points, points[0]!];

/** Rings anywhere: over a county or over the world, at poles and the meridian, on a line, in one place. */
const ring: fc.Arbitrary<Ring> = fc
  .tuple(
    fc.double({ min: -180, max: 180, noNaN: true }),
    fc.double({ min: -90, max: 90, noNaN: true }),
    fc.constantFrom(0, 1e-14, 1e-6, 1e-5, 0.3, 20, 400),
    fc.constantFrom(0, 1e-6, 0.3, 400),
    fc.array(fc.tuple(fc.double({ min: -0.5, max: 0.5, noNaN: true }), fc.integer({ min: -5, max: 5 })), {
      minLength: 3,
      maxLength: 60,
    }),
  )
  .map(([longitude, latitude, wide, high, parts]) =>
    close(
      parts.map(
        ([part, tenth]): Point => [
          Math.min(180, Math.max(-180, longitude + wide * part)),
          Math.min(90, Math.max(-90, latitude + (high * tenth) / 10)),
        ],
      ),
    ),
  );

/** Two steps of the grid, and rounding. */
const FEW_METRES = 2.001e-5;

describe("a shape around a ring", () => {
  it("holds each of its points and whatever lies in it, and is a simple ring in the world", () => {
    const inside = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(ring, fc.array(fc.tuple(inside, inside), { maxLength: 10 }), (points, samples) => {
        const { west, south, east, north } = boundingBox(points);
        const meant = samples
          .map(([u, v]): Point => [west + u * (east - west), south + v * (north - south)])
          .filter((point) => pointInPolygon(point, points));
        for (const around of [hullAround(points), ringOfBox(boxAround(points))]) {
          for (const point of [...points, ...meant]) expect(pointInPolygon(point, around)).toBe(true);
          expect([isClosed(around), selfContact(around)]).toEqual([true, undefined]);
          const box = boundingBox(around);
          expect([box.west >= -180, box.south >= -90, box.east <= 180, box.north <= 90]).not.toContain(false);
          const most = {
            west: west - FEW_METRES,
            south: south - FEW_METRES,
            east: east + FEW_METRES,
            north: north + FEW_METRES,
          };
          for (const corner of around) expect(pointInBox(corner, most)).toBe(true);
        }
      }),
      { numRuns: 2000 },
    );
  });

  it("is convex and holds a little more than the ring where rounding could matter", () => {
    const third: Ring = close([
      [107 + 1 / 3, 28 + 1 / 3],
      [108, 29],
      [107 + 2 / 3, 28 + 2 / 3],
      [107, 28],
      [107.5, 28.1],
    ]);
    const hull = hullAround(third);
    // Less than the half step by which every point is inside.
    for (const [longitude, latitude] of third) {
      for (const [dx, dy] of [
        [4e-6, 0],
        [-4e-6, 0],
        [0, 4e-6],
        [0, -4e-6],
      ] as const) {
        expect(pointInPolygon([longitude + dx, latitude + dy], hull)).toBe(true);
      }
    }
    expect(pointInPolygon([107.3, 28.7], hull)).toBe(false);
    expect(pointInPolygon([107.3, 28.7], ringOfBox(boxAround(third)))).toBe(true);
    for (const point of hull)
      expect(JSON.stringify(point).length).toBeLessThanOrEqual("[-107.12345,-28.12345]".length);
  });

  it("does not exist around nothing", () => {
    expect(() => hullAround([])).toThrow(RangeError);
    expect(() => boxAround([])).toThrow(RangeError);
  });
});

describe("neighbouring boxes", () => {
  const box = (west: number, south: number, size = 1) => ({
    west,
    south,
    east: west + size,
    north: south + size,
  });

  it("are joined two by two, the nearest first, those on both sides of the 180th meridian last", () => {
    const boxes = [box(179, 10), box(-180, 10), box(100, 10), box(102, 10), box(176, 10)];
    let joined = joinNearest(boxes);
    expect(joined).toContainEqual({ west: 100, south: 10, east: 103, north: 11 });
    joined = joinNearest(joined);
    expect(joined).toContainEqual({ west: 176, south: 10, east: 180, north: 11 });
    joined = joinNearest(joined);
    expect(joined).toEqual([box(-180, 10), { west: 100, south: 10, east: 180, north: 11 }]);
    joined = joinNearest(joined);
    expect(joined).toEqual([{ west: -180, south: 10, east: 180, north: 11 }]);
    expect(joinNearest(joined)).toEqual(joined);
    expect(joinNearest([])).toEqual([]);
  });
});
