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
