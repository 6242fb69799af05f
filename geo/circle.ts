import type { Box, CircleArea, Point } from "./shapes.ts";

/** Mean radius of the earth in kilometres (IUGG R1). */
const EARTH_RADIUS_KM = 6371.0088;
const KM_PER_DEGREE = (Math.PI / 180) * EARTH_RADIUS_KM;

const radians = (degrees: number) => (degrees * Math.PI) / 180;

/** Great-circle distance in kilometres; wrong by at most 0.6 %, as the earth is no sphere. */
export function distanceKm(a: Point, b: Point): number {
  const [from, to, turn] = [radians(a[1]), radians(b[1]), radians(b[0] - a[0])];
  const [sinFrom, cosFrom, sinTo, cosTo] = [Math.sin(from), Math.cos(from), Math.sin(to), Math.cos(to)];
  const cosTurn = Math.cos(turn);
  // The arc tangent is exact for neighbours and antipodes; haversines lose a decimetre near an antipode.
  const across = Math.hypot(cosTo * Math.sin(turn), cosFrom * sinTo - sinFrom * cosTo * cosTurn);
  return EARTH_RADIUS_KM * Math.atan2(across, sinFrom * sinTo + cosFrom * cosTo * cosTurn);
}

/** True when the point is at most the radius away from the centre. */
export const pointInCircle = (point: Point, circle: CircleArea): boolean =>
  distanceKm(point, [circle.longitude, circle.latitude]) <= circle.radiusKm;

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
  // A box over the 180th meridian would come in two parts; all longitudes are right as well.
  return west < -180 || east > 180 ? { west: -180, south, east: 180, north } : { west, south, east, north };
}
