import { setTimeout as sleep } from "node:timers/promises";
import { createLogLimiter, type Logger } from "../../base/log.ts";

/** Between attempts, in milliseconds. */
const RETRY_MS = [100, 250, 500, 1000, 2000] as const;

/**
 * Runs work that must be done in the end, and again for as long as the database is away. The works of one broadcast run
 * one after the other; broadcasts do not wait for each other.
 */
export class UntilDone {
  private readonly log: Logger;
  private readonly limitLog = createLogLimiter();
  private readonly stopping = new AbortController();
  private readonly last = new Map<number, Promise<void>>();

  constructor(log: Logger) {
    this.log = log;
  }

  /**
   * @param broadcastNo the broadcast of the work; 0: all
   * @returns when it is done, or given up because of `stop`. Never rejects.
   */
  run(broadcastNo: number, name: string, work: () => Promise<void>): Promise<void> {
    const before = this.last.get(broadcastNo) ?? Promise.resolve();
    const done = before
      .then(() => this.insist(name, work))
      .finally(() => {
        if (this.last.get(broadcastNo) === done) this.last.delete(broadcastNo);
      });
    this.last.set(broadcastNo, done);
    return done;
  }

  stop(): void {
    this.stopping.abort();
  }

  get isStopped(): boolean {
    return this.stopping.signal.aborted;
  }

  private async insist(name: string, work: () => Promise<void>): Promise<void> {
    const { signal } = this.stopping;
    for (let attempt = 0; !signal.aborted; attempt++) {
      try {
        return await work();
      } catch (error) {
        if (signal.aborted) return;
        this.limitLog(name, (suppressed) =>
          this.log.error(
            { err: error, attempt: attempt + 1, suppressed },
            `could not ${name}; it is tried again`,
          ),
        );
      }
      const pause = RETRY_MS[Math.min(attempt, RETRY_MS.length - 1)];
      await sleep(pause, undefined, { signal }).catch(() => {});
    }
  }
}
