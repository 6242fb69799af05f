import type { Broadcast } from "../store/broadcasts.ts";

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
