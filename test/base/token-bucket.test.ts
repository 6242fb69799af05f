import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { TokenBucket, TokenBuckets, tokenRate } from "../../base/token-bucket.ts";

describe("TokenBucket", () => {
  it("lets a burst pass and then tells how long to wait, so that the rate comes out exactly", () => {
    const bucket = new TokenBucket(tokenRate(10, 20), 0);
    const waits = Array.from({ length: 25 }, () => bucket.take(0));
    expect(waits.slice(0, 20)).toEqual(new Array(20).fill(0));
    expect(waits.slice(20)).toEqual([100, 200, 300, 400, 500]);
  });

  it("fills up again with time, but never beyond the burst", () => {
    const bucket = new TokenBucket(tokenRate(10, 5), 0);
    for (let i = 0; i < 5; i++) expect(bucket.tryTake(0)).toBe(true);
    expect(bucket.tryTake(99)).toBe(false);
    expect(bucket.tryTake(100)).toBe(true);
    for (let i = 0; i < 5; i++) expect(bucket.tryTake(3_600_000)).toBe(true);
    expect(bucket.tryTake(3_600_000)).toBe(false);
  });

  it("is not confused by a clock that goes backwards", () => {
    const bucket = new TokenBucket(tokenRate(1, 1), 10_000);
    expect(bucket.tryTake(10_000)).toBe(true);
    expect(bucket.tryTake(0)).toBe(false);
    expect(bucket.tryTake(1000)).toBe(true);
  });

  it("takes what comes out more than was known, and gives it back where it was not used", () => {
    const bucket = new TokenBucket(tokenRate(10, 20), 0);
    bucket.spend(50);
    expect([bucket.left(0), bucket.owedMs(0), bucket.tryTake(0)]).toEqual([-30, 3000, false]);
    bucket.giveBack(31);
    expect([bucket.left(0), bucket.owedMs(0), bucket.tryTake(0)]).toEqual([1, 0, true]);
    bucket.giveBack(100);
    expect(bucket.left(0)).toBe(20);
  });

  const rates = fc.record({
    perSecond: fc.double({ min: 0.001, max: 5000, noNaN: true }),
    burst: fc.integer({ min: 1, max: 500 }),
  });
  const pauses = fc.array(fc.integer({ min: 0, max: 5000 }), { minLength: 1, maxLength: 200 });

  it("lets through no more than the burst and what filled it, in any stretch of time, and no less where all is asked for", () => {
    fc.assert(
      fc.property(rates, pauses, ({ perSecond, burst }, between) => {
        const bucket = new TokenBucket(tokenRate(perSecond, burst), 0);
        const taken: number[] = [];
        let now = 0;
        for (const pause of between) {
          now += pause;
          let more = 0;
          while (bucket.tryTake(now)) {
            taken.push(now);
            more++;
          }
          expect(more).toBeLessThanOrEqual(burst);
          // A whole token is never left lying.
          expect(bucket.left(now)).toBeLessThan(1);
        }
        taken.forEach((from, first) => {
          const last = taken.at(-1)!;
          expect(taken.length - first).toBeLessThanOrEqual(burst + ((last - from) * perSecond) / 1000 + 1e-6);
        });
      }),
    );
  });

  it("tells who finds none how long to wait: then there is one, and a millisecond before there was none", () => {
    fc.assert(
      fc.property(rates, pauses, (rate, between) => {
        const bucket = new TokenBucket(tokenRate(rate.perSecond, rate.burst), 0);
        let now = 0;
        for (const pause of between) {
          now += pause;
          while (bucket.tryTake(now));
          const waitMs = bucket.untilNextMs(now);
          expect(waitMs).toBeGreaterThan(0);
          expect(Number.isInteger(waitMs)).toBe(true);
          expect(bucket.tryTake(now + waitMs - 1)).toBe(false);
          now += waitMs;
          expect(bucket.untilNextMs(now)).toBe(0);
          expect(bucket.tryTake(now)).toBe(true);
        }
      }),
    );
  });

  it("sends what waits as long as told on at the rate, once the burst is used up", () => {
    fc.assert(
      fc.property(rates, pauses, ({ perSecond, burst }, between) => {
        const bucket = new TokenBucket(tokenRate(perSecond, burst), 0);
        let now = 0;
        // What leaves, by a bucket that is reckoned from the beginning each time.
        let free = -burst * (1000 / perSecond);
        for (const pause of between) {
          now += pause;
          free = Math.max(free, now - burst * (1000 / perSecond)) + 1000 / perSecond;
          const leaves = now + bucket.take(now);
          expect(leaves).toBeGreaterThanOrEqual(now);
          expect(Math.abs(leaves - Math.max(now, free))).toBeLessThan(1e-2 + Math.abs(free) * 1e-9);
        }
      }),
    );
  });

  it("gives and takes nothing while the clock is set back", () => {
    fc.assert(
      fc.property(rates, fc.integer({ min: 1, max: 1e9 }), ({ perSecond, burst }, backMs) => {
        const bucket = new TokenBucket(tokenRate(perSecond, burst), 2e9);
        while (bucket.tryTake(2e9));
        const left = bucket.left(2e9);
        expect(bucket.left(2e9 - backMs)).toBe(left);
        expect(bucket.left(2e9 - backMs + 1000)).toBeCloseTo(Math.min(burst, left + perSecond), 6);
      }),
    );
  });
});

describe("buckets by key", () => {
  it("are apart from each other, and full at first", () => {
    const buckets = new TokenBuckets(tokenRate(1, 2), 10);
    expect(["a", "a", "a", "b"].map((key) => buckets.of(key, 0).tryTake(0))).toEqual([
      true,
      true,
      false,
      true,
    ]);
    expect(buckets.find("a")?.left(0)).toBe(0);
    expect(buckets.find("c")).toBeUndefined();
  });

  it("forget the one that was not used for the longest time, and none for those that were only looked for", () => {
    const buckets = new TokenBuckets(tokenRate(1, 2), 3);
    for (const key of ["a", "b", "c"]) buckets.of(key, 0).tryTake(0);
    for (let other = 0; other < 100; other++) buckets.find(`other ${other}`);
    expect(["b", "c", "a"].map((key) => buckets.find(key)?.left(0))).toEqual([1, 1, 1]);
    buckets.of("d", 0);
    expect(["a", "b", "c", "d"].map((key) => buckets.find(key) !== undefined)).toEqual([
      true,
      false,
      true,
      true,
    ]);
  });

  it("keep no bucket that is full again after what was given back, so that what costs nothing makes none forgotten", () => {
    const buckets = new TokenBuckets(tokenRate(1, 2), 3);
    buckets.of("a", 0).tryTake(0);
    for (let other = 0; other < 100; other++) {
      buckets.of(`other ${other}`, 0).tryTake(0);
      buckets.giveBack(`other ${other}`, 0);
      buckets.giveBack("nobody", 0);
    }
    expect(buckets.find("a")?.left(0)).toBe(1);
    expect(buckets.find("other 99")).toBeUndefined();
    buckets.of("a", 0).tryTake(0);
    buckets.giveBack("a", 0);
    expect(buckets.find("a")?.left(0)).toBe(1);
    buckets.giveBack("a", 1000);
    expect(buckets.find("a")).toBeUndefined();
  });
});
