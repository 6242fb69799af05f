import { coverTest, type Limits, regionTest } from "../access/limits.ts";
import type { Db } from "../store/database.ts";
import { NO_LIMITS } from "../store/limits.ts";
import {
  findPlacedRegions,
  findSpeakers,
  regionsWithout,
  type SpeakerCandidate,
  speakersInPieces,
  type Whereabouts,
} from "../store/speakers.ts";
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

/** Whom a target means, for whoever asks whether a step may be taken. */
export interface Aim {
  /** Whether it means no living speaker at all. */
  isEmpty(): Promise<boolean>;
  /** The regions that it names, as it names them, of which a part lies beyond the limits' own. */
  regionsBeyond(limits: Limits): Promise<string[]>;
  /** Of these the ones that it names itself. */
  regionsNamedBeyond(limits: Limits): Promise<string[]>;
  /** Whether all that it names and everybody whom it means lies within the limits. */
  isWithin(limits: Limits): Promise<boolean>;
}

/** By all of its speakers, read once: for a step that goes on to do something with the same. */
export function selectAim(db: Db, target: Target): Aim & { speakers(): Promise<readonly Speaker[]> } {
  let selected: Promise<readonly Speaker[]> | undefined;
  const speakers = () => {
    selected ??= selectAllSpeakers(db, target);
    return selected;
  };
  return {
    speakers,
    isEmpty: async () => (await speakers()).length === 0,
    regionsBeyond: (limits) => findRegionsBeyond(db, target, limits),
    regionsNamedBeyond: (limits) => findNamedBeyond(db, target, regionTest(limits, "speaker")),
    isWithin: async (limits) =>
      (await findRegionsBeyond(db, target, limits)).length === 0 &&
      countOutside(await speakers(), limits) === 0,
  };
}

/** By as few of its speakers as an answer takes, where a province has 36,000. */
export function askAim(db: Db, target: Target): Aim {
  const meansOne = async (limits: Limits, side: "within" | "outside") => {
    for await (const some of speakersInPieces(db, whereaboutsOf(target), limits, side)) {
      if ((await keepMeant(target, some)).length > 0) return true;
    }
    return false;
  };
  let empty: Promise<boolean> | undefined;
  return {
    isEmpty() {
      empty ??= meansOne(NO_LIMITS, "within").then((found) => !found);
      return empty;
    },
    regionsBeyond: (limits) => findRegionsBeyond(db, target, limits),
    regionsNamedBeyond: (limits) => findNamedBeyond(db, target, regionTest(limits, "speaker")),
    isWithin: async (limits) =>
      coversWhole(limits, target) ||
      ((await findRegionsBeyond(db, target, limits)).length === 0 && !(await meansOne(limits, "outside"))),
  };
}

/** Whether the limits hold whatever the target may mean, as far as one of their areas shows by itself. */
const coversWhole = (limits: Limits, { regions, polygons, circles }: Target): boolean =>
  limits.some(
    (area) =>
      (area.kinds === "all" || area.kinds.includes("speaker")) &&
      area.tenants === "all" &&
      area.devices === "all" &&
      (area.regions === "all" ||
        (polygons.length + circles.length === 0 &&
          regions.every((region) =>
            (area.regions as readonly string[]).some((code) => region.startsWith(code)),
          ))),
  );

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
 * The regions that a target names, or whose own place lies in one of its shapes, and nobody with these limits may speak
 * for, whether a speaker stands there or not: the signed order holds for all of it, and the alert says all of it. A
 * named one counts as inside when whatever lies outside is excluded. Of what else lies in shapes only speakers are known.
 */
export async function findRegionsBeyond(db: Db, target: Target, limits: Limits): Promise<string[]> {
  const isMine = regionTest(limits, "speaker");
  const named = await findNamedBeyond(db, target, isMine);
  const drawn = (await regionsDrawn(db, target)).filter((code) => !isMine(code));
  return [...named, ...outermost(drawn).filter((code) => !named.some((other) => code.startsWith(other)))];
}

/**
 * The regions whose own place lies in the target's shapes, as far as the tree has it, which is the same for everybody.
 * A named region has them anyway, and an excluded one is not meant.
 */
async function regionsDrawn(db: Db, target: Target): Promise<string[]> {
  if (target.polygons.length + target.circles.length === 0) return [];
  const found = await findPlacedRegions(db, whereaboutsOf(target));
  return (await keepMeant(target, found)).map(({ code }) => code);
}

async function findNamedBeyond(db: Db, target: Target, isMine: (code: string) => boolean): Promise<string[]> {
  const asked = target.regions.filter((code) => !isMine(code));
  if (asked.length === 0 || !target.exclude?.length) return asked;
  const foreign = (await remainingRegions(db, target)).filter((code) => !isMine(code));
  const lengths = [...new Set(asked.map(({ length }) => length))];
  const above = new Set(foreign.flatMap((code) => lengths.map((length) => code.slice(0, length))));
  return asked.filter((code) => above.has(code));
}

/**
 * The regions that a target reaches into: its own, and of its shapes the counties of the speakers and places in them.
 * @param regions the target's `remainingRegions`
 * @param drawn regions whose own place lies in one of its shapes
 */
export function regionsReached(
  regions: readonly string[],
  speakers: readonly Speaker[],
  drawn: readonly string[] = [],
): string[] {
  const codes = new Set([...regions, ...drawn.map((code) => code.slice(0, COUNTY_DIGITS))]);
  for (const { byRegion, regionCode } of speakers)
    if (!byRegion) codes.add(regionCode.slice(0, COUNTY_DIGITS));
  return outermost([...codes]);
}

/** Regions without those that lie in another of them, by code. */
function outermost(codes: readonly string[]): string[] {
  const kept: string[] = [];
  // Sorted, a region comes right before what it contains.
  for (const code of [...codes].sort()) {
    const last = kept.at(-1);
    if (last === undefined || !code.startsWith(last)) kept.push(code);
  }
  return kept;
}

/** The speakers of a target, and the regions that it reaches into. */
export async function reachOf(
  db: Db,
  target: Target,
  known?: readonly Speaker[],
): Promise<{ speakers: readonly Speaker[]; regions: string[] }> {
  const speakers = known ?? (await selectAllSpeakers(db, target));
  const [regions, drawn] = [await remainingRegions(db, target), await regionsDrawn(db, target)];
  return { speakers, regions: regionsReached(regions, speakers, drawn) };
}
