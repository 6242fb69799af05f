export const DAY_MS = 86_400_000;
export const HOUR_MS = 3_600_000;
export const MINUTE_MS = 60_000;
/** China keeps one zone without summer time (since 1991), so local time is plain arithmetic. */
export const CHINA_OFFSET_MS = 8 * HOUR_MS;

/** Whole days of local time since 1970-01-01. */
export const localDay = (at: Date): number => Math.floor((at.getTime() + CHINA_OFFSET_MS) / DAY_MS);

/** Hours since local midnight, in [0, 24). */
export function localHours(at: Date): number {
  const local = at.getTime() + CHINA_OFFSET_MS;
  return (local - Math.floor(local / DAY_MS) * DAY_MS) / HOUR_MS;
}

/** The local midnight that begins a day as numbered by `localDay`. */
export const startOfLocalDay = (day: number): number => day * DAY_MS - CHINA_OFFSET_MS;
