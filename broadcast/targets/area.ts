import { breather } from "../../base/breather.ts";
import { boxAroundCircle, pointInCircle } from "../../geo/circle.ts";
import { preparePolygon } from "../../geo/polygon.ts";
import { type Box, boundingBox, type Point, pointInBox } from "../../geo/shapes.ts";
import type { Target } from "../message/index.ts";

/**
 * Finds the places that a target means among many. A target may have 50 polygons of 1,000 points, and a province has
 * 36,000 speakers: boxes come first, then polygons that look at a few of their edges only, and the thread is given back
 * every few milliseconds.
 */

/** A place that was found for a target, by region or by box. */
interface Found {
  readonly byRegion: boolean;
  readonly location: { readonly longitude: number; readonly latitude: number } | null;
}

interface Shape {
  readonly box: Box;
  holds(point: Point): boolean;
}

/** Each is made when it is its turn, and let go after it. */
function* shapesOf({ polygons, circles }: Target): Generator<() => Shape> {
  for (const ring of polygons) yield () => preparePolygon(ring);
  for (const circle of circles) {
    yield () => ({ box: boxAroundCircle(circle), holds: (point) => pointInCircle(point, circle) });
  }
}

/** The boxes around a target's shapes. */
export const boxesOf = ({ polygons, circles }: Target): Box[] => [
  ...polygons.map((ring) => boundingBox(ring)),
  ...circles.map(boxAroundCircle),
];

/** The number of places between two looks at the clock. */
const PLACES_PER_LOOK = 256;

/** The places that the target means, in their order. Excluded ones must have been left out before. */
export async function keepMeant<T extends Found>(target: Target, found: readonly T[]): Promise<T[]> {
  const meant = new Set<number>();
  let open: { readonly at: number; readonly point: Point }[] = [];
  found.forEach(({ byRegion, location }, at) => {
    if (byRegion) meant.add(at);
    else if (location) open.push({ at, point: [location.longitude, location.latitude] });
  });
  const breathe = breather();
  for (const makeShape of shapesOf(target)) {
    if (open.length === 0) break;
    const shape = makeShape();
    await breathe();
    const outside: typeof open = [];
    for (let i = 0; i < open.length; i++) {
      const one = open[i]!;
      if (pointInBox(one.point, shape.box) && shape.holds(one.point)) meant.add(one.at);
      else outside.push(one);
      if (i % PLACES_PER_LOOK === 0) await breathe();
    }
    open = outside;
  }
  return found.filter((_, at) => meant.has(at));
}
