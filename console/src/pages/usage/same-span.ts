import { BEIJING_MS, DAY_MS } from "../../chart/points.ts";
import type { Language } from "../../ui/texts.ts";
import { dayOf, shortMoment } from "../../ui/time.ts";
import type { Period, StepBy } from "./period.ts";

export const HOUR_MS = DAY_MS / 24;

/** A time in whole buckets. */
export interface CountedSpan {
  readonly interval: "1h" | "1d" | "1mo";
  readonly from: number;
  readonly to: number;
}

/** The beginning of the hour or the day of Beijing that runs. */
const wholeBefore = (moment: number, step: number): number =>
  Math.floor((moment + BEIJING_MS) / step) * step - BEIJING_MS;

const beijingDate = (moment: number) => new Date(moment + BEIJING_MS);

/**
 * Up to when a period is compared. One that runs: up to the last whole hour, and of a year up to the last whole day,
 * because days outlive their readings. After 28 days there is no more of February that March could be compared with.
 */
export function countedUntil({ by, from, to, before, running }: Period, now: number): number {
  if (!running) return to;
  if (by === "month") return wholeBefore(now, DAY_MS);
  return Math.min(wholeBefore(now, HOUR_MS), from + before.to - before.from);
}

/** The moment that is to the period before what `until` is to this one. */
function sameMomentBefore({ by, from, before, running }: Period, until: number): number {
  if (!running) return before.to;
  if (by !== "month") return before.from + until - from;
  const day = beijingDate(until);
  // Of years the date counts: with 29 February they are not equally long.
  return Date.UTC(day.getUTCFullYear() - 1, day.getUTCMonth(), day.getUTCDate()) - BEIJING_MS;
}

/** The same span of the period before: in its own buckets, and what is left in the next smaller ones. */
export function comparedSpans(period: Period, until: number): readonly CountedSpan[] {
  const { by, interval, before } = period;
  const to = sameMomentBefore(period, until);
  const date = beijingDate(to);
  const whole =
    by === "month"
      ? Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), 1) - BEIJING_MS
      : wholeBefore(to, by === "day" ? DAY_MS : HOUR_MS);
  const spans: CountedSpan[] = [
    { interval, from: before.from, to: whole },
    { interval: by === "month" ? "1d" : "1h", from: whole, to },
  ];
  return spans.filter((span) => span.from < span.to);
}

/** `18:00` of today, `6月20日` of a whole day. */
export const untilWords = (by: StepBy, until: number, language: Language, now: number): string =>
  by === "month" ? dayOf(until - 1, language) : shortMoment(until, language, now);
