import { setTimeout as sleep } from "node:timers/promises";
import type { Logger } from "../log.ts";
import { createLogLimiter } from "../log.ts";
import { isTransient, type Pool } from "../store/database.ts";
import { Batch, type BatchSink, type LiveReading } from "./batch.ts";
import { type Committed, commitBatch, nothingCommitted } from "./commit.ts";
import type { IngestMetrics } from "./metrics.ts";
import type { NameOf } from "./refused-items.ts";

export interface CommitterOptions {
  readonly pool: Pool;
  readonly log: Logger;
  /** The largest batch, in items. */
  readonly maxItems: number;
  /** How long the first message of a batch waits for company, in milliseconds. */
  readonly lingerMs: number;
  /** Batches under way at once: more than one keeps the server busy while we decode. The embedded database has one session, so 1 there. */
  readonly maxInFlight: number;
  readonly nameOf: NameOf;
  /** After a batch was committed and before its messages are acknowledged. Must not throw. */
  readonly onCommitted: (committed: Committed, live: readonly LiveReading[]) => void;
}

/** A batch's payloads at most; the statement that carries them is of the same order. */
const MAX_BATCH_BYTES = 8 * 1024 * 1024;

/** Shorter than this is a deadlock, a restart or a failover, and nobody's concern. In milliseconds. */
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

/**
 * Collects messages into batches and commits them. A batch leaves when it is full, or when its first message
 * has waited `lingerMs` and a slot is free; while all slots are taken, the open batch grows, so batches are
 * small when load is low and large when it is high.
 *
 * Memory is bounded by the messages that were taken in and not settled, and the broker reads only a little ahead
 * of what is settled on a connection. A batch that cannot be committed waits and is tried again for as
 * long as it takes; nothing is acknowledged meanwhile.
 */
export class Committer implements BatchSink {
  /** The batch that takes messages now. */
  open = new Batch();
  metrics: IngestMetrics | undefined;
  private readonly options: CommitterOptions;
  private readonly full: Batch[] = [];
  private readonly spare: Batch[] = [];
  /** The batches whose latest attempt failed, and since when by `performance.now()`; the longest first. */
  private readonly failing = new Map<Batch, { readonly since: number; error: unknown }>();
  private readonly limitLog = createLogLimiter();
  private inFlightCount = 0;
  private pendingCount = 0;
  private lingering: NodeJS.Timeout | undefined;
  private readonly stopping = new AbortController();
  private idle: (() => void) | undefined;
  /** Resolves when the batches that have left so far have applied their alarms, or were given up. */
  private alarmsTurn: Promise<void> = Promise.resolve();

  constructor(options: CommitterOptions) {
    this.options = options;
  }

  get inFlight(): number {
    return this.inFlightCount;
  }

  /** Items that were taken in and are not settled. */
  get pending(): number {
    return this.pendingCount + this.open.items;
  }

  /** The batch that has been refused for longest, unless that is not long. */
  get blocked(): Blocked | undefined {
    const [longest] = this.failing.values();
    const forMs = longest ? performance.now() - longest.since : 0;
    return longest && forMs >= BLOCKED_AFTER_MS ? { forMs, error: longest.error } : undefined;
  }

  /** To be called after something was put into `open`. */
  filled(): void {
    if (this.open.items >= this.options.maxItems || this.open.bytes >= MAX_BATCH_BYTES) {
      this.seal();
      this.next();
    } else if (this.lingering === undefined && this.inFlightCount < this.options.maxInFlight) {
      this.lingering = setTimeout(this.lingered, this.options.lingerMs);
    }
  }

  /** Commits what is there and waits until nothing is pending. Gives up when `signal` aborts. */
  async flush(signal?: AbortSignal): Promise<void> {
    this.lingered();
    if (this.inFlightCount === 0 && this.full.length === 0) return;
    await new Promise<void>((resolve) => {
      this.idle = resolve;
      signal?.addEventListener("abort", () => resolve(), { once: true });
    });
  }

  /** Gives up what cannot be committed: its messages stay unacknowledged, so their senders keep them. */
  stop(): void {
    this.stopping.abort();
    clearTimeout(this.lingering);
  }

  private readonly lingered = () => {
    clearTimeout(this.lingering);
    this.lingering = undefined;
    if (!this.open.isEmpty && this.inFlightCount < this.options.maxInFlight) {
      this.seal();
      this.next();
    }
  };

  private seal(): void {
    this.pendingCount += this.open.items;
    this.full.push(this.open);
    this.open = this.spare.pop() ?? new Batch();
  }

  private next(): void {
    while (this.full.length > 0 && this.inFlightCount < this.options.maxInFlight) {
      this.inFlightCount++;
      const batch = this.full.shift()!;
      const { alarmsTurn } = this;
      const done = this.run(batch, alarmsTurn);
      if (batch.alarms.length > 0 || batch.looks.length > 0) this.alarmsTurn = done;
    }
  }

  private async run(batch: Batch, alarmsTurn: Promise<void>): Promise<void> {
    const started = performance.now();
    const committed = nothingCommitted();
    const settled = await this.commitUntilDone(batch, committed, alarmsTurn);
    this.failing.delete(batch);
    this.inFlightCount--;
    this.pendingCount -= batch.items;
    // Of a batch that was given up; otherwise they are counted already.
    for (const device of batch.devices) device.pending--;
    for (const { row, error } of committed.refused)
      this.limitLog("alarm", (suppressed) =>
        this.options.log.error(
          { err: error, transition: row, suppressed },
          "the database refuses a transition of an alarm; it is left out",
        ),
      );
    if (settled) {
      this.measure(committed, batch.items, (performance.now() - started) / 1000);
      this.options.onCommitted(committed, batch.live);
      // One turn for all: each connection's acknowledgements leave in one write.
      for (const acknowledge of batch.waiting) acknowledge();
    }
    batch.reset();
    // After an outage there may be thousands, each with buffers for a full batch.
    if (this.spare.length <= this.options.maxInFlight) this.spare.push(batch);
    // What gathered meanwhile has waited long enough.
    if (this.full.length > 0) this.next();
    else if (!this.open.isEmpty && this.lingering === undefined) this.lingered();
    if (this.inFlightCount === 0 && this.full.length === 0 && this.open.isEmpty) this.idle?.();
  }

  private async commitUntilDone(
    batch: Batch,
    committed: Committed,
    alarmsTurn: Promise<void>,
  ): Promise<boolean> {
    for (let attempt = 0; !this.stopping.signal.aborted; attempt++) {
      try {
        await commitBatch(this.options.pool, batch, committed, this.options.nameOf, alarmsTurn);
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

  private measure(committed: Committed, items: number, seconds: number): void {
    const { metrics } = this;
    if (!metrics) return;
    const { received, stored, rejected } = committed;
    metrics.items.inc({ outcome: "stored" }, stored);
    metrics.items.inc({ outcome: "rejected" }, rejected);
    metrics.items.inc({ outcome: "duplicate" }, received - stored - rejected);
    for (const { reason, partial, items: refused } of committed.rejections) {
      (partial ? metrics.partial : metrics.rejected).inc({ reason }, refused);
    }
    for (const { action } of committed.alarms) metrics.alarms.inc({ action });
    metrics.batchItems.observe(items);
    metrics.commitSeconds.observe(seconds);
  }
}
