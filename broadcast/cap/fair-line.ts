import { PlatformError } from "../../base/errors.ts";

/** How many may wait. */
export interface FairLineLimits {
  /** Of one caller: whoever sends many waits behind the own ones. */
  readonly perCaller: number;
  readonly all: number;
  /** What waits, for whoever is refused, e.g. "large alerts". */
  readonly what: string;
}

/**
 * A queue in which callers take turns: behind a caller who sends many, another one waits for one of them at most. When it
 * is full, the last of whoever has the most in it gives way to somebody who has two fewer: a few cannot fill it for all.
 */
export interface FairLine<T> {
  /**
   * @returns what gave way for it, which waits no longer, with the error for it
   * @throws PlatformError `cap_busy` when too many of this caller's, or of all callers', wait
   */
  push(caller: string, item: T): { readonly item: T; readonly error: PlatformError } | undefined;
  /** The next one; undefined: nobody waits. */
  shift(): T | undefined;
  /** Everything that waits, which waits no longer. */
  drain(): T[];
}

export function createFairLine<T>({ perCaller, all, what }: FairLineLimits): FairLine<T> {
  /** In the order of their turns. */
  const waiting = new Map<string, T[]>();
  let count = 0;
  const busy = (message: string) => new PlatformError("cap_busy", message, { retryAfterSeconds: 5 });

  /** Takes the last item of the longest line out, for somebody with so many in the own one. */
  function giveWay(own: number): { readonly item: T; readonly error: PlatformError } {
    const error = busy(`${count} ${what} wait: try again`);
    const [longest] = [...waiting].sort(([, one], [, other]) => other.length - one.length);
    if (longest === undefined || longest[1].length < own + 2) throw error;
    const [caller, items] = longest;
    waiting.set(caller, items.slice(0, -1));
    count -= 1;
    return { item: items.at(-1)!, error };
  }

  return {
    push(caller, item) {
      const own = waiting.get(caller) ?? [];
      if (own.length >= perCaller) throw busy(`${own.length} ${what} of yours wait: try again`);
      const gaveWay = count >= all ? giveWay(own.length) : undefined;
      waiting.set(caller, [...own, item]);
      count += 1;
      return gaveWay;
    },
    shift() {
      const [turn] = waiting;
      if (turn === undefined) return undefined;
      const [caller, [item, ...rest]] = turn;
      waiting.delete(caller);
      if (rest.length > 0) waiting.set(caller, rest);
      count -= 1;
      return item;
    },
    drain() {
      const items = [...waiting.values()].flat();
      waiting.clear();
      count = 0;
      return items;
    },
  };
}

/** Runs what callers ask for, some at a time, in the turns of a fair line. */
export interface FairTurns {
  /** @throws PlatformError `cap_busy`, and whatever the work throws */
  run<T>(caller: string, work: () => Promise<T>): Promise<T>;
}

export function createFairTurns({
  atOnce,
  ...limits
}: FairLineLimits & { readonly atOnce: number }): FairTurns {
  const line = createFairLine<{ go: () => void; refuse: (error: Error) => void }>(limits);
  let running = 0;
  return {
    async run(caller, work) {
      if (running < atOnce) running += 1;
      // Whoever ends hands the turn on, so that nobody comes in between.
      else {
        await new Promise<void>((go, refuse) => {
          const gaveWay = line.push(caller, { go, refuse });
          gaveWay?.item.refuse(gaveWay.error);
        });
      }
      try {
        return await work();
      } finally {
        const next = line.shift();
        if (next) next.go();
        else running -= 1;
      }
    },
  };
}

/** Judged alerts that wait to be taken at most. */
export const MAX_IMPORTS = 50;
export const MAX_IMPORTS_OF_ONE = 10;

/** What is taken into the database waits here, and holds no connection meanwhile: alerts are taken one after the other. */
export const createImportTurns = ({ perCaller = MAX_IMPORTS_OF_ONE, all = MAX_IMPORTS } = {}): FairTurns =>
  createFairTurns({ atOnce: 1, perCaller, all, what: "alerts" });
