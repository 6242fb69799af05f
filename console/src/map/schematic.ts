import { Delaunay } from "d3-delaunay";
import { geoMercator } from "d3-geo";

/** A place with its point; degrees of WGS 84. */
export interface PlacePoint {
  readonly code: string;
  readonly name: string;
  readonly longitude: number;
  readonly latitude: number;
}

type Point = readonly [number, number];

/** One place's part of the drawing, in its units. */
export interface SchematicCell {
  readonly code: string;
  readonly name: string;
  /** A closed ring without its last point. */
  readonly ring: readonly Point[];
  /** Where its name stands. */
  readonly centre: Point;
  /** How much room there is for the name, around the centre. */
  readonly width: number;
  readonly height: number;
}

/** Sides of the polygon that stands for a disc. */
const SIDES = 48;
/** A disc's radius by the distance to the nearest neighbours: large enough to close the gaps between them. */
const REACH = 1.35;
const NEIGHBOURS = 3;

/** The part of a convex polygon at the left of the line through two points (Sutherland and Hodgman). */
function cut(ring: readonly Point[], [ax, ay]: Point, [bx, by]: Point): Point[] {
  const side = ([x, y]: Point) => (bx - ax) * (y - ay) - (by - ay) * (x - ax);
  return ring.flatMap((from, at) => {
    const to = ring[(at + 1) % ring.length]!;
    const [before, after] = [side(from), side(to)];
    const kept: Point[] = before >= 0 ? [from] : [];
    if (before >= 0 === after >= 0) return kept;
    const share = before / (before - after);
    return [...kept, [from[0] + share * (to[0] - from[0]), from[1] + share * (to[1] - from[1])]];
  });
}

/** What two convex polygons share; the second one goes round as y grows: counter-clockwise by the formula of `area`. */
const intersection = (ring: readonly Point[], window: readonly Point[]): readonly Point[] =>
  window.reduce<readonly Point[]>(
    (rest, from, at) => cut(rest, from, window[(at + 1) % window.length]!),
    ring,
  );

/** The area of a ring; positive where it goes round as the discs do. */
export const area = (ring: readonly Point[]): number =>
  ring.reduce((sum, [x, y], at) => {
    const [nextX, nextY] = ring[(at + 1) % ring.length]!;
    return sum + (x * nextY - nextX * y) / 2;
  }, 0);

const disc = ([x, y]: Point, radius: number): Point[] =>
  Array.from({ length: SIDES }, (_, side): Point => {
    const angle = (side / SIDES) * 2 * Math.PI;
    return [x + radius * Math.cos(angle), y + radius * Math.sin(angle)];
  });

/** The mean distance to the nearest others. */
function spacing(points: readonly Point[], [x, y]: Point): number {
  const distances = points
    .map(([otherX, otherY]) => Math.hypot(otherX - x, otherY - y))
    .sort((a, b) => a - b)
    .slice(1, NEIGHBOURS + 1);
  return distances.reduce((sum, distance) => sum + distance, 0) / Math.max(1, distances.length);
}

/** How far a ring reaches to both sides of a point, at its height and at its place. */
function roomAround(ring: readonly Point[], [x, y]: Point): { width: number; height: number } {
  const crossings = (along: 0 | 1, at: number): number[] =>
    ring.flatMap((from, index) => {
      const to = ring[(index + 1) % ring.length]!;
      const other = along === 0 ? 1 : 0;
      if (from[other] > at === to[other] > at) return [];
      return [from[along] + ((at - from[other]) / (to[other] - from[other])) * (to[along] - from[along])];
    });
  const reach = (along: 0 | 1, at: number, from: number) =>
    2 * Math.min(...crossings(along, at).map((crossing) => Math.abs(crossing - from)));
  return { width: reach(0, y, x), height: reach(1, x, y) };
}

function centroid(ring: readonly Point[]): Point {
  const whole = 6 * area(ring);
  let [x, y] = [0, 0];
  ring.forEach(([fromX, fromY], at) => {
    const [toX, toY] = ring[(at + 1) % ring.length]!;
    const cross = fromX * toY - toX * fromY;
    x += (fromX + toX) * cross;
    y += (fromY + toY) * cross;
  });
  return [x / whole, y / whole];
}

/**
 * Cells around points: what is nearer to one than to any other, cut to a disc around each, so that the outline follows
 * where the places are. It is no map: a cell's edge says nothing of an administrative border.
 * @param margin what is left free around the points: no disc is larger, so that none is cut off at the drawing's edge
 */
export function schematic(
  places: readonly PlacePoint[],
  width: number,
  height: number,
  margin: number,
): readonly SchematicCell[] {
  if (places.length === 0) return [];
  const projection = geoMercator().fitExtent(
    [
      [margin, margin],
      [width - margin, height - margin],
    ],
    {
      type: "MultiPoint",
      coordinates: places.map(({ longitude, latitude }) => [longitude, latitude]),
    },
  );
  const points = places.map(({ longitude, latitude }) => projection([longitude, latitude]) as Point);
  const voronoi = Delaunay.from(points.map(([x, y]): [number, number] => [x, y])).voronoi([
    0,
    0,
    width,
    height,
  ]);
  const gaps = points.map((point) => spacing(points, point)).sort((a, b) => a - b);
  const usual = gaps[Math.floor(gaps.length / 2)] || Math.min(width, height) / 2;
  return places.map(({ code, name }, at) => {
    const point = points[at]!;
    const own = voronoi.cellPolygon(at) ?? [];
    const radius = Math.min(margin, REACH * Math.max(usual, spacing(points, point)));
    const ring = intersection(disc(point, radius), facing(own.slice(0, -1)));
    const centre = centroid(ring);
    return { code, name, ring, centre, ...roomAround(ring, centre) };
  });
}

/** The same ring, going round as discs do. */
const facing = (ring: readonly Point[]): readonly Point[] => (area(ring) < 0 ? ring.toReversed() : ring);
