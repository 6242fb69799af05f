import {
  type Broadcast,
  compareWithSubmission,
  type FirstNamed,
  findShared,
  type NamedVillage,
  readWithoutSpeaker,
  type SharedBroadcast,
  type StockChange,
} from "../../store/broadcast/index.ts";
import type { Db } from "../../store/database/index.ts";
import { draftOf } from "../drafting/index.ts";
import { airedUntil, type BroadcastCaller, findWider, seesBroadcast } from "../lifecycle/index.ts";
import { byUrgency } from "../message/index.ts";
import { type Counted, countTarget, type Preview } from "../targets/index.ts";

/** Another broadcast that some of the speakers play, or wait to play. */
export interface ConcurrentBroadcast {
  /** Null where the caller does not see the other one. */
  readonly id: string | null;
  readonly headline: string | null;
  readonly class: SharedBroadcast["class"];
  readonly level: number;
  readonly mode: string;
  readonly startsAt: Date | null;
  readonly expiresAt: Date;
  /** The number of the speakers that have it, and the number that play it now. */
  readonly speakers: number;
  readonly playing: number;
  /** Which of the two waits or is interrupted there; `ends` when this one takes the other's place. */
  readonly givesWay: "this" | "other" | "ends";
}

/** The differences of a target from its meaning at the submission. */
export interface ChangedSinceSubmission extends StockChange {
  /** Null for a caller who sees the speakers of some owners only: those of others would show in it. */
  readonly villagesWithoutSpeaker: VillageChange | null;
  readonly possiblyWithoutSpeaker: VillageChange | null;
}

export interface VillageChange {
  readonly added: FirstNamed<NamedVillage>;
  readonly removed: FirstNamed<NamedVillage>;
}

/** The preview for people who decide on a broadcast. */
export interface StoredPreview extends Preview {
  /** The end of airing, if it were released now, or as it was released; null for one that never will be. */
  readonly airedUntil: Date | null;
  readonly conflicts: readonly ConcurrentBroadcast[];
  /** Ids of broadcasts that it replaces and that reach further: they end also where this one is not heard. */
  readonly replacesWider: readonly string[];
  /** Null for one that was never submitted, or was submitted before the platform recorded the stock. */
  readonly changedSinceSubmission: ChangedSinceSubmission | null;
}

const MAX_NAMED = 200;
/** More villages than a province has. */
const ALL = 100_000;

/** The speakers and villages that a broadcast's target would reach now, within the caller's limits. */
export async function previewBroadcast(
  db: Db,
  broadcast: Broadcast,
  { actor, sees }: Pick<BroadcastCaller, "actor" | "sees">,
  now: Date,
): Promise<StoredPreview> {
  const { target, texts, repeatCount } = draftOf(broadcast);
  const counted = await countTarget(db, target, sees, {
    texts,
    repeatCount,
  });
  const { preview, speakers } = counted;
  return {
    ...preview,
    airedUntil: airedUntil(broadcast, now),
    conflicts: await findConcurrent(db, broadcast, speakers, { actor, sees }, now),
    replacesWider: (await findWider(db, broadcast, counted.allSpeakers, now))
      .filter((old) => seesBroadcast(sees, actor.tenantId, old))
      .map(({ id }) => id),
    changedSinceSubmission: await changesOf(db, broadcast, counted, sees),
  };
}

/** A broadcast that is stored, or that somebody thinks of. */
type Rival = Pick<Broadcast, "class" | "level" | "mode"> &
  Partial<Pick<Broadcast, "broadcastNo" | "replacesNos">>;

/** The broadcasts that play or wait on these speakers now, and which of them would give way. */
export async function findConcurrent(
  db: Db,
  broadcast: Rival,
  speakers: Counted["speakers"],
  { actor, sees }: Pick<BroadcastCaller, "actor" | "sees">,
  now: Date,
): Promise<ConcurrentBroadcast[]> {
  const numbers = speakers.map(({ deviceNo }) => deviceNo);
  const shared = await findShared(db, numbers, broadcast.broadcastNo, now);
  return shared.map((other) => {
    const isSeen = seesBroadcast(sees, actor.tenantId, other);
    return {
      id: isSeen ? other.id : null,
      headline: isSeen ? other.headline : null,
      class: other.class,
      level: other.level,
      mode: other.mode,
      startsAt: other.startsAt,
      expiresAt: other.expiresAt,
      speakers: other.speakers,
      playing: other.playing,
      givesWay: givesWay(broadcast, other),
    };
  });
}

/** A broadcast that is as urgent as the playing one waits for its end. */
function givesWay(broadcast: Rival, other: SharedBroadcast): ConcurrentBroadcast["givesWay"] {
  if (broadcast.replacesNos?.includes(other.broadcastNo)) return "ends";
  return byUrgency(broadcast, other) < 0 ? "other" : "this";
}

async function changesOf(
  db: Db,
  { broadcastNo }: Broadcast,
  { speakers, villagesWithoutSpeaker, possiblyWithoutSpeaker }: Counted,
  sees: BroadcastCaller["sees"],
): Promise<ChangedSinceSubmission | null> {
  const now = {
    deviceNos: speakers.map(({ deviceNo }) => deviceNo),
    onlineNos: speakers.filter(({ connected }) => connected).map(({ deviceNo }) => deviceNo),
  };
  const changes = await compareWithSubmission(db, broadcastNo, now, sees, MAX_NAMED);
  const before = await readWithoutSpeaker(db, broadcastNo, "submission", sees, ALL);
  if (changes === undefined || before === undefined) return null;
  // The kept stock holds all speakers, the present count only those that the caller sees.
  if (sees.some(({ tenants, devices }) => tenants !== "all" || devices !== "all"))
    return { ...changes, villagesWithoutSpeaker: null, possiblyWithoutSpeaker: null };
  return {
    ...changes,
    villagesWithoutSpeaker: differ(before.villagesWithoutSpeaker.items, villagesWithoutSpeaker),
    possiblyWithoutSpeaker: differ(before.possiblyWithoutSpeaker.items, possiblyWithoutSpeaker),
  };
}

function differ(before: readonly NamedVillage[], after: readonly NamedVillage[]): VillageChange {
  const without = (
    list: readonly NamedVillage[],
    other: readonly NamedVillage[],
  ): FirstNamed<NamedVillage> => {
    const codes = new Set(other.map(({ code }) => code));
    const rest = list.filter(({ code }) => !codes.has(code));
    return { count: rest.length, items: rest.slice(0, MAX_NAMED).map(({ code, name }) => ({ code, name })) };
  };
  return { added: without(after, before), removed: without(before, after) };
}
