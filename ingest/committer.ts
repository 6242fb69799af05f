import { Batch, type BatchSink } from "./batch.ts";
import { BatchWriter, type BatchWriterOptions, type Blocked, MAX_BATCH_BYTES } from "./batch-writer.ts";
import type { IngestMetrics } from "./metrics.ts";

export interface CommitterOptions extends BatchWriterOptions {
  /** The largest batch, in items. */
  readonly maxItems: number;
  /** How long the first message of a batch waits for others, in milliseconds. */
  readonly lingerMs: number;
  /**
   * Batches under way at once: more than one keeps the server busy while the platform decodes. The embedded database
   * has one session, so 1 there.
   */
  readonly maxInFlight: number;
}

/**
 * Collects messages into batches and commits them. A batch leaves when it is full, or when its first message has waited
 * `lingerMs` and a slot is free; while all slots are taken, the open batch grows, so batches are small when load is low
 * and large when it is high.
 *
 * Memory is bounded by the messages that were taken in and not settled, and doors read only a little ahead of the
 * settled ones on a connection. A batch that cannot be committed waits and is tried again for as long as it takes;
 * nothing is acknowledged meanwhile.
 */
export class Committer implements BatchSink {
  /** The batch that takes messages now. */
  open = new Batch();
  private readonly options: CommitterOptions;
  private readonly writer: BatchWriter;
  private readonly full: Batch[] = [];
  private readonly spare: Batch[] = [];
  private inFlightCount = 0;
  private pendingCount = 0;
  private lingering: NodeJS.Timeout | undefined;
  private idle: (() => void) | undefined;
  /** Resolves when the batches that have left so far have applied their alarms, or were given up. */
  private alarmsTurn: Promise<void> = Promise.resolve();

  constructor(options: CommitterOptions) {
    this.options = options;
    this.writer = new BatchWriter(options);
  }

  set metrics(metrics: IngestMetrics) {
    this.writer.metrics = metrics;
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
    return this.writer.blocked;
  }

  /** Call it after something was put into `open`. */
  filled(): void {
    if (this.open.items >= this.options.maxItems || this.open.bytes >= MAX_BATCH_BYTES) {
      this.seal();
      this.next();
    } else if (this.lingering === undefined && this.inFlightCount < this.options.maxInFlight) {
      this.lingering = setTimeout(this.lingered, this.options.lingerMs);
    }
  }

  /** Commits everything and waits until nothing is pending. Gives up when `signal` aborts. */
  async flush(signal?: AbortSignal): Promise<void> {
    this.lingered();
    if (this.inFlightCount === 0 && this.full.length === 0) return;
    await new Promise<void>((resolve) => {
      this.idle = resolve;
      signal?.addEventListener("abort", () => resolve(), { once: true });
    });
  }

  /** Gives up uncommitted batches: their messages stay unacknowledged, so their senders keep them. */
  stop(): void {
    this.writer.stop();
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
      if (batch.concernsAlarms) this.alarmsTurn = done;
    }
  }

  private async run(batch: Batch, alarmsTurn: Promise<void>): Promise<void> {
    const started = performance.now();
    const committed = await this.writer.commit(batch, alarmsTurn);
    this.inFlightCount--;
    this.pendingCount -= batch.items;
    if (committed) this.measure(batch.items, (performance.now() - started) / 1000);
    this.writer.settle(batch, committed);
    // After an outage there may be thousands, each with buffers for a full batch.
    if (this.spare.length <= this.options.maxInFlight) this.spare.push(batch);
    // Items that gathered meanwhile have waited long enough.
    if (this.full.length > 0) this.next();
    else if (!this.open.isEmpty && this.lingering === undefined) this.lingered();
    if (this.inFlightCount === 0 && this.full.length === 0 && this.open.isEmpty) this.idle?.();
  }

  private measure(items: number, seconds: number): void {
    this.writer.metrics?.batchItems.observe(items);
    this.writer.metrics?.commitSeconds.observe(seconds);
  }
}
