/**
 * The note of a device that reports in its rhythm is at most a quarter of that old, and a minute where the rhythm is
 * slow: a meter that reports every hour is noted each time, one that sends a late week in a second once.
 */
const SHARE_OF_INTERVAL = 4;

const LONGEST_STEP_MS = 60_000;

export const seenStepMs = (reportIntervalMs: number): number =>
  Math.min(reportIntervalMs / SHARE_OF_INTERVAL, LONGEST_STEP_MS);
