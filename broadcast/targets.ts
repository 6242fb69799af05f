import { covers, type Limits } from "../access/limits.ts";
import { boxAroundCircle, pointInCircle } from "../geo/circle.ts";
import { pointInPolygon } from "../geo/polygon.ts";
import { boundingBox } from "../geo/shapes.ts";
import type { Db } from "../store/database.ts";
import { NO_LIMITS } from "../store/limits.ts";
import { findSpeakers, type SpeakerCandidate, type Whereabouts } from "../store/speakers.ts";
import type { Target } from "./message.ts";

/** A speaker that a target means. */
export type Speaker = SpeakerCandidate;

interface Place {
  readonly longitude: number;
  readonly latitude: number;
}

/** Where the database has to look for whatever a target means. */
export function whereaboutsOf({ regions, polygons, circles }: Target): Whereabouts {
  return { regions, boxes: [...polygons.map((ring) => boundingBox(ring)), ...circles.map(boxAroundCircle)] };
}

/** Whether a place lies in one of a target's shapes. */
export const inShapes = ({ polygons, circles }: Target, place: Place): boolean =>
  polygons.some((ring) => pointInPolygon([place.longitude, place.latitude], ring)) ||
  circles.some((circle) => pointInCircle([place.longitude, place.latitude], circle));

/** Whether a target means what was found for it by region or by box. */
export const meant = (target: Target, found: { byRegion: boolean; location: Place | null }): boolean =>
  found.byRegion || (found.location !== null && inShapes(target, found.location));

/** The living speakers that a target means, within the limits. One without a location is found by region only. */
export async function selectSpeakers(db: Db, target: Target, limits: Limits): Promise<Speaker[]> {
  const candidates = await findSpeakers(db, whereaboutsOf(target), limits);
  return candidates.filter((candidate) => meant(target, candidate));
}

/** All speakers of a target, for the platform's own work: a person's limits are compared with them afterwards. */
export const selectAllSpeakers = (db: Db, target: Target): Promise<Speaker[]> =>
  selectSpeakers(db, target, NO_LIMITS);

/** How many of the speakers lie outside the limits. */
export const countOutside = (speakers: readonly Speaker[], limits: Limits): number =>
  speakers.filter((speaker) => !covers(limits, { ...speaker, kind: "speaker" })).length;

const COUNTY_DIGITS = 6;

/** The regions that a target reaches into: its own, and of its shapes the counties of the speakers in them. */
export function regionsReached(target: Target, speakers: readonly Speaker[]): string[] {
  const codes = new Set(target.regions);
  for (const { byRegion, regionCode } of speakers)
    if (!byRegion) codes.add(regionCode.slice(0, COUNTY_DIGITS));
  const sorted = [...codes].sort();
  // Sorted, a region comes right before what it contains.
  const outermost: string[] = [];
  for (const code of sorted) {
    const last = outermost.at(-1);
    if (last === undefined || !code.startsWith(last)) outermost.push(code);
  }
  return outermost;
}
