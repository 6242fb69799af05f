import { hasTargetBeside } from "../store/broadcast-targets.ts";
import { type Broadcast, getBroadcasts } from "../store/broadcasts.ts";
import type { Db } from "../store/database.ts";
import { draftOf } from "./draft.ts";
import { isCancellable } from "./lifecycle.ts";
import type { Target } from "./message.ts";
import { selectAllSpeakers } from "./targets.ts";

/** What of a broadcast decides whether another may take its place. */
export type Replaceable = Pick<Broadcast, "id" | "mode">;

/**
 * Why `newer` may not take the place of `older`; undefined: it may. A broadcast only ever replaces one of its own
 * mode: a drill or a training never takes an actual warning off the air, and an actual one leaves a drill alone.
 */
export function refusesToReplace(newer: Pick<Broadcast, "mode">, older: Replaceable): string | undefined {
  return newer.mode === older.mode
    ? undefined
    : `${older.id} is ${MODE_WORDS[older.mode]}, and ${MODE_WORDS[newer.mode]} never replaces it`;
}

const MODE_WORDS = { actual: "an actual one", drill: "a drill", training: "a training" } as const;

/**
 * For asking of several broadcasts whether somebody hears one of them, or would, whom a target does not mean. The
 * target's speakers are read once, when the first is asked of.
 */
export function beyondTest(db: Db, target: Target): (old: Broadcast) => Promise<boolean> {
  let reading: Promise<ReadonlySet<number>> | undefined;
  const read = async () => new Set((await selectAllSpeakers(db, target)).map(({ deviceNo }) => deviceNo));
  return async (old) => {
    reading ??= read();
    const meant = await reading;
    if (old.releasedAt !== null) return hasTargetBeside(db, old.broadcastNo, [...meant]);
    const others = await selectAllSpeakers(db, draftOf(old).target);
    return others.some(({ deviceNo }) => !meant.has(deviceNo));
  };
}

/** Looked at of one that is to replace many. */
const MOST_REPLACED = 20;

/** Of what a broadcast would end by its release that which reaches further: it ends also where this is not heard. */
export async function findWider(db: Db, broadcast: Broadcast, now: Date): Promise<Broadcast[]> {
  if (broadcast.releasedAt !== null || broadcast.replacesNos.length === 0) return [];
  const reachesBeyond = beyondTest(db, draftOf(broadcast).target);
  const wider: Broadcast[] = [];
  for (const old of (await getBroadcasts(db, broadcast.replacesNos)).slice(-MOST_REPLACED)) {
    const isEnded = isCancellable(old, now) && refusesToReplace(broadcast, old) === undefined;
    if (isEnded && (await reachesBeyond(old))) wider.push(old);
  }
  return wider;
}
