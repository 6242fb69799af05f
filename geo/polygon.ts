import { type Box, boundingBox, type Point, pointInBox, type Ring, turn } from "./shapes.ts";

const isBetween = (value: number, a: number, b: number) => value >= Math.min(a, b) && value <= Math.max(a, b);

/** True when the point lies on the segment from `a` to `b`, ends included. */
const isOnSegment = (point: Point, a: Point, b: Point): boolean =>
  isBetween(point[0], a[0], b[0]) && isBetween(point[1], a[1], b[1]) && turn(a, b, point) === 0;

/** True when a ray from the point to the east meets the edge. Half-open in latitude: a corner counts once. */
function isPassed(point: Point, a: Point, b: Point): boolean {
  if (a[1] > point[1] === b[1] > point[1]) return false;
  return turn(a, b, point) > 0 === b[1] > a[1];
}

/** True when the point lies inside the ring or on its border: people who live on the border are meant as well. */
export function pointInPolygon(point: Point, ring: Ring): boolean {
  let inside = false;
  for (let i = 1; i < ring.length; i++) {
    const a = ring[i - 1]!;
    const b = ring[i]!;
    if (isOnSegment(point, a, b)) return true;
    if (isPassed(point, a, b)) inside = !inside;
  }
  return inside;
}

/** About this many corners lie in a band of a prepared polygon. */
const CORNERS_PER_BAND = 8;
/** Bands hold at most this many entries for each edge, however long the edges are. */
const ENTRIES_PER_EDGE = 32;

/** The edges that a point between two latitudes may meet. */
interface Band {
  /** Edges with an end between the latitudes, four numbers each: both ends. Every one is looked at. */
  readonly partial: Float64Array;
  /** Edges that lead all the way through, four numbers each, by the west end of the stretch in the band. */
  readonly through: Float64Array;
  readonly wests: Float64Array;
  readonly easts: Float64Array;
  /** How far east the stretches up to here reach. */
  readonly reach: Float64Array;
}

/** A polygon that is asked about many points. */
export interface PreparedPolygon {
  readonly box: Box;
  holds(point: Point): boolean;
}

/**
 * Makes a polygon that answers as `pointInPolygon` does and looks at a few edges only. Its corners divide it into bands
 * of latitude. In each band the edges that lead through are sorted from west to east, so that all but those near the
 * point are counted and not looked at. That holds for a comb of long teeth as well.
 */
export function preparePolygon(ring: Ring): PreparedPolygon {
  const box = boundingBox(ring);
  const latitudes = bandsOf(ring);
  const entries = entriesOf(ring, latitudes);
  const bands: (Band | undefined)[] = [];
  return {
    box,
    holds(point) {
      if (!pointInBox(point, box)) return false;
      const number = bandAt(latitudes, point[1]);
      // Where bands meet, edges of both count: that is rare enough to look at all of them.
      if (point[1] === latitudes[number]) return pointInPolygon(point, ring);
      bands[number] ??= makeBand(ring, entries[number]!, latitudes[number]!, latitudes[number + 1]!);
      return bandHolds(bands[number], point[0], point[1]);
    },
  };
}

/** Latitudes between bands, ascending and each once: the first is the south, the last the north. */
function bandsOf(ring: Ring): Float64Array {
  const sorted = Float64Array.from(ring, ([, latitude]) => latitude).sort();
  const choose = (count: number) => {
    const step = (sorted.length - 1) / count;
    const picked = Array.from({ length: count + 1 }, (_, i) => sorted[Math.round(i * step)]!);
    return Float64Array.from(new Set(picked));
  };
  const edges = ring.length - 1;
  const fine = choose(Math.max(1, Math.ceil(edges / CORNERS_PER_BAND)));
  let entries = 0;
  for (let i = 1; i <= edges; i++) {
    const [south, north] = span(ring[i - 1]!, ring[i]!);
    entries += 1 + bandAt(fine, north) - bandAt(fine, south);
  }
  return entries <= edges * ENTRIES_PER_EDGE ? fine : choose(ENTRIES_PER_EDGE);
}

const span = (a: Point, b: Point): readonly [south: number, north: number] =>
  a[1] < b[1] ? [a[1], b[1]] : [b[1], a[1]];

/** The number of the last latitude that is not north of this one. */
function bandAt(latitudes: Float64Array, latitude: number): number {
  let [low, high] = [0, latitudes.length - 1];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (latitudes[middle]! <= latitude) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** The numbers of the edges in each band. An edge that only touches its south is left out. */
function entriesOf(ring: Ring, latitudes: Float64Array): number[][] {
  const entries: number[][] = Array.from(latitudes, () => []);
  for (let i = 1; i < ring.length; i++) {
    const [south, north] = span(ring[i - 1]!, ring[i]!);
    for (let band = bandAt(latitudes, south); latitudes[band]! < north; band++) entries[band]!.push(i);
  }
  return entries;
}

function makeBand(ring: Ring, entries: readonly number[], south: number, north: number): Band {
  const partial: number[] = [];
  const stretches: { west: number; east: number; ends: readonly number[] }[] = [];
  for (const edge of entries) {
    const [a, b] = [ring[edge - 1]!, ring[edge]!];
    const [low, high] = span(a, b);
    if (low > south || high < north) {
      partial.push(...a, ...b);
      continue;
    }
    const at = (latitude: number) => a[0] + ((latitude - a[1]) / (b[1] - a[1])) * (b[0] - a[0]);
    // Wider than rounding: edges near the point are looked at exactly.
    const west = Math.min(at(south), at(north)) - 1e-9;
    const east = Math.max(at(south), at(north)) + 1e-9;
    stretches.push({ west, east, ends: [...a, ...b] });
  }
  stretches.sort((x, y) => x.west - y.west);
  const easts = Float64Array.from(stretches, ({ east }) => east);
  let far = -Infinity;
  const reach = easts.map((east) => {
    far = Math.max(far, east);
    return far;
  });
  return {
    partial: Float64Array.from(partial),
    through: Float64Array.from(stretches.flatMap(({ ends }) => ends)),
    wests: Float64Array.from(stretches, ({ west }) => west),
    easts,
    reach,
  };
}

/** How many of the ascending values are at most `value`. */
function countUpTo(values: Float64Array, value: number): number {
  let [low, high] = [0, values.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (values[middle]! <= value) low = middle + 1;
    else high = middle;
  }
  return low;
}

const ASIDE = 0;
const PASSED = 1;
const ON = 2;

/** How a ray from the point (x, y) to the east meets the edge whose ends begin at `at`. */
function meets(
  ends: Float64Array,
  at: number,
  x: number,
  y: number,
): typeof ASIDE | typeof PASSED | typeof ON {
  const ax = ends[at]!;
  const ay = ends[at + 1]!;
  const bx = ends[at + 2]!;
  const by = ends[at + 3]!;
  if (ay < y ? by < y : ay > y && by > y) return ASIDE;
  const turned = (bx - ax) * (y - ay) - (by - ay) * (x - ax);
  if (turned === 0 && isBetween(x, ax, bx)) return ON;
  return ay > y !== by > y && turned > 0 === by > ay ? PASSED : ASIDE;
}

/** The point lies strictly between the band's latitudes. */
function bandHolds({ partial, through, wests, easts, reach }: Band, x: number, y: number): boolean {
  let passed = 0;
  for (let at = 0; at < partial.length; at += 4) {
    const met = meets(partial, at, x, y);
    if (met === ON) return true;
    passed += met;
  }
  // The ray passes edges that lie wholly east of the point; of the others, those that reach the point are looked at.
  const begun = countUpTo(wests, x);
  for (let i = begun - 1; i >= 0 && reach[i]! >= x; i--) {
    if (easts[i]! < x) continue;
    const met = meets(through, 4 * i, x, y);
    if (met === ON) return true;
    passed += met;
  }
  return (passed + wests.length - begun) % 2 === 1;
}
