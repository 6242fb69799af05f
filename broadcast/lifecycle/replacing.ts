import { countPoints } from "../../geo/shapes.ts";
import { type Broadcast, getBroadcasts, hasTargetBeside } from "../../store/broadcast/index.ts";
import type { Db } from "../../store/database/index.ts";
import { draftOf } from "../drafting/index.ts";
import type { Target } from "../message/index.ts";
import { type MeantSpeaker, selectAllSpeakers } from "../targets/index.ts";
import { isCancellable } from "./lifecycle.ts";

/** The fields of a broadcast that decide if another may take its place. */
export type Replaceable = Pick<Broadcast, "id" | "mode">;

/**
 * The reason why `newer` may not take the place of `older`; undefined when it may. A broadcast only ever replaces one
 * of its own mode: a drill or a training never takes an actual warning off the air, and an actual one leaves a drill
 * alone.
 */
export function refusesToReplace(newer: Pick<Broadcast, "mode">, older: Replaceable): string | undefined {
  return newer.mode === older.mode
    ? undefined
    : `${older.id} is ${MODE_WORDS[older.mode]}, and ${MODE_WORDS[newer.mode]} never replaces it`;
}

const MODE_WORDS = { actual: "an actual one", drill: "a drill", training: "a training" } as const;

/**
 * Makes a test, for several broadcasts, that people hear one of them, or would, whom a target does not mean.
 * @param readMeant the target's speakers: read once, with the first broadcast
 */
export function beyondTest(
  db: Db,
  readMeant: () => Promise<readonly MeantSpeaker[]>,
  read = readEachOnce(db),
): (old: Broadcast) => Promise<boolean> {
  let reading: Promise<ReadonlySet<number>> | undefined;
  const numbers = async () => new Set((await readMeant()).map(({ deviceNo }) => deviceNo));
  return async (old) => {
    reading ??= numbers();
    const meant = await reading;
    if (old.releasedAt !== null) return hasTargetBeside(db, old.broadcastNo, [...meant]);
    const others = await read(draftOf(old).target);
    return others.some(({ deviceNo }) => !meant.has(deviceNo));
  };
}

const MOST_POINTS_COMPARED = 2_000;
/** A province has 36,000 speakers. */
const TARGETS_IN_MEMORY = 4;

/**
 * Reads the speakers of targets, and those of the same target in a row only once: the messages of an alert often share
 * one.
 */
export function readEachOnce(db: Db): (target: Target) => Promise<readonly MeantSpeaker[]> {
  const known = new Map<string | Target, Promise<readonly MeantSpeaker[]>>();
  return (target) => {
    // Writing a shape of 50,000 points as text would hold the thread up; an alert has room for one or two of them.
    const points = countPoints(target.polygons);
    const key = points > MOST_POINTS_COMPARED ? target : JSON.stringify(target);
    const found = known.get(key) ?? selectAllSpeakers(db, target);
    known.delete(key);
    known.set(key, found);
    const [oldest] = known.keys();
    if (known.size > TARGETS_IN_MEMORY) known.delete(oldest!);
    return found;
  };
}

/** The most that are looked at when one is to replace many: each may mean another province, of 36,000 speakers. */
export const MOST_REPLACED = 20;

/**
 * Among the broadcasts that this one would end by its release, those that reach further: they end also where this is
 * not heard.
 * @param speakers all of its target
 */
export async function findWider(
  db: Db,
  broadcast: Broadcast,
  speakers: readonly MeantSpeaker[],
  now: Date,
): Promise<Broadcast[]> {
  if (broadcast.releasedAt !== null || broadcast.replacesNos.length === 0) return [];
  const reachesBeyond = beyondTest(db, async () => speakers);
  const wider: Broadcast[] = [];
  for (const old of (await getBroadcasts(db, broadcast.replacesNos)).slice(-MOST_REPLACED)) {
    const isEnded = isCancellable(old, now) && refusesToReplace(broadcast, old) === undefined;
    if (isEnded && (await reachesBeyond(old))) wider.push(old);
  }
  return wider;
}
