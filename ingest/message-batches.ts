import { ALARM_HORIZON_MS } from "./alarms.ts";
import type { Batch, BatchSink, HistorySink } from "./batch.ts";

/**
 * The batches of a message: live items go into the open one, items of past days into those of their chunks. It is
 * settled when all of them are.
 */
export class MessageBatches {
  private readonly sink: BatchSink;
  private readonly history: HistorySink | undefined;
  /** The batches of history into which the present message has put something. */
  private readonly apart = new Set<Batch>();
  /** How many of its items these hold. */
  itemsApart = 0;

  constructor(sink: BatchSink, history: HistorySink | undefined) {
    this.sink = sink;
    this.history = history;
  }

  /** The batch for what was observed at a moment, in milliseconds since 1970. */
  batchFor(observedAt: number, receivedAt: number): Batch {
    // Neither raises nor clears an alarm, so the order towards what is live does not matter.
    if (receivedAt - observedAt <= ALARM_HORIZON_MS || !this.history) return this.sink.open;
    const batch = this.history.batchOf(observedAt);
    this.apart.add(batch);
    return batch;
  }

  /** To be called once the message is looked at as a whole. @param bytes of its payload */
  await(bytes: number, settled: () => void): void {
    const { open } = this.sink;
    open.bytes += bytes;
    open.waiting.push(this.apart.size === 0 ? settled : this.awaitApart(bytes, settled));
    this.sink.filled();
  }

  /** @returns what is to be called for the live part of a message, which is settled when the others are as well */
  private awaitApart(bytes: number, settled: () => void): () => void {
    let parts = this.apart.size + 1;
    const partSettled = () => {
      parts--;
      if (parts === 0) settled();
    };
    for (const batch of this.apart) {
      batch.bytes += bytes;
      batch.waiting.push(partSettled);
    }
    this.apart.clear();
    this.itemsApart = 0;
    this.history!.filled();
    return partSettled;
  }
}
