import { expect } from "vitest";

/**
 * Holds what has taken from `since` (by `performance.now()`) till now to `limitMs`, and tells how long that was, with
 * `VITALS=1` alone: where others work on the machine too, it says more of the machine than of the console.
 */
export function holdTime(what: string, since: number, limitMs: number): void {
  if (!process.env.VITALS) return;
  const took = Math.round(performance.now() - since);
  console.log(`${what}: ${took} ms of ${limitMs}`);
  expect(took, what).toBeLessThanOrEqual(limitMs);
}
