import { TokenBuckets, tokenRate } from "../../base/token-bucket.ts";

/** How many seconds' worth may come at once after a quiet time. */
const BURST_SECONDS = 10;

/** Devices whose rates are remembered. */
const MOST_RATES = 100_000;

export interface DeviceRateLimits {
  /** Messages, and items, that a device may send in a second in the long run; 0 for no limit. */
  readonly rateLimit: number;
  readonly itemLimit: number;
}

/** The rates of devices at a door, as waits: nothing is refused, and nobody else waits. */
export class DeviceRates {
  private readonly limits: DeviceRateLimits;
  private readonly now: () => number;
  private readonly messages: TokenBuckets;
  private readonly items: TokenBuckets;

  constructor({ rateLimit, itemLimit }: DeviceRateLimits, now: () => number) {
    this.limits = { rateLimit, itemLimit };
    this.now = now;
    const burst = Math.max(10, rateLimit * BURST_SECONDS);
    this.messages = new TokenBuckets(tokenRate(rateLimit, burst), MOST_RATES);
    this.items = new TokenBuckets(tokenRate(itemLimit, itemLimit * BURST_SECONDS), MOST_RATES);
  }

  /**
   * How long a device has to wait before it asks again for its turn, in milliseconds; 0: it has it, which takes a message from
   * its rate. Nothing is taken from who waits, and may end before.
   */
  waitOf(id: string): number {
    const now = this.now();
    const owedMs = this.limits.itemLimit === 0 ? 0 : this.items.of(id, now).owedMs(now);
    if (owedMs > 0 || this.limits.rateLimit === 0) return Math.ceil(owedMs);
    const bucket = this.messages.of(id, now);
    return bucket.tryTake(now) ? 0 : bucket.untilNextMs(now);
  }

  /** Takes so many items from a device's rate. */
  spend(id: string, items: number): void {
    if (this.limits.itemLimit > 0) this.items.of(id, this.now()).spend(items);
  }
}
