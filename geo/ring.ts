import { type Point, type Ring, turn } from "./shapes.ts";

/** Coordinates up to 180 degrees are exact to about 3e-14 degrees: a point nearer to a line than that is on it. */
const EXACTNESS = 3e-14;

/** Two edges of a ring by their numbers: edge `i` leads from point `i` to point `i + 1`, counted from 0. */
export type EdgePair = readonly [number, number];

/**
 * How a ring meets itself: `crosses` when two edges cut through each other or lie on each other, so that inside and
 * outside are not clear; `touches` when it only comes back to a point that it has been at, as borders in real feeds
 * do.
 */
export interface SelfContact {
  readonly kind: "crosses" | "touches";
  readonly edges: EdgePair;
}

interface Edge {
  /** The point where it begins. */
  readonly a: Point;
  readonly b: Point;
  /** Its ends in the order of the sweep. */
  readonly from: Point;
  readonly to: Point;
  /** Its place among the edges that have a length. */
  readonly place: number;
  /** Its number in the ring as it was given. */
  readonly index: number;
}

const same = (p: Point, q: Point) => p[0] === q[0] && p[1] === q[1];

/** The order of the sweep: by the first axis, then by the second, as if the line that sweeps leaned a little. */
const compare = (p: Point, q: Point) => p[0] - q[0] || p[1] - q[1];

/** True when the last point repeats the first. */
export function isClosed(ring: Ring): boolean {
  const [first, last] = [ring[0], ring.at(-1)];
  return first !== undefined && last !== undefined && same(first, last);
}

/** The ring of some corners: the first one is put behind the last. */
export const closeRing = (corners: readonly Point[]): Point[] => [...corners, corners[0]!];

/** Positive when `c` lies left of the way from `a` to `b`, 0 when on its line. */
function side(a: Point, b: Point, c: Point): -1 | 0 | 1 {
  const cross = turn(a, b, c);
  const error =
    EXACTNESS *
    (Math.abs(b[0] - a[0]) + Math.abs(b[1] - a[1]) + Math.abs(c[0] - a[0]) + Math.abs(c[1] - a[1]));
  return Math.abs(cross) <= error ? 0 : cross > 0 ? 1 : -1;
}

/** The edges that have a length: points that repeat the one before them are passed over. */
function edgesOf(ring: Ring): Edge[] {
  const edges: Edge[] = [];
  for (let index = 0; index + 1 < ring.length; index++) {
    const a = ring[index]!;
    const b = ring[index + 1]!;
    if (same(a, b)) continue;
    const [from, to] = compare(a, b) < 0 ? [a, b] : [b, a];
    edges.push({ a, b, from, to, place: edges.length, index });
  }
  return edges;
}

/**
 * How a closed ring meets itself; undefined when it does not. A line sweeps over the edges and holds those that it cuts
 * in their order along it; where a ring crosses itself, two that are neighbours there cross (Shamos and Hoey, 1976). So
 * a thousand points take well under a millisecond, however long their edges are. Of several contacts it names one, a
 * crossing first.
 * @param ring closed: first = last; which axis comes first does not matter
 */
export function selfContact(ring: Ring): SelfContact | undefined {
  const edges = edgesOf(ring);
  if (edges.length < 3) return { kind: "crosses", edges: [edges[0]?.index ?? 0, edges.at(-1)?.index ?? 0] };
  let touch = repeatedPoint(edges);
  /** Edges that the line cuts, from low to high. */
  const active: Edge[] = [];
  /** True when the two cross; a mere touch is kept for the end. */
  const cross = (x: Edge | undefined, y: Edge | undefined): SelfContact | undefined => {
    const kind = x && y && contactOf(x, y, edges.length);
    if (!kind) return undefined;
    const contact: SelfContact = { kind, edges: x.index < y.index ? [x.index, y.index] : [y.index, x.index] };
    if (kind === "crosses") return contact;
    touch ??= contact;
    return undefined;
  };
  for (const { edge, begins } of eventsOf(edges)) {
    if (begins) {
      const at = placeFor(active, edge);
      active.splice(at, 0, edge);
      const found = cross(active[at - 1], edge) ?? cross(edge, active[at + 1]);
      if (found) return found;
    } else {
      const at = placeOf(active, edge);
      active.splice(at, 1);
      const found = cross(active[at - 1], active[at]);
      if (found) return found;
    }
  }
  return touch;
}

interface SweepEvent {
  readonly edge: Edge;
  readonly at: Point;
  readonly begins: boolean;
}

/** The points where edges begin and end, in the order of the sweep; at one point, ends go before beginnings. */
const eventsOf = (edges: readonly Edge[]): SweepEvent[] =>
  edges
    .flatMap((edge): SweepEvent[] => [
      { edge, at: edge.from, begins: true },
      { edge, at: edge.to, begins: false },
    ])
    .sort((x, y) => compare(x.at, y.at) || Number(x.begins) - Number(y.begins));

/** A corner that the ring comes back to: the sweep's neighbours may have ended there before the others begin. */
function repeatedPoint(edges: readonly Edge[]): SelfContact | undefined {
  const sorted = [...edges].sort((x, y) => compare(x.a, y.a));
  for (let i = 1; i < sorted.length; i++) {
    const [x, y] = [sorted[i - 1]!, sorted[i]!];
    if (same(x.a, y.a)) {
      return { kind: "touches", edges: x.index < y.index ? [x.index, y.index] : [y.index, x.index] };
    }
  }
  return undefined;
}

/** Positive when the edge, which begins on the line of the sweep, lies above the other one there. */
const order = (edge: Edge, other: Edge) =>
  side(other.from, other.to, edge.from) || side(other.from, other.to, edge.to);

/** The index where a new edge belongs among the active ones. */
function placeFor(active: readonly Edge[], edge: Edge): number {
  let [low, high] = [0, active.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (order(edge, active[middle]!) > 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The index of an edge among the active ones: by its end, and by looking along where others end there as well. */
function placeOf(active: readonly Edge[], edge: Edge): number {
  let [low, high] = [0, active.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    const other = active[middle]!;
    if (other === edge) return middle;
    if (side(other.from, other.to, edge.to) > 0) low = middle + 1;
    else high = middle;
  }
  for (let at = low; at < active.length && at < low + 8; at++) if (active[at] === edge) return at;
  return active.indexOf(edge);
}

/** How two edges of a ring of `count` edges meet beyond the corner that neighbours share by right. */
function contactOf(x: Edge, y: Edge, count: number): SelfContact["kind"] | undefined {
  const gap = Math.abs(x.place - y.place);
  return gap === 1 || gap === count - 1 ? foldedBack(x, y) : meet(x, y);
}

/** Two edges that share a point by right do wrong only by running back over each other. */
function foldedBack(x: Edge, y: Edge): "crosses" | undefined {
  const shared = same(x.a, y.a) || same(x.a, y.b) ? x.a : x.b;
  const p = same(x.a, shared) ? x.b : x.a;
  const q = same(y.a, shared) ? y.b : y.a;
  if (side(shared, p, q) !== 0) return undefined;
  const along = (p[0] - shared[0]) * (q[0] - shared[0]) + (p[1] - shared[1]) * (q[1] - shared[1]);
  return along > 0 ? "crosses" : undefined;
}

const between = (a: Point, b: Point, c: Point) =>
  Math.min(a[0], b[0]) <= c[0] &&
  c[0] <= Math.max(a[0], b[0]) &&
  Math.min(a[1], b[1]) <= c[1] &&
  c[1] <= Math.max(a[1], b[1]);

function meet(x: Edge, y: Edge): SelfContact["kind"] | undefined {
  const s1 = side(x.a, x.b, y.a);
  const s2 = side(x.a, x.b, y.b);
  const s3 = side(y.a, y.b, x.a);
  const s4 = side(y.a, y.b, x.b);
  if (s1 * s2 < 0 && s3 * s4 < 0) return "crosses";
  const ends: Point[] = [];
  if (s1 === 0 && between(x.a, x.b, y.a)) ends.push(y.a);
  if (s2 === 0 && between(x.a, x.b, y.b)) ends.push(y.b);
  if (s3 === 0 && between(y.a, y.b, x.a)) ends.push(x.a);
  if (s4 === 0 && between(y.a, y.b, x.b)) ends.push(x.b);
  const first = ends[0];
  if (first === undefined) return undefined;
  return ends.some((point) => !same(point, first)) ? "crosses" : "touches";
}

/**
 * The first edge over more than 180 degrees of longitude: its author may have meant the short way, over the 180th
 * meridian. The answer is the number of the point that it begins at; undefined when there is none.
 */
export function longEdge(ring: Ring): number | undefined {
  for (let at = 1; at < ring.length; at++) {
    if (Math.abs(ring[at]![0] - ring[at - 1]![0]) > 180) return at - 1;
  }
  return undefined;
}
