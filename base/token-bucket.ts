/** The rate at which buckets fill, and their size. Shared by many buckets. */
export interface TokenRate {
  readonly perMs: number;
  readonly burst: number;
}

/**
 * @param perSecond tokens per second in the long run
 * @param burst tokens that may be taken at once after a quiet time
 */
export const tokenRate = (perSecond: number, burst: number): TokenRate => ({
  perMs: perSecond / 1000,
  burst,
});

/** Keeps rounding of fractions from holding a token back. */
const ROUNDING = 1e-9;

/**
 * A token bucket. Moments are epoch milliseconds; a clock that was set back gives nothing and takes nothing. A caller
 * that takes more than there is puts the bucket into debt, so that work which is delayed as told runs at exactly the
 * rate.
 */
export class TokenBucket {
  private readonly rate: TokenRate;
  private tokens: number;
  private updatedAt: number;

  constructor(rate: TokenRate, now: number) {
    this.rate = rate;
    this.tokens = rate.burst;
    this.updatedAt = now;
  }

  /** Takes a token, or nothing where there is none. */
  tryTake(now: number): boolean {
    this.refill(now);
    if (this.tokens < 1 - ROUNDING) return false;
    this.tokens--;
    return true;
  }

  /** Takes a token in any case. @returns milliseconds until it is there */
  take(now: number): number {
    this.refill(now);
    this.tokens--;
    return this.tokens >= 0 ? 0 : -this.tokens / this.rate.perMs;
  }

  /** Milliseconds until the bucket has made up for tokens spent beyond the burst. */
  owedMs(now: number): number {
    this.refill(now);
    return this.tokens >= 0 ? 0 : -this.tokens / this.rate.perMs;
  }

  /** The present tokens, with fractions; below 0 while some are owed. */
  left(now: number): number {
    this.refill(now);
    return this.tokens;
  }

  /** Milliseconds, rounded up, until there is a whole token; 0 when there is one. */
  untilNextMs(now: number): number {
    this.refill(now);
    const missing = 1 - ROUNDING - this.tokens;
    return missing <= 0 ? 0 : Math.ceil(missing / this.rate.perMs);
  }

  /** Spends tokens whose number is only known after they were taken. */
  spend(count: number): void {
    this.tokens -= count;
  }

  /** Takes back `count` tokens that were not used after all. */
  giveBack(count: number): void {
    this.tokens += count;
  }

  private refill(now: number): void {
    const { perMs, burst } = this.rate;
    this.tokens = Math.min(burst, this.tokens + Math.max(0, now - this.updatedAt) * perMs);
    this.updatedAt = now;
  }
}

/** Buckets of one rate by key. Beyond `maxKeys`, the bucket that was not used for the longest time begins anew. */
export class TokenBuckets {
  readonly rate: TokenRate;
  private readonly maxKeys: number;
  private readonly buckets = new Map<string, TokenBucket>();

  constructor(rate: TokenRate, maxKeys: number) {
    this.rate = rate;
    this.maxKeys = maxKeys;
  }

  /** The bucket of a key. Undefined where it is full: a look makes no bucket, so that looks push none out. */
  find(key: string): TokenBucket | undefined {
    const bucket = this.buckets.get(key);
    if (bucket) this.touch(key, bucket);
    return bucket;
  }

  /** The bucket of a key, to take from it. */
  of(key: string, now: number): TokenBucket {
    const bucket = this.buckets.get(key) ?? new TokenBucket(this.rate, now);
    this.touch(key, bucket);
    if (this.buckets.size > this.maxKeys) this.buckets.delete(this.buckets.keys().next().value as string);
    return bucket;
  }

  /** Takes back a token of a key that was not used after all. */
  giveBack(key: string, now: number): void {
    const bucket = this.buckets.get(key);
    if (!bucket) return;
    bucket.giveBack(1);
    if (bucket.left(now) >= this.rate.burst) this.buckets.delete(key);
    else this.touch(key, bucket);
  }

  private touch(key: string, bucket: TokenBucket): void {
    this.buckets.delete(key);
    this.buckets.set(key, bucket);
  }
}
