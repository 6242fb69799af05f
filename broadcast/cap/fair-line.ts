import { PlatformError } from "../../errors.ts";

/** How many may wait. */
export interface FairLineLimits {
  /** Of one caller: whoever sends many waits behind the own ones. */
  readonly perCaller: number;
  readonly all: number;
  /** What waits, for whoever is refused, e.g. "large alerts". */
  readonly what: string;
}

/** A queue in which callers take turns: behind a caller who sends many, another one waits for one of them at most. */
export interface FairLine<T> {
  /** @throws PlatformError `cap_busy` when too many of this caller's, or of all callers', wait */
  push(caller: string, item: T): void;
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

  return {
    push(caller, item) {
      const own = waiting.get(caller) ?? [];
      if (own.length >= perCaller) throw busy(`${own.length} ${what} of yours wait: try again`);
      if (count >= all) throw busy(`${count} ${what} wait: try again`);
      waiting.set(caller, [...own, item]);
      count += 1;
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
  const line = createFairLine<() => void>(limits);
  let running = 0;
  return {
    async run(caller, work) {
      if (running < atOnce) running += 1;
      // Whoever ends hands the turn on, so that nobody comes in between.
      else await new Promise<void>((resolve) => line.push(caller, resolve));
      try {
        return await work();
      } finally {
        const next = line.shift();
        if (next) next();
        else running -= 1;
      }
    },
  };
}

/** What is taken into the database waits here, and holds no connection meanwhile: alerts are taken one after the other. */
export const createImportTurns = ({ perCaller = 10, all = 50 } = {}): FairTurns =>
  createFairTurns({ atOnce: 1, perCaller, all, what: "alerts" });
