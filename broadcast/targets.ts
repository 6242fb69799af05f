import { coverTest, type Limits } from "../access/limits.ts";
import type { Db } from "../store/database.ts";
import { NO_LIMITS } from "../store/limits.ts";
import { findSpeakers, regionsWithout, type SpeakerCandidate, type Whereabouts } from "../store/speakers.ts";
import { boxesOf, keepMeant } from "./area.ts";
import type { Target } from "./message.ts";

/** A speaker that a target means. */
export type Speaker = SpeakerCandidate;

/** Where the database has to look for whatever a target means. */
export const whereaboutsOf = (target: Target): Whereabouts => ({
  regions: target.regions,
  boxes: boxesOf(target),
  exclude: target.exclude ?? [],
});

/** The living speakers that a target means, within the limits. One without a location is found by region only. */
export const selectSpeakers = async (db: Db, target: Target, limits: Limits): Promise<Speaker[]> =>
  keepMeant(target, await findSpeakers(db, whereaboutsOf(target), limits));

/** All speakers of a target, for the platform's own work: a person's limits are compared with them afterwards. */
export const selectAllSpeakers = (db: Db, target: Target): Promise<Speaker[]> =>
  selectSpeakers(db, target, NO_LIMITS);

/** How many of the speakers lie outside the limits. */
export function countOutside(speakers: readonly Speaker[], limits: Limits): number {
  const isCovered = coverTest(limits);
  let count = 0;
  for (const { id, regionCode, tenantId } of speakers) {
    if (!isCovered({ id, regionCode, tenantId, kind: "speaker" })) count++;
  }
  return count;
}

const COUNTY_DIGITS = 6;

/** The regions of a target that nothing is taken out of: the children of those that a part was excluded from. */
export const remainingRegions = (db: Db, { regions, exclude = [] }: Target): Promise<string[]> =>
  regionsWithout(db, regions, exclude);

/**
 * The regions that a target reaches into: its own, and of its shapes the counties of the speakers in them.
 * @param regions the target's `remainingRegions`
 */
export function regionsReached(regions: readonly string[], speakers: readonly Speaker[]): string[] {
  const codes = new Set(regions);
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

/** The speakers of a target, and the regions that it reaches into. */
export async function reachOf(db: Db, target: Target): Promise<{ speakers: Speaker[]; regions: string[] }> {
  const speakers = await selectAllSpeakers(db, target);
  return { speakers, regions: regionsReached(await remainingRegions(db, target), speakers) };
}
