import { amongTest, coverTest, type Limits } from "../../access/limits.ts";
import {
  type FirstNamed,
  knownVillages,
  type NamedVillage,
  type Stock,
  type WithoutSpeaker,
} from "../../store/broadcast/index.ts";
import { type Db, limitsRegions, NO_LIMITS } from "../../store/database/index.ts";
import { findVillages } from "../../store/devices/index.ts";
import { nameRegionsInBoth } from "../../store/places/index.ts";
import { spokenSeconds, type Target, type Text } from "../message/index.ts";
import { keepMeant } from "./area.ts";
import { askAim, type MeantSpeaker, selectAllSpeakers, whereaboutsOf } from "./targets.ts";
import { findUnplaced } from "./unplaced-villages.ts";

/**
 * The reach of a target if it were released now, as far as the caller may see: speakers and villages beyond the
 * caller's limits are neither counted nor named.
 */
export interface Preview extends WithoutSpeaker {
  readonly speakers: number;
  readonly online: number;
  /**
   * True when it means at least one speaker, and neither names nor means anything beyond. Otherwise the caller cannot
   * submit it.
   */
  readonly withinLimits: boolean;
  /** Regions beyond the limits' own: named ones, in part and not excluded, and those whose place lies in a shape. */
  readonly beyond: readonly string[];
  /** Null where the target has shapes, and it is not known which villages lie in them. */
  readonly villages: number | null;
  /** Villages with at least one speaker. */
  readonly villagesCovered: number;
  /** Villages that have speakers of which none is online. */
  readonly villagesOffline: FirstNamed<NamedVillage>;
  readonly byTownship: readonly TownshipPreview[];
  /** Each village by itself, in the order of codes; null where there are more than `MAX_VILLAGES`. */
  readonly byVillage: readonly VillagePreview[] | null;
  /** Seconds that it takes to read the texts; null without texts. */
  readonly readingSeconds: number | null;
}

export interface TownshipPreview {
  /** Of the township, or of the region above it that a speaker stands in. */
  readonly regionCode: string;
  readonly name: string | null;
  readonly speakers: number;
  readonly online: number;
  /** Null as above. */
  readonly villages: number | null;
  readonly villagesCovered: number;
}

/** A village that the target means, with its speakers there. */
export interface VillagePreview {
  readonly regionCode: string;
  readonly name: string;
  readonly speakers: number;
  readonly online: number;
}

const MAX_NAMED = 200;
/** More than any county has: nobody looks at the villages of a province one by one. */
const MAX_VILLAGES = 1000;
const TOWNSHIP_DIGITS = 9;
const VILLAGE_DIGITS = 12;

const named = (villages: readonly NamedVillage[]): FirstNamed<NamedVillage> => ({
  count: villages.length,
  items: villages.slice(0, MAX_NAMED).map(({ code, name }) => ({ code, name })),
});

/** True when a region lies in one of those that the limits name. */
function isAmong(limits: Limits): (code: string) => boolean {
  const codes = limitsRegions(limits);
  return codes === null ? () => true : amongTest(codes);
}

/** A preview, and the speakers and villages behind its counts. */
export interface Counted {
  readonly preview: Preview;
  readonly speakers: readonly MeantSpeaker[];
  /** Includes those beyond the limits. */
  readonly allSpeakers: readonly MeantSpeaker[];
  /** All of them. */
  readonly villagesWithoutSpeaker: readonly NamedVillage[];
  readonly possiblyWithoutSpeaker: readonly NamedVillage[];
}

/**
 * Counts the speakers and villages that a target means. Villages are known by their region; those of a polygon or
 * circle only where their own place is known, or where one of their speakers stands in it. An unknown count is null,
 * and never 0.
 */
export async function countTarget(
  db: Db,
  target: Target,
  limits: Limits,
  reading?: { readonly texts: readonly Text[]; readonly repeatCount: number },
): Promise<Counted> {
  const all = await selectAllSpeakers(db, target);
  const isCovered = coverTest(limits);
  const speakers = all.filter(isCovered);
  const isMine = isAmong(limits);
  const beyond = await askAim(db, target).regionsBeyond(limits);
  const found = await findVillages(db, whereaboutsOf(target));
  const villages = await keepMeant(
    target,
    found.filter(({ code }) => isMine(code)),
  );
  const online = onlineByRegion(speakers);
  const nameless = await villagesOfSpeakers(db, villages, online);
  const covered = [...villages.filter(({ code }) => online.has(code)), ...nameless];
  const villagesWithoutSpeaker = villages.filter(({ code }) => !online.has(code));
  const unplaced = await findUnplaced(db, target, speakers, limits, isMine);
  const { villagesUnknown, possiblyWithoutSpeaker } = unplaced;
  const preview = {
    speakers: speakers.length,
    online: speakers.filter(({ connected }) => connected).length,
    withinLimits: speakers.length > 0 && speakers.length === all.length && beyond.length === 0,
    beyond,
    villages: villagesUnknown ? null : villages.length + nameless.length,
    villagesCovered: covered.length,
    villagesWithoutSpeaker: knownVillages(named(villagesWithoutSpeaker), villagesUnknown),
    possiblyWithoutSpeaker: named(possiblyWithoutSpeaker),
    villagesOffline: named(covered.filter(({ code }) => online.get(code) === 0)),
    byTownship: (await byTownship(db, speakers, [...villages, ...nameless], online)).map((township) => {
      const isWhole = target.regions.some((code) => township.regionCode.startsWith(code));
      return villagesUnknown && !isWhole ? { ...township, villages: null } : township;
    }),
    byVillage: byVillage(speakers, [...villages, ...nameless]),
    readingSeconds:
      reading === undefined || reading.texts.length === 0
        ? null
        : Math.ceil(spokenSeconds(reading.texts, reading.repeatCount)),
  };
  return { preview, speakers, allSpeakers: all, villagesWithoutSpeaker, possiblyWithoutSpeaker };
}

/** The number of speakers online, by the region in which they stand; 0 where all are offline. */
function onlineByRegion(speakers: readonly MeantSpeaker[]): Map<string, number> {
  const online = new Map<string, number>();
  for (const { regionCode, connected } of speakers) {
    online.set(regionCode, (online.get(regionCode) ?? 0) + (connected ? 1 : 0));
  }
  return online;
}

/** The speakers of each village; null where there are too many of them. */
function byVillage(
  speakers: readonly MeantSpeaker[],
  villages: readonly NamedVillage[],
): VillagePreview[] | null {
  if (villages.length > MAX_VILLAGES) return null;
  const counts = new Map(villages.map(({ code }) => [code, { speakers: 0, online: 0 }]));
  for (const { regionCode, connected } of speakers) {
    const village = counts.get(regionCode);
    if (!village) continue;
    village.speakers++;
    if (connected) village.online++;
  }
  return villages
    .map(({ code, name }) => ({ regionCode: code, name, ...counts.get(code)! }))
    .sort((a, b) => (a.regionCode < b.regionCode ? -1 : 1));
}

/** Villages that are known only because one of their speakers stands in a shape. */
async function villagesOfSpeakers(
  db: Db,
  villages: readonly NamedVillage[],
  online: ReadonlyMap<string, number>,
): Promise<NamedVillage[]> {
  const known = new Set(villages.map(({ code }) => code));
  const codes = [...online.keys()].filter((code) => code.length === VILLAGE_DIGITS && !known.has(code));
  if (codes.length === 0) return [];
  const names = await nameRegionsInBoth(db, codes);
  return codes.sort().map((code) => ({ code, name: names.get(code)?.zh ?? code }));
}

/** The same counts for each township, in the order of codes. */
async function byTownship(
  db: Db,
  speakers: readonly MeantSpeaker[],
  villages: readonly NamedVillage[],
  online: ReadonlyMap<string, number>,
): Promise<TownshipPreview[]> {
  const none = () => ({ speakers: 0, online: 0, villages: 0, villagesCovered: 0 });
  const counts = new Map<string, ReturnType<typeof none>>();
  const of = (code: string) => {
    const key = code.slice(0, TOWNSHIP_DIGITS);
    const known = counts.get(key) ?? none();
    counts.set(key, known);
    return known;
  };
  for (const { regionCode, connected } of speakers) {
    const township = of(regionCode);
    township.speakers++;
    if (connected) township.online++;
  }
  for (const { code } of villages) {
    const township = of(code);
    township.villages++;
    if (online.has(code)) township.villagesCovered++;
  }
  const codes = [...counts.keys()].sort();
  const names = await nameRegionsInBoth(db, codes);
  return codes.map((regionCode) => ({
    regionCode,
    name: names.get(regionCode)?.zh ?? null,
    ...counts.get(regionCode)!,
  }));
}

/** The present meaning of the whole target, for keeping: without limits. */
export async function takeStock(db: Db, target: Target, speakers: readonly MeantSpeaker[]): Promise<Stock> {
  const villages = await keepMeant(target, await findVillages(db, whereaboutsOf(target)));
  const withSpeaker = new Set(speakers.map(({ regionCode }) => regionCode));
  return {
    deviceNos: speakers.map(({ deviceNo }) => deviceNo),
    onlineNos: speakers.filter(({ connected }) => connected).map(({ deviceNo }) => deviceNo),
    villagesWithoutSpeaker: villages.filter(({ code }) => !withSpeaker.has(code)),
    ...(await findUnplaced(db, target, speakers, NO_LIMITS)),
  };
}
