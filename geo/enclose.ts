import { closeRing } from "./ring.ts";
import { type Box, boundingBox, type Point, turn } from "./shapes.ts";

/**
 * Simpler shapes that surely hold others. Their corners lie on a grid of 1e-5 degrees, about a metre, and a whole step
 * outside of the shapes inside: no rounding, here or elsewhere, puts a point of them outside. On the grid everything is
 * whole numbers below 2^53, so nothing rounds while a shape is made.
 */
const STEPS_PER_DEGREE = 1e5;
/** 180 degrees east and 90 degrees north, counted from 180 degrees west and 90 degrees south. */
const MOST_EAST = 360 * STEPS_PER_DEGREE;
const MOST_NORTH = 180 * STEPS_PER_DEGREE;

/** A place on the grid as one number, so that places sort by themselves: from west to east, then to the north. */
type Spot = number;
/** More than there are steps to the north; times those to the east it is still below 2^53. */
const COLUMN = 2 ** 25;

const within = (steps: number, most: number) => Math.min(Math.max(steps, 0), most);
const spotAt = (x: number, y: number): Spot => within(x, MOST_EAST) * COLUMN + within(y, MOST_NORTH);

const spotOf = ([longitude, latitude]: Point): Spot =>
  spotAt(Math.round((longitude + 180) * STEPS_PER_DEGREE), Math.round((latitude + 90) * STEPS_PER_DEGREE));

/** Steps from the south-west, to the east and to the north. */
type Corner = Point;

function cornerAt(spot: Spot): Corner {
  const x = Math.floor(spot / COLUMN);
  return [x, spot - x * COLUMN];
}

// The nearest numbers that have at most five decimals: short when they are written.
const pointAt = ([x, y]: Corner): Point => [
  (x - MOST_EAST / 2) / STEPS_PER_DEGREE,
  (y - MOST_NORTH / 2) / STEPS_PER_DEGREE,
];

/** The corners of the square of two steps around a place. Nothing lies beyond a pole or the 180th meridian. */
const squareAround = ([x, y]: Corner): Spot[] => [
  spotAt(x - 1, y - 1),
  spotAt(x - 1, y + 1),
  spotAt(x + 1, y - 1),
  spotAt(x + 1, y + 1),
];

/** The corners on one side of all these sorted ones, without those on a straight line. */
function halfOf(sorted: readonly Corner[]): Corner[] {
  const kept: Corner[] = [];
  for (const corner of sorted) {
    while (kept.length > 1 && turn(kept[kept.length - 2]!, kept[kept.length - 1]!, corner) <= 0) kept.pop();
    kept.push(corner);
  }
  return kept;
}

/** The corners of the convex hull, counterclockwise (Andrew's monotone chain, 1979). */
function hullOf(spots: readonly Spot[]): Corner[] {
  const keys = Float64Array.from(spots).sort();
  const sorted: Corner[] = [];
  for (let i = 0; i < keys.length; i++) {
    if (i === 0 || keys[i] !== keys[i - 1]) sorted.push(cornerAt(keys[i]!));
  }
  if (sorted.length < 2) return sorted;
  const south = halfOf(sorted);
  const north = halfOf(sorted.reverse());
  return [...south.slice(0, -1), ...north.slice(0, -1)];
}

/**
 * The convex ring around some points, a metre or two larger than they need: it holds each of them and everything that
 * lies in a ring through them. A thousand points take well under a millisecond.
 * @throws RangeError when there are none
 */
export function hullAround(points: readonly Point[]): Point[] {
  if (points.length === 0) throw new RangeError("No points, so there is no hull around them");
  const corners = hullOf(points.map(spotOf));
  // Only corners need their squares: the hull of all squares is no larger.
  return closeRing(hullOf(corners.flatMap(squareAround)).map(pointAt));
}

/** The box around some points, a metre or two larger than they need. @throws RangeError when there are none */
export function boxAround(points: readonly Point[]): Box {
  const { west, south, east, north } = boundingBox(points);
  const corners = [spotOf([west, south]), spotOf([east, north])].map(cornerAt);
  return boundingBox(corners.flatMap(squareAround).map((spot) => pointAt(cornerAt(spot))));
}

/** A box as a ring, counterclockwise. */
export const ringOfBox = ({ west, south, east, north }: Box): Point[] =>
  closeRing([
    [west, south],
    [east, south],
    [east, north],
    [west, north],
  ]);

const joined = (a: Box, b: Box): Box => ({
  west: Math.min(a.west, b.west),
  south: Math.min(a.south, b.south),
  east: Math.max(a.east, b.east),
  north: Math.max(a.north, b.north),
});

const sizeOf = ({ west, south, east, north }: Box) => (east - west) * (north - south);

/**
 * Joins two boxes into one: those whose common box is least larger than they are. Boxes on both sides of the 180th
 * meridian are the farthest.
 * @returns one box less, or the same when there is only one
 */
export function joinNearest(boxes: readonly Box[]): Box[] {
  let best: { readonly pair: readonly [number, number]; readonly added: number } | undefined;
  for (let i = 0; i < boxes.length; i++) {
    for (let j = i + 1; j < boxes.length; j++) {
      const [a, b] = [boxes[i]!, boxes[j]!];
      const added = sizeOf(joined(a, b)) - sizeOf(a) - sizeOf(b);
      if (best === undefined || added < best.added) best = { pair: [i, j], added };
    }
  }
  if (best === undefined) return [...boxes];
  const [one, other] = best.pair;
  return [...boxes.filter((_, i) => i !== one && i !== other), joined(boxes[one]!, boxes[other]!)];
}
