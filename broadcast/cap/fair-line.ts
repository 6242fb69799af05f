import { PlatformError } from "../../base/errors.ts";

/** The capacity of the line. */
export interface FairLineLimits {
  /** Of one caller: a caller who sends many waits behind their own. */
  readonly perCaller: number;
  readonly all: number;
  /** The name of the waiting items, for the refusal, e.g. "large alerts". */
  readonly what: string;
}

/**
 * A queue in which callers take turns: behind a caller who sends many, another one waits for one of them at most. When
 * it is full, the last item of the caller with the most gives way to a caller who has two fewer: a few cannot fill it
 * for all.
 */
export interface FairLine<T> {
  /**
   * @returns the item that gave way for it and no longer waits, with the error for it
   * @throws PlatformError `cap_busy` when too many of this caller's, or of all callers', wait
   */
  push(caller: string, item: T): { readonly item: T; readonly error: PlatformError } | undefined;
  /** The next one; undefined when none waits. */
  shift(): T | undefined;
  /** All waiting items, which wait no longer. */
  drain(): T[];
}

export function createFairLine<T>({ perCaller, all, what }: FairLineLimits): FairLine<T> {
  /** In the order of their turns. */
  const waiting = new Map<string, T[]>();
  let count = 0;
  const busy = (message: string) => new PlatformError("cap_busy", message, { retryAfterSeconds: 5 });

  /** Takes the last item of the longest line out, for a caller with so many of their own. */
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

/** Runs the callers' work, some at a time, in the turns of a fair line. */
export interface FairTurns {
  /** @throws PlatformError `cap_busy`, and every error of the work */
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
      // Work that ends hands the turn on, so that no other comes in between.
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

/** At most so many judged alerts wait to be taken. */
export const MAX_IMPORTS = 50;
export const MAX_IMPORTS_OF_ONE = 10;

/**
 * Alerts that are to be taken into the database wait here, and hold no connection meanwhile: alerts are taken one after
 * the other.
 */
export const createImportTurns = ({ perCaller = MAX_IMPORTS_OF_ONE, all = MAX_IMPORTS } = {}): FairTurns =>
  createFairTurns({ atOnce: 1, perCaller, all, what: "alerts" });
