import type { StopProgress } from "../lifecycle/index.ts";

interface Waiter {
  readonly resolve: (progress: StopProgress) => void;
  readonly timer: NodeJS.Timeout;
}

const ON_RECORD: StopProgress = { stop: "on_record", unsure: null };

/** Notes that orders to stop are on their way, for the cancellations that wait for them. */
export class StopNotes {
  private readonly waitMs: number;
  private readonly waiters = new Map<number, Set<Waiter>>();

  /** @param waitMs after so long an answer says that there was no note */
  constructor(waitMs: number) {
    this.waitMs = waitMs;
  }

  wait(broadcastNo: number): Promise<StopProgress> {
    return new Promise((resolve) => {
      const waiter: Waiter = {
        resolve,
        timer: setTimeout(() => this.end(broadcastNo, waiter, ON_RECORD), this.waitMs),
      };
      const waiters = this.waiters.get(broadcastNo);
      if (waiters) waiters.add(waiter);
      else this.waiters.set(broadcastNo, new Set([waiter]));
    });
  }

  /** @param unsure how many speakers it may not reach */
  note(broadcastNo: number, unsure: number): void {
    const progress: StopProgress = { stop: unsure === 0 ? "on_its_way" : "on_record", unsure };
    for (const waiter of this.waiters.get(broadcastNo) ?? []) this.end(broadcastNo, waiter, progress);
  }

  /** Nothing more will be noted here. */
  stop(): void {
    for (const [broadcastNo, waiters] of this.waiters)
      for (const waiter of waiters) this.end(broadcastNo, waiter, ON_RECORD);
  }

  private end(broadcastNo: number, waiter: Waiter, progress: StopProgress): void {
    clearTimeout(waiter.timer);
    const waiters = this.waiters.get(broadcastNo);
    waiters?.delete(waiter);
    if (waiters?.size === 0) this.waiters.delete(broadcastNo);
    waiter.resolve(progress);
  }
}
