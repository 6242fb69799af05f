/** How long approvers and duty officers wait who were made, granted or reset over HTTP. */
export interface GrantDelay {
  /** 0: they do not wait. */
  readonly delayMs: number;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

const HOUR_MS = 3_600_000;

/** The delay made from the setting. */
export const grantDelay = (hours: number, now: () => number = Date.now): GrantDelay => ({
  delayMs: hours * HOUR_MS,
  now,
});
