import { coverTest, type Limits, reachesKinds, regionsOfKinds, regionTest } from "../../access/limits.ts";
import { kindsWith } from "../../devices/catalog.ts";
import { type Db, NO_LIMITS } from "../../store/database/index.ts";
import {
  findPlacedRegions,
  findSpeakers,
  regionsWithout,
  type SpeakerCandidate,
  speakersInPieces,
  type Whereabouts,
} from "../../store/devices/index.ts";
import type { Target } from "../message/index.ts";
import { boxesOf, keepMeant } from "./area.ts";

/** A speaker that a target means. */
export type MeantSpeaker = SpeakerCandidate;

/** The places where the database has to look for the speakers of a target. */
export const whereaboutsOf = (target: Target): Whereabouts => ({
  regions: target.regions,
  boxes: boxesOf(target),
  exclude: target.exclude ?? [],
});

/** The living speakers that a target means, within the limits. A speaker without a location is found by region only. */
export const selectSpeakers = async (db: Db, target: Target, limits: Limits): Promise<MeantSpeaker[]> =>
  keepMeant(target, await findSpeakers(db, kindsWith("sounds"), whereaboutsOf(target), limits));

/** All speakers of a target, for the platform's own work: a person's limits are compared with them afterwards. */
export const selectAllSpeakers = (db: Db, target: Target): Promise<MeantSpeaker[]> =>
  selectSpeakers(db, target, NO_LIMITS);

/** The speakers and regions of a target, for the check of a step. */
export interface Aim {
  /** True when it means no living speaker at all. */
  isEmpty(): Promise<boolean>;
  /** The regions that it names, as it names them, of which a part lies beyond the limits' own. */
  regionsBeyond(limits: Limits): Promise<string[]>;
  /** Those among them that it names itself. */
  regionsNamedBeyond(limits: Limits): Promise<string[]>;
  /** True when everything that it names and every speaker that it means lies within the limits. */
  isWithin(limits: Limits): Promise<boolean>;
}

/**
 * By all of its speakers, read once: for a step that goes on to do something with the same. `reached` has the regions
 * that it reaches into.
 * @param known its speakers, where the caller has read them
 */
export function selectAim(
  db: Db,
  target: Target,
  known?: readonly MeantSpeaker[],
): Aim & { speakers(): Promise<readonly MeantSpeaker[]>; reached(): Promise<string[]> } {
  const { remaining, drawn, ...land } = landOf(db, target);
  let selected = known && Promise.resolve(known);
  const speakers = () => {
    selected ??= selectAllSpeakers(db, target);
    return selected;
  };
  return {
    ...land,
    speakers,
    reached: async () => regionsReached(await remaining(), await speakers(), await drawn()),
    isEmpty: async () => (await speakers()).length === 0,
    isWithin: async (limits) =>
      (await land.regionsBeyond(limits)).length === 0 && countOutside(await speakers(), limits) === 0,
  };
}

/** By as few of its speakers as an answer takes, where a province has 36,000. */
export function askAim(db: Db, target: Target): Aim {
  const meansOne = async (limits: Limits, side: "within" | "outside") => {
    const pieces = speakersInPieces(db, kindsWith("sounds"), whereaboutsOf(target), limits, side);
    for await (const some of pieces) {
      if ((await keepMeant(target, some)).length > 0) return true;
    }
    return false;
  };
  const { regionsBeyond, regionsNamedBeyond } = landOf(db, target);
  let empty: Promise<boolean> | undefined;
  return {
    isEmpty() {
      empty ??= meansOne(NO_LIMITS, "within").then((found) => !found);
      return empty;
    },
    regionsBeyond,
    regionsNamedBeyond,
    isWithin: async (limits) =>
      coversWhole(limits, target) ||
      ((await regionsBeyond(limits)).length === 0 && !(await meansOne(limits, "outside"))),
  };
}

/**
 * True when the limits hold everything that the target may mean, as far as one of their areas shows by itself for a
 * kind.
 */
const coversWhole = (limits: Limits, { regions, polygons, circles }: Target): boolean =>
  kindsWith("sounds").every((kind) =>
    limits.some(
      (area) =>
        reachesKinds(area, [kind]) &&
        area.tenants === "all" &&
        area.devices === "all" &&
        (area.regions === "all" ||
          (polygons.length + circles.length === 0 &&
            regions.every((region) =>
              (area.regions as readonly string[]).some((code) => region.startsWith(code)),
            ))),
    ),
  );

/** The regions in which the limits hold all that sounds, outermost ones only; undefined: everywhere. */
export function ownRegions(limits: Limits): string[] | undefined {
  const codes = regionsOfKinds(limits, kindsWith("sounds"));
  if (codes === "all") return undefined;
  return [...new Set(codes)].filter((code) => !codes.some((one) => one !== code && code.startsWith(one)));
}

/** The number of the speakers outside the limits. */
export function countOutside(speakers: readonly MeantSpeaker[], limits: Limits): number {
  const isCovered = coverTest(limits);
  let count = 0;
  for (const speaker of speakers) if (!isCovered(speaker)) count++;
  return count;
}

const COUNTY_DIGITS = 6;

/** The regions of a target from which nothing is taken out: the children of those of which a part was excluded. */
export const remainingRegions = (db: Db, { regions, exclude = [] }: Target): Promise<string[]> =>
  regionsWithout(db, regions, exclude);

interface Land extends Pick<Aim, "regionsBeyond" | "regionsNamedBeyond"> {
  /** `remainingRegions` */
  remaining(): Promise<string[]>;
  /** `regionsDrawn` */
  drawn(): Promise<string[]>;
}

/**
 * The regions that a target names, or whose own place lies in one of its shapes, and those among them for which nobody
 * with some limits may speak, whether a speaker stands there or not: the signed order holds for all of it, and the
 * alert names all of it. A named one counts as inside when everything outside is excluded. In shapes only speakers are
 * known besides. Both lists are read once, however many limits they are compared with.
 */
function landOf(db: Db, target: Target): Land {
  let remainingOnes: Promise<string[]> | undefined;
  const remaining = () => {
    remainingOnes ??= remainingRegions(db, target);
    return remainingOnes;
  };
  let drawnOnes: Promise<string[]> | undefined;
  const drawn = () => {
    drawnOnes ??= regionsDrawn(db, target);
    return drawnOnes;
  };
  const namedBeyond = async (isMine: (code: string) => boolean) => {
    const asked = target.regions.filter((code) => !isMine(code));
    if (asked.length === 0 || !target.exclude?.length) return asked;
    const foreign = (await remaining()).filter((code) => !isMine(code));
    const lengths = [...new Set(asked.map(({ length }) => length))];
    const above = new Set(foreign.flatMap((code) => lengths.map((length) => code.slice(0, length))));
    return asked.filter((code) => above.has(code));
  };
  return {
    remaining,
    drawn,
    regionsNamedBeyond: (limits) => namedBeyond(regionTest(limits, kindsWith("sounds"))),
    async regionsBeyond(limits) {
      const isMine = regionTest(limits, kindsWith("sounds"));
      const named = await namedBeyond(isMine);
      const foreign = outermost((await drawn()).filter((code) => !isMine(code)));
      return [...named, ...foreign.filter((code) => !named.some((other) => code.startsWith(other)))];
    },
  };
}

/**
 * The regions whose own place lies in the target's shapes, as far as the tree has it; the same for every caller. A
 * named region has them anyway, and an excluded one is not meant.
 */
async function regionsDrawn(db: Db, target: Target): Promise<string[]> {
  if (target.polygons.length + target.circles.length === 0) return [];
  const found = await findPlacedRegions(db, whereaboutsOf(target));
  return (await keepMeant(target, found)).map(({ code }) => code);
}

/**
 * The regions that a target reaches into: its own, and for its shapes the counties of the speakers and places in them.
 * @param regions the target's `remainingRegions`
 * @param drawn regions whose own place lies in one of its shapes
 */
export function regionsReached(
  regions: readonly string[],
  speakers: readonly MeantSpeaker[],
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
  // Sorted, a region comes right before those that it contains.
  for (const code of [...codes].sort()) {
    const last = kept.at(-1);
    if (last === undefined || !code.startsWith(last)) kept.push(code);
  }
  return kept;
}
