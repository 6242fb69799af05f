/** China keeps one zone without summer time (since 1991), so local time is plain arithmetic. */
const OFFSET_MS = 8 * 3_600_000;
export const DAY_MS = 86_400_000;
export const HOUR_MS = 3_600_000;

/** Whole days of local time since 1970-01-01. */
export const localDay = (at: Date): number => Math.floor((at.getTime() + OFFSET_MS) / DAY_MS);

/** Hours since local midnight, in [0, 24). */
export function localHours(at: Date): number {
  const local = at.getTime() + OFFSET_MS;
  return (local - Math.floor(local / DAY_MS) * DAY_MS) / HOUR_MS;
}

/** The local midnight that begins a day as numbered by `localDay`. */
export const startOfLocalDay = (day: number): number => day * DAY_MS - OFFSET_MS;
