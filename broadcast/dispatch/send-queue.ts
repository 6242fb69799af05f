import { setImmediate as nextTurn } from "node:timers/promises";
import { moreUrgentFirst, type OnAir } from "./on-air.ts";
import type { OnAirTarget } from "./target.ts";

/** Sent in one turn of the event loop; at about 20 µs each, acknowledgements and requests wait a few milliseconds. */
const IN_ONE_TURN = 200;

/** Sends commands in the order of their urgency, a few hundred in each turn of the event loop. */
export class SendQueue {
  private readonly broadcasts: Iterable<OnAir>;
  private readonly send: (target: OnAirTarget) => void;
  private readonly onEmptied: (broadcast: OnAir) => void;
  private running = false;
  private stopped = false;

  constructor(
    broadcasts: Iterable<OnAir>,
    send: (target: OnAirTarget) => void,
    onEmptied: (broadcast: OnAir) => void,
  ) {
    this.broadcasts = broadcasts;
    this.send = send;
    this.onEmptied = onEmptied;
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
      for (let next = this.mostUrgent(); next && !this.stopped; next = this.mostUrgent()) {
        const last = Math.min(next.queue.length, next.queueHead + IN_ONE_TURN);
        while (next.queueHead < last) {
          const target = next.queue[next.queueHead++]!;
          target.queued = false;
          this.send(target);
        }
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
