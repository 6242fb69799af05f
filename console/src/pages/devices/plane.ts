/** A point on a plain plane, in metres from the corner at the south-west. */
export interface PlanePoint {
  readonly x: number;
  readonly y: number;
}

export interface Plane {
  readonly width: number;
  readonly height: number;
  readonly place: (lon: number, lat: number) => PlanePoint;
}

const METRES_PER_DEGREE = 111_320;
/** One device alone still has some ground around it. */
const SMALLEST_M = 200;

/**
 * The plane that holds all these points. Degrees of longitude are as long as they are at its middle: over a county that
 * is right to a thousandth, and a plane is all that a plot without a map needs.
 */
export function planeOf(points: readonly { readonly lon: number; readonly lat: number }[]): Plane {
  let [west, south, east, north] = [180, 90, -180, -90];
  for (const { lon, lat } of points) {
    west = Math.min(west, lon);
    east = Math.max(east, lon);
    south = Math.min(south, lat);
    north = Math.max(north, lat);
  }
  const perLon = METRES_PER_DEGREE * Math.cos((((south + north) / 2) * Math.PI) / 180);
  const [wide, high] = [(east - west) * perLon, (north - south) * METRES_PER_DEGREE];
  const [width, height] = [Math.max(wide, SMALLEST_M), Math.max(high, SMALLEST_M)];
  return {
    width,
    height,
    place: (lon, lat) => ({
      x: (lon - west) * perLon + (width - wide) / 2,
      y: (lat - south) * METRES_PER_DEGREE + (height - high) / 2,
    }),
  };
}

/** The length of a scale bar: 1, 2 or 5 times a power of ten, and at most a quarter of the width. */
export function scaleBar(widthM: number): number {
  const most = widthM / 4;
  const power = 10 ** Math.floor(Math.log10(most));
  return ([5, 2, 1].find((one) => one * power <= most) ?? 1) * power;
}

/** `2 km`, `500 m` */
export const lengthWords = (metres: number): string =>
  metres >= 1000 ? `${metres / 1000} km` : `${metres} m`;
