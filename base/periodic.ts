import { createLogLimiter, type Logger } from "./log.ts";

/** Does work one turn at a time: callers that ask during a turn share that turn. */
export class Turns<T> {
  private readonly work: () => Promise<T>;
  private underWay: Promise<T> | undefined;
  /** The turn that begins after the one under way. */
  private next: Promise<T> | undefined;

  constructor(work: () => Promise<T>) {
    this.work = work;
  }

  readonly run = (): Promise<T> => {
    this.underWay ??= this.work().finally(() => {
      this.underWay = undefined;
    });
    return this.underWay;
  };

  /**
   * A turn that begins now or later, never before: a turn under way may have missed the caller's reason. One more turn
   * follows it, for all who ask meanwhile.
   */
  readonly runAfresh = (): Promise<T> => {
    if (!this.underWay) return this.run();
    this.next ??= this.underWay
      .catch(() => {})
      .then(() => {
        this.next = undefined;
        return this.run();
      });
    return this.next;
  };

  /** Resolves when the turn under way has ended, well or not, and the one that was requested after it. */
  async ended(): Promise<void> {
    await (this.next ?? this.underWay)?.catch(() => {});
  }
}

/** Given by a work whose next turn is to come at another time than usual: at once where there is more to do. */
export class NextTurn {
  /** Milliseconds from the end of this turn. */
  readonly inMs: number;

  constructor(inMs: number) {
    this.inMs = inMs;
  }
}

/** Work that the platform repeats by its own clock. */
export interface RepeatedWork {
  /** Does it now. */
  run(): Promise<void>;
  /** Ends the timer at once; resolves when the turn under way has ended. */
  stop(): Promise<void>;
}

export interface RepeatOptions {
  /** True: it begins now. */
  readonly atOnce?: boolean;
  /** Called when a turn has failed. Needed where the work does not report its failures itself. */
  readonly onFailure?: (error: unknown) => void;
}

/**
 * Does work every `everyMs`, never twice at once; a turn that comes due while one is under way is left out. The next
 * turn comes even if this one failed. The timer keeps no process alive.
 * @param work may return a `NextTurn`
 */
export function repeat(
  work: () => Promise<unknown>,
  everyMs: number,
  { atOnce = false, onFailure }: RepeatOptions = {},
): RepeatedWork {
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;
  const turns = new Turns(async () => {
    try {
      const told = await work();
      if (told instanceof NextTurn) wait(told.inMs);
    } catch (error) {
      if (!onFailure) throw error;
      onFailure(error);
    }
  });
  const tick = () => {
    wait(everyMs);
    // Its failure is told by then.
    void turns.run();
  };
  function wait(ms: number): void {
    clearTimeout(timer);
    if (!stopped) timer = setTimeout(tick, ms).unref();
  }
  wait(everyMs);
  if (atOnce) void turns.run();
  return {
    run: turns.run,
    async stop() {
      stopped = true;
      clearTimeout(timer);
      await turns.ended();
    },
  };
}

/**
 * Logs failures, and of many in a row only some.
 * @param fields for the log line, besides the error
 */
export function warnOfFailures(log: Logger, text: string, fields: object = {}): (error: unknown) => void {
  const limit = createLogLimiter();
  return (error) => limit(text, (suppressed) => log.warn({ err: error, suppressed, ...fields }, text));
}
