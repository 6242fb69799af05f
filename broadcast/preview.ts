import type { Limits } from "../access/limits.ts";
import type { Db } from "../store/database.ts";
import { findVillages } from "../store/speakers.ts";
import { keepMeant } from "./area.ts";
import type { Target, Text } from "./message.ts";
import { spokenSeconds } from "./spoken-length.ts";
import { countOutside, selectAllSpeakers, whereaboutsOf } from "./targets.ts";

/** Villages by name, the first of them; `count` has all. */
export interface NamedVillages {
  readonly count: number;
  readonly items: readonly { readonly code: string; readonly name: string }[];
}

/** What would happen if a target were released now. */
export interface Preview {
  readonly speakers: number;
  readonly online: number;
  /** Speakers that the caller may not sound. Any number but 0 keeps the caller from submitting. */
  readonly outsideLimits: number;
  readonly villages: number;
  /** Villages with at least one speaker. */
  readonly villagesCovered: number;
  readonly villagesWithoutSpeaker: NamedVillages;
  /** They have speakers, and none is online. */
  readonly villagesOffline: NamedVillages;
  /** Seconds that it takes to read the texts; null without texts. */
  readonly readingSeconds: number | null;
}

const MAX_NAMED = 200;

const named = (villages: readonly { code: string; name: string }[]): NamedVillages => ({
  count: villages.length,
  items: villages.slice(0, MAX_NAMED).map(({ code, name }) => ({ code, name })),
});

/**
 * Counts what a target means. Villages are known by their region; those of a polygon or circle only where their own
 * place is known, or where one of their speakers stands in it.
 */
export async function previewTarget(
  db: Db,
  target: Target,
  limits: Limits,
  reading?: { readonly texts: readonly Text[]; readonly repeatCount: number },
): Promise<Preview> {
  const speakers = await selectAllSpeakers(db, target);
  const villages = await keepMeant(target, await findVillages(db, whereaboutsOf(target)));
  const online = new Map<string, number>();
  for (const { regionCode, connected } of speakers) {
    online.set(regionCode, (online.get(regionCode) ?? 0) + (connected ? 1 : 0));
  }
  const known = new Set(villages.map(({ code }) => code));
  const found = [...online.keys()].filter((code) => code.length === 12 && !known.has(code));
  const covered = villages.filter(({ code }) => online.has(code));
  return {
    speakers: speakers.length,
    online: speakers.filter(({ connected }) => connected).length,
    outsideLimits: countOutside(speakers, limits),
    villages: villages.length + found.length,
    villagesCovered: covered.length + found.length,
    villagesWithoutSpeaker: named(villages.filter(({ code }) => !online.has(code))),
    villagesOffline: named([
      ...covered.filter(({ code }) => online.get(code) === 0),
      ...found.filter((code) => online.get(code) === 0).map((code) => ({ code, name: code })),
    ]),
    readingSeconds:
      reading === undefined || reading.texts.length === 0
        ? null
        : Math.ceil(spokenSeconds(reading.texts, reading.repeatCount)),
  };
}
