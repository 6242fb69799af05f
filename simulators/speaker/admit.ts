import { CLOCK_TOLERANCE_MS, type Order, type RefusalReason } from "../../broadcast/contract/index.ts";
import { pointInCircle } from "../../geo/circle.ts";
import { pointInPolygon } from "../../geo/polygon.ts";
import type { Point } from "../../geo/shapes.ts";

/** A clock that shows less has never been set (2015-01-01). */
export const CLOCK_SET_AFTER = Date.UTC(2015, 0, 1);

/** The place of a speaker. */
export interface SpeakerPlace {
  readonly regionCode: string;
  /** Without one, it is in no polygon and no circle. */
  readonly location?: { readonly longitude: number; readonly latitude: number } | undefined;
}

/** True when an order's area holds the place: its region or one above it, or its own spot; and does not exclude it. */
export function isMeant({ area }: Order, { regionCode, location }: SpeakerPlace): boolean {
  if (area.exclude?.some((code) => regionCode.startsWith(code))) return false;
  if (area.regions.some((code) => regionCode.startsWith(code))) return true;
  if (!location) return false;
  const point: Point = [location.longitude, location.latitude];
  return (
    area.polygons.some((ring) => pointInPolygon(point, ring)) ||
    area.circles.some((circle) => pointInCircle(point, circle))
  );
}

/** Nothing is aired at or after its expiry. */
export const isExpired = (order: Order, at: number): boolean => Date.parse(order.expiresAt) <= at;

/** The reason why a verified order is not for this place or this moment, by the speaker's own clock. */
export function judgeOrder(order: Order, place: SpeakerPlace, at: number): RefusalReason | undefined {
  if (at < CLOCK_SET_AFTER) return "clock_unset";
  if (Date.parse(order.issuedAt) > at + CLOCK_TOLERANCE_MS) return "not_yet_valid";
  if (isExpired(order, at)) return "expired";
  if (!isMeant(order, place)) return "wrong_area";
  return undefined;
}
