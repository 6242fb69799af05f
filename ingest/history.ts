import { chunkOf } from "../store/database/index.ts";
import { Batch, type HistorySink, Lane } from "./batch.ts";
import { BatchWriter, type BatchWriterOptions, MAX_BATCH_BYTES } from "./batch-writer.ts";
import type { IngestMetrics } from "./metrics.ts";

/** Its connections are best its own, so that live batches wait for none of them. */
export interface HistoryCommitterOptions extends BatchWriterOptions {
  /** The largest batch, in items. */
  readonly maxItems: number;
  /** How long the first message of a batch waits for company, in milliseconds. */
  readonly lingerMs: number;
  /** Batches under way at once, each of another chunk. */
  readonly maxInFlight: number;
}

/** A shorter wait is no operator's concern, in milliseconds. */
const SLOW_AFTER_MS = 30_000;

const SLOW =
  "a batch of past days has waited for half a minute: its chunk is held, or slow to write; its messages wait unacknowledged, and live ones do not wait for it";

/**
 * Open batches are told apart by their chunk's number modulo this: so the items of one device, over however many years,
 * open at most so many batches.
 */
const MAX_OPEN = 64;

interface Waiting {
  readonly slot: number;
  readonly batch: Batch;
  /** By `performance.now()`. */
  readonly since: number;
}

/**
 * Commits items that were observed long ago, apart from live ones: their chunk may be compressed already, or a process
 * that compresses, repairs or drops it may hold it for minutes. A batch is of one chunk, and of each chunk one batch is
 * under way, so that a held chunk takes one of the connections, and the others go on.
 *
 * Memory is bounded as in `Committer`, by the messages that were taken in and not settled.
 */
export class HistoryCommitter implements HistorySink {
  private readonly options: HistoryCommitterOptions;
  private readonly writer: BatchWriter;
  /** The batches that take items now. */
  private readonly open = new Map<number, Batch>();
  /** All batches that have not left, the oldest first. */
  private readonly queue: Waiting[] = [];
  private readonly underWay = new Map<number, Waiting>();
  private readonly spare: Batch[] = [];
  private readonly lanes: Lane[];
  private lingering: NodeJS.Timeout | undefined;
  private idle: (() => void) | undefined;

  constructor(options: HistoryCommitterOptions) {
    this.options = options;
    this.writer = new BatchWriter(options);
    this.lanes = Array.from({ length: options.maxInFlight }, () => new Lane());
  }

  set metrics(metrics: IngestMetrics) {
    this.writer.metrics = metrics;
  }

  /** Items that were taken in and are not settled. */
  get pending(): number {
    return [...this.underWay.values(), ...this.queue].reduce((sum, { batch }) => sum + batch.items, 0);
  }

  /** The batches that have waited for long, in words. */
  get trouble(): string | undefined {
    const [oldest] = [...this.underWay.values(), ...this.queue].sort((a, b) => a.since - b.since);
    const forMs = oldest ? performance.now() - oldest.since : 0;
    if (!oldest || forMs < SLOW_AFTER_MS) return undefined;
    const seconds = Math.floor(forMs / 1000);
    return `${this.pending} items of past days wait unacknowledged, the first for ${seconds} s: their chunk is held or slow; live ones are not held up`;
  }

  batchOf(at: number): Batch {
    const slot = chunkOf(at) % MAX_OPEN;
    let batch = this.open.get(slot);
    if (!batch || batch.items >= this.options.maxItems || batch.bytes >= MAX_BATCH_BYTES) {
      batch = this.spare.pop() ?? new Batch();
      this.open.set(slot, batch);
      this.queue.push({ slot, batch, since: performance.now() });
    }
    return batch;
  }

  filled(): void {
    if (this.lingering !== undefined || this.lanes.length === 0) return;
    this.lingering = setTimeout(this.next, this.options.lingerMs);
  }

  /** Commits everything and waits until nothing is pending. Gives up when `signal` aborts. */
  async flush(signal?: AbortSignal): Promise<void> {
    this.next();
    if (this.isIdle) return;
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

  private get isIdle(): boolean {
    return this.underWay.size === 0 && this.queue.length === 0;
  }

  private readonly next = (): void => {
    clearTimeout(this.lingering);
    this.lingering = undefined;
    for (let i = 0; i < this.queue.length && this.lanes.length > 0; ) {
      const waiting = this.queue[i]!;
      if (this.underWay.has(waiting.slot)) {
        i++;
        continue;
      }
      this.queue.splice(i, 1);
      if (this.open.get(waiting.slot) === waiting.batch) this.open.delete(waiting.slot);
      void this.run(waiting, this.lanes.pop()!);
    }
  };

  private async run(waiting: Waiting, lane: Lane): Promise<void> {
    const { slot, batch } = waiting;
    this.underWay.set(slot, waiting);
    batch.lane = lane;
    const slow = setTimeout(() => this.options.log.warn({ items: batch.items }, SLOW), SLOW_AFTER_MS);
    const committed = await this.writer.commit(batch);
    clearTimeout(slow);
    this.underWay.delete(slot);
    this.lanes.push(lane);
    this.writer.settle(batch, committed);
    if (this.spare.length < this.options.maxInFlight) this.spare.push(batch);
    // Items that gathered meanwhile have waited long enough.
    this.next();
    if (this.isIdle) this.idle?.();
  }
}
