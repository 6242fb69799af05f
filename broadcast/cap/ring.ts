/** A plane point; which axis is which does not matter here. */
type Point = readonly [number, number];

/** Coordinates up to 180 degrees are exact to about 3e-14 degrees: nearer to a line than that is on it. */
const EXACTNESS = 3e-14;

interface Edge {
  readonly a: Point;
  readonly b: Point;
  readonly index: number;
  readonly low: number;
  readonly high: number;
}

/**
 * Whether a closed ring meets itself: `crosses` when two edges cut through each other or lie on each other, so that
 * inside and outside are not clear; `touches` when it only comes back to a point that it has been at, as borders
 * in real feeds do. `isSimplePolygon` in devices/geometry.ts answers yes or no, for our own short polygons; here
 * the edges are swept in the order of their first axis, so that borders of thousands of points cost little.
 * @param ring closed: first = last
 */
export function selfContact(ring: readonly Point[]): "crosses" | "touches" | undefined {
  const points = ring.filter((point, i) => i === 0 || !same(point, ring[i - 1] as Point));
  const count = points.length - 1;
  if (count < 3) return "crosses";
  const edges = Array.from({ length: count }, (_, index): Edge => {
    const a = points[index] as Point;
    const b = points[index + 1] as Point;
    return { a, b, index, low: Math.min(a[0], b[0]), high: Math.max(a[0], b[0]) };
  }).sort((x, y) => x.low - y.low);

  let touches = false;
  let active: Edge[] = [];
  for (const edge of edges) {
    active = active.filter((other) => other.high >= edge.low);
    for (const other of active) {
      const gap = Math.abs(edge.index - other.index);
      const adjacent = gap === 1 || gap === count - 1;
      const contact = adjacent ? foldedBack(edge, other) : meet(edge, other);
      if (contact === "crosses") return "crosses";
      if (contact === "touches") touches = true;
    }
    active.push(edge);
  }
  return touches ? "touches" : undefined;
}

const same = (p: Point, q: Point) => p[0] === q[0] && p[1] === q[1];

/** Positive when `c` lies left of the way from `a` to `b`, 0 when on its line. */
function side(a: Point, b: Point, c: Point): -1 | 0 | 1 {
  const [abx, aby, acx, acy] = [b[0] - a[0], b[1] - a[1], c[0] - a[0], c[1] - a[1]];
  const cross = abx * acy - aby * acx;
  const error = EXACTNESS * (Math.abs(abx) + Math.abs(aby) + Math.abs(acx) + Math.abs(acy));
  return Math.abs(cross) <= error ? 0 : cross > 0 ? 1 : -1;
}

const between = (a: Point, b: Point, c: Point) =>
  Math.min(a[0], b[0]) <= c[0] &&
  c[0] <= Math.max(a[0], b[0]) &&
  Math.min(a[1], b[1]) <= c[1] &&
  c[1] <= Math.max(a[1], b[1]);

/** Two edges that share a point by right do wrong only by running back over each other. */
function foldedBack(x: Edge, y: Edge): "crosses" | undefined {
  const shared = same(x.a, y.a) || same(x.a, y.b) ? x.a : x.b;
  const p = same(x.a, shared) ? x.b : x.a;
  const q = same(y.a, shared) ? y.b : y.a;
  if (side(shared, p, q) !== 0) return undefined;
  const along = (p[0] - shared[0]) * (q[0] - shared[0]) + (p[1] - shared[1]) * (q[1] - shared[1]);
  return along > 0 ? "crosses" : undefined;
}

function meet(x: Edge, y: Edge): "crosses" | "touches" | undefined {
  const yLow = Math.min(y.a[1], y.b[1]);
  const yHigh = Math.max(y.a[1], y.b[1]);
  if (Math.max(x.a[1], x.b[1]) < yLow || Math.min(x.a[1], x.b[1]) > yHigh) return undefined;
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
