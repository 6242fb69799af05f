import { CHINA_OFFSET_MS, DAY_MS } from "../local-time.ts";

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
 * @param offsetMs of its zone, east of Greenwich
 */
export function clockMoment(fields: ClockFields, offsetMs: number): number | undefined {
  const { year, month, day, hour = 0, minute = 0, second = 0 } = fields;
  if (hour > 23 || minute > 59 || second > 59) return undefined;
  const at = Date.UTC(year, month - 1, day, hour, minute, second);
  // 31 February rolls over, and is no day.
  const read = new Date(at);
  const isDay =
    read.getUTCFullYear() === year && read.getUTCMonth() === month - 1 && read.getUTCDate() === day;
  return isDay ? at - offsetMs : undefined;
}

export const utcText = (at: number): string => new Date(at).toISOString();

/** Whole seconds in the time of China, with its offset. */
export const chinaText = (at: number): string =>
  `${new Date(at + CHINA_OFFSET_MS).toISOString().slice(0, 19)}+08:00`;

const isSane = (clock: number, receivedAt: number): boolean =>
  clock >= EARLIEST_MS && clock <= receivedAt + MAX_AHEAD_MS && clock >= receivedAt - MAX_BEHIND_MS;

/**
 * The times of an item: by the device's own clock where that can be right, or else by its arrival, with the clock beside.
 * @param clock undefined where the device told none
 * @param text writes the clock in the device's zone
 */
export function timesOf(clock: number | undefined, receivedAt: number, text = utcText) {
  if (clock === undefined) return { observedAt: utcText(receivedAt) };
  return isSane(clock, receivedAt)
    ? { observedAt: text(clock) }
    : { observedAt: utcText(receivedAt), meter_clock: text(clock) };
}
