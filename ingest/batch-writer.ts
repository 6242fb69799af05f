import { setTimeout as sleep } from "node:timers/promises";
import { createLogLimiter, type Logger } from "../base/log.ts";
import { isTransient, type Pool } from "../store/database/index.ts";
import type { Batch, LiveReading } from "./batch.ts";
import { type AlarmMeans, type Committed, commitBatch, nothingCommitted } from "./commit.ts";
import { countCommitted, type IngestMetrics } from "./metrics.ts";
import type { NameOf } from "./refused-items.ts";

export interface BatchWriterOptions extends AlarmMeans {
  readonly pool: Pool;
  readonly log: Logger;
  readonly nameOf: NameOf;
  /** Called after a batch was committed and before its messages are acknowledged. Must not throw. */
  readonly onCommitted: (committed: Committed, live: readonly LiveReading[]) => void;
}

/** A batch's payloads at most; the statement that carries them is of the same order. */
export const MAX_BATCH_BYTES = 8 * 1024 * 1024;

/** A shorter block is a deadlock, a restart or a failover, and no operator's concern. In milliseconds. */
const BLOCKED_AFTER_MS = 2_000;

/** A batch that the database has refused for a while, and that is tried again. */
export interface Blocked {
  /** Since its first attempt failed, in milliseconds. */
  readonly forMs: number;
  /** Of its latest attempt. */
  readonly error: unknown;
}

/** Between attempts while the database is away, in milliseconds. */
const RETRY_MS = [50, 100, 250, 500, 1000, 2000] as const;

/** Commits batches, each as often as it takes, and lets their messages be acknowledged. */
export class BatchWriter {
  metrics: IngestMetrics | undefined;
  private readonly options: BatchWriterOptions;
  /** The batches whose latest attempt failed, and since when by `performance.now()`; the longest first. */
  private readonly failing = new Map<Batch, { readonly since: number; error: unknown }>();
  private readonly limitLog = createLogLimiter();
  private readonly stopping = new AbortController();

  constructor(options: BatchWriterOptions) {
    this.options = options;
  }

  /** The batch that has been refused for longest, unless that is not long. */
  get blocked(): Blocked | undefined {
    const [longest] = this.failing.values();
    const forMs = longest ? performance.now() - longest.since : 0;
    return longest && forMs >= BLOCKED_AFTER_MS ? { forMs, error: longest.error } : undefined;
  }

  /**
   * Commits a batch.
   * @param alarmsTurn resolves when its alarms may be applied
   * @returns undefined when it was given up
   */
  async commit(batch: Batch, alarmsTurn?: Promise<void>): Promise<Committed | undefined> {
    const committed = nothingCommitted();
    const isDone = await this.commitUntilDone(batch, committed, alarmsTurn);
    this.failing.delete(batch);
    return isDone ? committed : undefined;
  }

  /** Reports a batch that was committed or given up, acknowledges its messages, and empties it. */
  settle(batch: Batch, committed: Committed | undefined): void {
    // Of a batch that was given up; otherwise they are counted already.
    for (const device of batch.devices) device.pending--;
    if (committed) {
      for (const { row, error } of committed.refused)
        this.limitLog("alarm", (suppressed) =>
          this.options.log.error(
            { err: error, transition: row, suppressed },
            "the database refuses a transition of an alarm; it is left out",
          ),
        );
      if (this.metrics) countCommitted(this.metrics, committed);
      this.options.onCommitted(committed, batch.live);
      // One turn for all: each connection's acknowledgements leave in one write.
      for (const acknowledge of batch.waiting) acknowledge();
    }
    batch.reset();
  }

  /** Gives up uncommitted batches: their messages stay unacknowledged, so their senders keep them. */
  stop(): void {
    this.stopping.abort();
  }

  private async commitUntilDone(
    batch: Batch,
    committed: Committed,
    alarmsTurn: Promise<void> | undefined,
  ): Promise<boolean> {
    for (let attempt = 0; !this.stopping.signal.aborted; attempt++) {
      try {
        const { pool, nameOf } = this.options;
        await commitBatch(pool, batch, committed, nameOf, alarmsTurn, this.options);
        if (attempt > 0)
          this.options.log.info({ attempts: attempt + 1 }, "the database accepts batches again");
        return true;
      } catch (error) {
        const failing = this.failing.get(batch);
        if (failing) failing.error = error;
        else this.failing.set(batch, { since: performance.now(), error });
        const transient = isTransient(error);
        this.metrics?.commitFailures.inc({ error_type: transient ? "transient" : "permanent" });
        this.limitLog("commit", (suppressed) => {
          const fields = { err: error, items: batch.items, attempt: attempt + 1, suppressed };
          const text =
            "a batch could not be committed; its messages wait unacknowledged and it is tried again";
          if (transient) this.options.log.warn(fields, text);
          else this.options.log.error(fields, text);
        });
      }
      const pause = RETRY_MS[Math.min(attempt, RETRY_MS.length - 1)];
      await sleep(pause, undefined, { signal: this.stopping.signal }).catch(() => {});
    }
    return false;
  }
}
