/**
 * A token bucket. A message over the rate is not refused but told how long to wait, so that the bucket goes
 * into debt and a connection that keeps its messages back for as long as told comes out at the rate exactly.
 */
export class TokenBucket {
  private readonly perMs: number;
  private readonly capacity: number;
  private tokens: number;
  private updatedAt: number;

  /**
   * @param perSecond messages per second in the long run
   * @param burst messages that may come at once after a quiet time
   * @param now epoch milliseconds
   */
  constructor(perSecond: number, burst: number, now: number) {
    this.perMs = perSecond / 1000;
    this.capacity = burst;
    this.tokens = burst;
    this.updatedAt = now;
  }

  /** Whether a message may pass at once; takes nothing otherwise. */
  tryTake(now: number): boolean {
    this.refill(now);
    if (this.tokens < 1) return false;
    this.tokens--;
    return true;
  }

  /** Takes a message in any case. @returns milliseconds that it has to wait */
  take(now: number): number {
    this.refill(now);
    this.tokens--;
    return this.tokens >= 0 ? 0 : -this.tokens / this.perMs;
  }

  /** Milliseconds until what was spent beyond the burst is made up for. */
  owedMs(now: number): number {
    this.refill(now);
    return this.tokens >= 0 ? 0 : -this.tokens / this.perMs;
  }

  /** Takes as many as there were, which only shows once they are there. */
  spend(count: number): void {
    this.tokens -= count;
  }

  /** Takes back `count` messages that were told to wait and will not come. */
  giveBack(count: number): void {
    this.tokens += count;
  }

  private refill(now: number): void {
    this.tokens = Math.min(this.capacity, this.tokens + Math.max(0, now - this.updatedAt) * this.perMs);
    this.updatedAt = now;
  }
}
