import { setImmediate as nextTurn } from "node:timers/promises";
import { moreUrgentFirst } from "./on-air.ts";
import type { OnAir, OnAirTarget } from "./target.ts";

/** Sent in one turn of the event loop; at about 20 µs each, acknowledgements and requests wait a few milliseconds. */
const LEAST = 200;
/** What waits behind commands in one turn waits no longer. */
const MOST_MS = 40;

/**
 * Sends commands in the order of their urgency, a part in each turn of the event loop: for as long as all else took
 * since the part before. Ten thousand speakers that answer the first commands would otherwise fill each turn, and the
 * last command would wait for them.
 */
export class SendQueue {
  private readonly broadcasts: Iterable<OnAir>;
  private readonly send: (target: OnAirTarget) => void;
  private readonly onEmptied: (broadcast: OnAir) => void;
  private readonly monotonic: () => number;
  private running = false;
  private stopped = false;

  /** @param monotonic milliseconds */
  constructor(
    broadcasts: Iterable<OnAir>,
    send: (target: OnAirTarget) => void,
    onEmptied: (broadcast: OnAir) => void,
    monotonic: () => number,
  ) {
    this.broadcasts = broadcasts;
    this.send = send;
    this.onEmptied = onEmptied;
    this.monotonic = monotonic;
  }

  push(target: OnAirTarget): void {
    if (target.queued) return;
    target.queued = true;
    target.broadcast.queue.push(target);
    if (!this.running && !this.stopped) void this.run();
  }

  /** Forgets what was to be sent for a broadcast. */
  clear(broadcast: OnAir): void {
    for (let i = broadcast.queueHead; i < broadcast.queue.length; i++) broadcast.queue[i]!.queued = false;
    broadcast.queue.length = 0;
    broadcast.queueHead = 0;
  }

  /** Resolves when nothing of a broadcast waits to be sent. */
  async sent(broadcast: OnAir): Promise<void> {
    while (broadcast.waitsToSend && !this.stopped) await nextTurn();
  }

  stop(): void {
    this.stopped = true;
  }

  private async run(): Promise<void> {
    this.running = true;
    try {
      // Whoever pushes many at once has them all in the queue before the first one leaves.
      await nextTurn();
      let ended = this.monotonic();
      for (let next = this.mostUrgent(); next && !this.stopped; next = this.mostUrgent()) {
        const began = this.monotonic();
        const until = began + Math.min(began - ended, MOST_MS);
        for (let sent = 0; next.waitsToSend && (sent < LEAST || this.monotonic() < until); sent++) {
          const target = next.queue[next.queueHead++]!;
          target.queued = false;
          this.send(target);
        }
        ended = this.monotonic();
        if (!next.waitsToSend) {
          this.clear(next);
          this.onEmptied(next);
        }
        await nextTurn();
      }
    } finally {
      this.running = false;
    }
  }

  private mostUrgent(): OnAir | undefined {
    let best: OnAir | undefined;
    for (const broadcast of this.broadcasts) {
      if (broadcast.waitsToSend && (!best || moreUrgentFirst(broadcast, best) < 0)) best = broadcast;
    }
    return best;
  }
}
