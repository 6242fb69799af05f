const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

export const CHINA_MINUTES = 480;

/** Clocks that were never set stand at 1970, 2000 or 2013. */
const EARLIEST_MS = Date.UTC(2015, 0, 1);
const MAX_AHEAD_MS = DAY_MS;
/** A meter keeps what it could not send for some weeks. A clock that is further behind is not set, or has stopped. */
const MAX_BEHIND_MS = 40 * DAY_MS;

export interface ClockFields {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour?: number;
  readonly minute?: number;
  readonly second?: number;
}

/**
 * A clock's fields as epoch milliseconds; undefined for a day or an hour that does not exist.
 * @param offsetMinutes of its zone, east of Greenwich
 */
export function clockMoment(fields: ClockFields, offsetMinutes: number): number | undefined {
  const { year, month, day, hour = 0, minute = 0, second = 0 } = fields;
  if (hour > 23 || minute > 59 || second > 59) return undefined;
  const at = Date.UTC(year, month - 1, day, hour, minute, second);
  // 31 February rolls over, and is no day.
  const read = new Date(at);
  const isDay =
    read.getUTCFullYear() === year && read.getUTCMonth() === month - 1 && read.getUTCDate() === day;
  return isDay ? at - offsetMinutes * MINUTE_MS : undefined;
}

export const utcText = (at: number): string => new Date(at).toISOString();

/** Whole seconds in the time of China, with its offset. */
export const chinaText = (at: number): string =>
  `${new Date(at + CHINA_MINUTES * MINUTE_MS).toISOString().slice(0, 19)}+08:00`;

/** True when a reading may be told by the device's own clock, and not by the time of its arrival. */
export const isSane = (clock: number, receivedAt: number): boolean =>
  clock >= EARLIEST_MS && clock <= receivedAt + MAX_AHEAD_MS && clock >= receivedAt - MAX_BEHIND_MS;
