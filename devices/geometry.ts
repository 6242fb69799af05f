/**
 * Places and areas on the earth, WGS 84 degrees in GeoJSON's order: longitude first. Polygons are flat in
 * longitude and latitude, as in CAP and in maps; none may cross the 180th meridian or hold a pole.
 */

export type Point = readonly [longitude: number, latitude: number];

/** Closed: the last point repeats the first. */
export type Ring = readonly Point[];

export interface CircleArea {
  readonly longitude: number;
  readonly latitude: number;
  readonly radiusKm: number;
}

export interface Box {
  readonly west: number;
  readonly south: number;
  readonly east: number;
  readonly north: number;
}

/** Mean radius of the earth in kilometres (IUGG R1). */
const EARTH_RADIUS_KM = 6371.0088;
const KM_PER_DEGREE = (Math.PI / 180) * EARTH_RADIUS_KM;

const radians = (degrees: number) => (degrees * Math.PI) / 180;

/** Twice the area of the triangle a, b, c: positive when it turns left, 0 when the three lie on a line. */
const turn = (a: Point, b: Point, c: Point): number =>
  (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]);

const isBetween = (value: number, a: number, b: number) => value >= Math.min(a, b) && value <= Math.max(a, b);

/** Whether the point lies on the segment from `a` to `b`, ends included. */
const isOnSegment = (point: Point, a: Point, b: Point): boolean =>
  isBetween(point[0], a[0], b[0]) && isBetween(point[1], a[1], b[1]) && turn(a, b, point) === 0;

/** Whether the point lies inside the ring or on its border: who lives on the border is meant as well. */
export function pointInPolygon(point: Point, ring: Ring): boolean {
  let inside = false;
  for (let i = 1; i < ring.length; i++) {
    const a = ring[i - 1]!;
    const b = ring[i]!;
    if (isOnSegment(point, a, b)) return true;
    // Half-open in latitude, so that a ray through a corner counts it once.
    if (a[1] > point[1] === b[1] > point[1]) continue;
    const left = turn(a, b, point) > 0;
    if (left === b[1] > a[1]) inside = !inside;
  }
  return inside;
}

/** Great-circle distance in kilometres (haversine); wrong by at most 0.6 %, as the earth is no sphere. */
export function distanceKm(a: Point, b: Point): number {
  const dLatitude = radians(b[1] - a[1]);
  const dLongitude = radians(b[0] - a[0]);
  const h =
    Math.sin(dLatitude / 2) ** 2 +
    Math.cos(radians(a[1])) * Math.cos(radians(b[1])) * Math.sin(dLongitude / 2) ** 2;
  return 2 * EARTH_RADIUS_KM * Math.asin(Math.sqrt(Math.min(1, h)));
}

/** Whether the point is at most the radius away from the centre. */
export const pointInCircle = (point: Point, circle: CircleArea): boolean =>
  distanceKm(point, [circle.longitude, circle.latitude]) <= circle.radiusKm;

/** Whether two segments have any point in common. */
function segmentsMeet(a: Point, b: Point, c: Point, d: Point): boolean {
  const abc = Math.sign(turn(a, b, c));
  const abd = Math.sign(turn(a, b, d));
  const cda = Math.sign(turn(c, d, a));
  const cdb = Math.sign(turn(c, d, b));
  if (abc * abd < 0 && cda * cdb < 0) return true;
  return isOnSegment(c, a, b) || isOnSegment(d, a, b) || isOnSegment(a, c, d) || isOnSegment(b, c, d);
}

const isSame = (a: Point, b: Point) => a[0] === b[0] && a[1] === b[1];

/**
 * Whether the ring is closed, has at least three corners and neither crosses nor touches itself. Points that
 * repeat the one before them are passed over. Every edge is held against every other: 1,000 points take a few
 * milliseconds.
 */
export function isSimplePolygon(ring: Ring): boolean {
  const points = ring.filter((point, index) => index === 0 || !isSame(point, ring[index - 1]!));
  const edges = points.length - 1;
  if (edges < 3 || !isSame(points[0]!, points[edges]!)) return false;
  for (let i = 0; i < edges; i++) {
    const a = points[i]!;
    const b = points[i + 1]!;
    // Neighbours share a corner. They may go on straight, but not back over each other.
    const next = points[i + 2] ?? points[1]!;
    if (turn(a, b, next) === 0 && (isOnSegment(next, a, b) || isOnSegment(a, b, next))) return false;
    for (let j = i + 2; j < edges; j++) {
      const areNeighbours = i === 0 && j === edges - 1;
      if (!areNeighbours && segmentsMeet(a, b, points[j]!, points[j + 1]!)) return false;
    }
  }
  return true;
}

/** The smallest box around some points. @throws RangeError when there are none */
export function boundingBox(points: readonly Point[]): Box {
  if (points.length === 0) throw new RangeError("No points, so there is no box around them");
  let [west, south, east, north] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const [longitude, latitude] of points) {
    west = Math.min(west, longitude);
    east = Math.max(east, longitude);
    south = Math.min(south, latitude);
    north = Math.max(north, latitude);
  }
  return { west, south, east, north };
}

/** A box that holds the whole circle, for asking an index first. Around a pole it is the whole cap. */
export function boxAroundCircle({ longitude, latitude, radiusKm }: CircleArea): Box {
  // A little wider than needed, so that rounding never cuts the border off.
  const dLatitude = (radiusKm / KM_PER_DEGREE) * (1 + 1e-9);
  const south = Math.max(-90, latitude - dLatitude);
  const north = Math.min(90, latitude + dLatitude);
  const reach = Math.sin(radians(Math.min(90, dLatitude))) / Math.cos(radians(latitude));
  if (south === -90 || north === 90 || !(reach < 1)) return { west: -180, south, east: 180, north };
  const dLongitude = ((Math.asin(reach) * 180) / Math.PI) * (1 + 1e-9);
  const [west, east] = [longitude - dLongitude, longitude + dLongitude];
  // Over the 180th meridian a box would come in two; all longitudes are right as well.
  return west < -180 || east > 180 ? { west: -180, south, east: 180, north } : { west, south, east, north };
}
