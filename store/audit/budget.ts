import { TokenBuckets, tokenRate } from "../../base/token-bucket.ts";

/** Limits the audit rows of failures, so that a caller who floods the platform does not flood the audit. */
export interface AuditBudget {
  /**
   * Asks for a row.
   * @param key whose share the row comes out of
   * @param now in milliseconds, of any clock that does not go back
   * @returns how many went without a row since the last one; undefined: this one goes without as well
   */
  take(key: string, now: number): number | undefined;
  /**
   * The keys with failures that have had no row since the last one, and how many; they count as recorded from then on.
   */
  drain(): { readonly key: string; readonly left: number }[];
}

export interface AuditBudgetOptions {
  /** At first so many rows of one key come one by one … */
  readonly burst: number;
  /** … and then one in so many milliseconds. */
  readonly everyMs: number;
  /** The budget knows so many keys; it forgets first the one that was quiet for the longest time. */
  readonly maxKeys?: number;
}

export function createAuditBudget({ burst, everyMs, maxKeys = 10_000 }: AuditBudgetOptions): AuditBudget {
  const buckets = new TokenBuckets(tokenRate(1000 / everyMs, burst), maxKeys);
  /** How many of a key went without a row since its last one; the key that was quiet for the longest time is first. */
  const without = new Map<string, number>();
  return {
    take(key, now) {
      const left = without.get(key) ?? 0;
      without.delete(key);
      if (buckets.of(key, now).tryTake(now)) return left;
      without.set(key, left + 1);
      if (without.size > maxKeys) without.delete(without.keys().next().value!);
      return undefined;
    },
    drain() {
      const due = [...without].map(([key, left]) => ({ key, left }));
      without.clear();
      return due;
    },
  };
}
