import { ROLLUP_TIME_ZONE } from "./kind-table.ts";

/** The source of the buckets of a series: readings, readings by whole hours, or kept days. */
export type SeriesSource = "raw" | "1h" | "1d";

/** A bucket's length in calendar terms: a month has 28 to 31 days, and a day in a zone with DST 23 to 25 hours. */
export interface Interval {
  readonly amount: number;
  readonly unit: "minute" | "hour" | "day" | "week" | "month";
}

const UNITS: Readonly<Record<string, Interval["unit"]>> = {
  m: "minute",
  h: "hour",
  d: "day",
  w: "week",
  mo: "month",
};

const SECONDS: Readonly<Record<Interval["unit"], number>> = {
  minute: 60,
  hour: 3600,
  day: 86_400,
  week: 604_800,
  // The shortest month, so that an estimate of a number of buckets is never too low.
  month: 28 * 86_400,
};

/** `15m`, `1h`, `1d`, `1w` (from Monday) or `1mo`; at most three digits. */
export const INTERVAL_PATTERN = /^([1-9]\d{0,2})(m|h|d|w|mo)$/;

/** Reads an interval; undefined when the text is none. Whole hours of minutes count as hours. */
export function parseInterval(text: string): Interval | undefined {
  const match = INTERVAL_PATTERN.exec(text);
  if (!match) return undefined;
  const amount = Number(match[1]);
  const unit = UNITS[match[2]!]!;
  return unit === "minute" && amount % 60 === 0 ? { amount: amount / 60, unit: "hour" } : { amount, unit };
}

/** The interval as PostgreSQL reads it. */
export const toSqlInterval = ({ amount, unit }: Interval): string => `${amount} ${unit}`;

/** How many buckets a span holds, rounded up; for months an upper estimate. */
export const countBuckets = ({ amount, unit }: Interval, from: Date, to: Date): number =>
  Math.ceil((to.getTime() - from.getTime()) / (SECONDS[unit] * amount * 1000));

const IANA_NAME = /^[A-Za-z][A-Za-z0-9_+-]*(\/[A-Za-z0-9_+-]+)*$/;

/**
 * True for the name of a time zone. Offsets such as `+08:00` are refused: PostgreSQL reads them the POSIX way, with the
 * sign turned round.
 */
export function isTimeZone(name: string): boolean {
  if (!IANA_NAME.test(name)) return false;
  try {
    new Intl.DateTimeFormat("en", { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

/** No reading is older: a device clock before 2015 is refused as unset. */
const FIRST_YEAR = 2015;

/**
 * True when the zone's clock differs from UTC by whole hours all through the span, so that its days consist of whole
 * UTC hours. Offsets change with the season or by law, so each year's winter and summer are looked at.
 */
function hasWholeHours(timeZone: string, from: Date, to: Date): boolean {
  const minute = new Intl.DateTimeFormat("en", { timeZone, minute: "numeric" });
  const moments = [from, to];
  for (let year = Math.max(from.getUTCFullYear(), FIRST_YEAR); year <= to.getUTCFullYear(); year++) {
    moments.push(new Date(Date.UTC(year, 0, 1)), new Date(Date.UTC(year, 6, 1)));
  }
  return moments.every((moment) => {
    const hour = new Date(Math.floor(moment.getTime() / 3_600_000) * 3_600_000);
    return Number(minute.format(hour)) === 0;
  });
}

/**
 * The coarsest table whose buckets fill the wanted buckets exactly: days are days of Asia/Shanghai, hours are UTC
 * hours, and anything else comes from readings.
 */
export function chooseSource(interval: Interval, timeZone: string, from: Date, to: Date): SeriesSource {
  if (interval.unit === "minute") return "raw";
  if (interval.unit !== "hour" && timeZone === ROLLUP_TIME_ZONE) return "1d";
  return hasWholeHours(timeZone, from, to) ? "1h" : "raw";
}
