/** Places and areas on the earth, WGS 84 degrees in GeoJSON's order: longitude first. */

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

/** The points of all these rings together. */
export const countPoints = (rings: readonly (readonly unknown[])[]): number =>
  rings.reduce((sum, ring) => sum + ring.length, 0);

/** Twice the area of the triangle a, b, c: positive when it turns left, 0 when the three lie on a line. */
export const turn = (a: Point, b: Point, c: Point): number =>
  (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]);

/** True when the point lies in the box or on its border. */
export const pointInBox = ([longitude, latitude]: Point, { west, south, east, north }: Box): boolean =>
  longitude >= west && longitude <= east && latitude >= south && latitude <= north;

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
