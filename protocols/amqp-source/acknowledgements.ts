/**
 * Gathers the deliveries of one channel that are settled in one turn, as all messages of a batch are, and acknowledges
 * them in few frames: one for all up to the first that is still open, and one for each beyond it. A message that waits
 * for long, for example for a chunk that is held, keeps none behind it from being acknowledged.
 */
export class Acknowledgements {
  private readonly send: (tag: number, allUpTo: boolean) => void;
  private readonly finished: () => void;
  /** Every delivery up to this one is acknowledged. RabbitMQ numbers those of a channel from 1. */
  private doneUpTo = 0;
  /** Acknowledged one by one, beyond the first that is open. */
  private readonly done = new Set<number>();
  private settled: number[] = [];
  private received = 0;
  private acknowledged = 0;

  /**
   * @param send acknowledges one delivery, or all up to it
   * @param finished called after each time when no delivery is open any more
   */
  constructor(send: (tag: number, allUpTo: boolean) => void, finished: () => void = () => {}) {
    this.send = send;
    this.finished = finished;
  }

  /** Deliveries that are not acknowledged. */
  get open(): number {
    return this.received - this.acknowledged;
  }

  receive(): void {
    this.received++;
  }

  settle(tag: number): void {
    if (this.settled.length === 0) process.nextTick(this.flush);
    this.settled.push(tag);
  }

  private readonly flush = (): void => {
    const { done } = this;
    const tags = this.settled;
    this.settled = [];
    this.acknowledged += tags.length;
    const fresh = new Set(tags);
    let last = 0;
    while (fresh.has(this.doneUpTo + 1) || done.has(this.doneUpTo + 1)) {
      this.doneUpTo++;
      if (fresh.delete(this.doneUpTo)) last = this.doneUpTo;
      else done.delete(this.doneUpTo);
    }
    // RabbitMQ closes the channel where the one that is named has been acknowledged before.
    if (last > 0) this.send(last, true);
    for (const tag of fresh) {
      done.add(tag);
      this.send(tag, false);
    }
    if (this.open === 0) this.finished();
  };
}
