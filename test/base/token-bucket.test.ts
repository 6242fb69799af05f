import { describe, expect, it } from "vitest";
import { TokenBucket } from "../../base/token-bucket.ts";

describe("TokenBucket", () => {
  it("lets a burst pass and then tells how long to wait, so that the rate comes out exactly", () => {
    const bucket = new TokenBucket(10, 20, 0);
    const waits = Array.from({ length: 25 }, () => bucket.take(0));
    expect(waits.slice(0, 20)).toEqual(new Array(20).fill(0));
    expect(waits.slice(20)).toEqual([100, 200, 300, 400, 500]);
  });

  it("fills up again with time, but never beyond the burst", () => {
    const bucket = new TokenBucket(10, 5, 0);
    for (let i = 0; i < 5; i++) expect(bucket.tryTake(0)).toBe(true);
    expect(bucket.tryTake(99)).toBe(false);
    expect(bucket.tryTake(100)).toBe(true);
    for (let i = 0; i < 5; i++) expect(bucket.tryTake(3_600_000)).toBe(true);
    expect(bucket.tryTake(3_600_000)).toBe(false);
  });

  it("is not confused by a clock that goes backwards", () => {
    const bucket = new TokenBucket(1, 1, 10_000);
    expect(bucket.tryTake(10_000)).toBe(true);
    expect(bucket.tryTake(0)).toBe(false);
    expect(bucket.tryTake(1000)).toBe(true);
  });
});
