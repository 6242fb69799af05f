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

interface Share {
  /** How much of the burst is used, at `at`; it falls by one each `everyMs`. */
  used: number;
  at: number;
  left: number;
}

export function createAuditBudget({ burst, everyMs, maxKeys = 10_000 }: AuditBudgetOptions): AuditBudget {
  const shares = new Map<string, Share>();
  return {
    take(key, now) {
      const share = shares.get(key) ?? { used: 0, at: now, left: 0 };
      shares.delete(key);
      shares.set(key, share);
      if (shares.size > maxKeys) shares.delete(shares.keys().next().value!);
      share.used = Math.max(0, share.used - (now - share.at) / everyMs);
      share.at = now;
      if (share.used > burst - 1) {
        share.left++;
        return undefined;
      }
      share.used++;
      const { left } = share;
      share.left = 0;
      return left;
    },
    drain() {
      const due = [...shares].filter(([, { left }]) => left > 0).map(([key, { left }]) => ({ key, left }));
      for (const { key } of due) shares.get(key)!.left = 0;
      return due;
    },
  };
}
