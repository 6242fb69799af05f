/** Does work one turn at a time: whoever asks for it while a turn is under way gets that one. */
export class Turns<T> {
  private readonly work: () => Promise<T>;
  private underWay: Promise<T> | undefined;

  constructor(work: () => Promise<T>) {
    this.work = work;
  }

  readonly run = (): Promise<T> => {
    this.underWay ??= this.work().finally(() => {
      this.underWay = undefined;
    });
    return this.underWay;
  };

  /** Resolves when the turn under way has ended, well or not. */
  async ended(): Promise<void> {
    await this.underWay?.catch(() => {});
  }
}

/** Work that comes again by a clock of ours. */
export interface RepeatedWork {
  /** Does it now. */
  run(): Promise<void>;
  /** Ends the timer and waits for a turn under way. */
  stop(): Promise<void>;
}

/**
 * Does work every `everyMs`, never twice at once.
 * @param work tells of its failures itself
 * @param options.atOnce whether it begins now
 */
export function repeat(
  work: () => Promise<void>,
  everyMs: number,
  { atOnce }: { readonly atOnce: boolean },
): RepeatedWork {
  const turns = new Turns(work);
  const timer = setInterval(turns.run, everyMs);
  timer.unref();
  if (atOnce) void turns.run();
  return {
    run: turns.run,
    async stop() {
      clearInterval(timer);
      await turns.ended();
    },
  };
}
