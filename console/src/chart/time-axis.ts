import type { Language } from "../ui/texts.ts";
import { dayOf, hourMinute, isoDay } from "../ui/time.ts";
import { BEIJING_MS, DAY_MS } from "./points.ts";

export interface TimeMark {
  readonly at: number;
  readonly label: string;
}

export interface TimeAxis {
  readonly marks: readonly TimeMark[];
  /** Dotted lines, with the date where the marks are hours; without words where they are days. */
  readonly midnights: readonly TimeMark[];
}

const HOUR_MS = DAY_MS / 24;
/** Steps that a clock or a calendar has. */
const STEPS = [1, 2, 3, 4, 6, 12, 24, 48, 5 * 24, 7 * 24, 14 * 24].map((hours) => hours * HOUR_MS);
/** Room for one label, in pixels. */
const LABEL_PX = { hour: 64, day: 84 };
/** Longer ranges are marked by months. */
const LONGEST_BY_DAYS_MS = 130 * DAY_MS;

const monthOf = (at: number, language: Language) => {
  const [year, month] = isoDay(at).split("-");
  if (language === "zh") return month === "01" ? `${year}年1月` : `${Number(month)}月`;
  const name = dayOf(at, language).replace(/^\d+ /, "");
  return month === "01" ? `${name} ${year}` : name;
};

function monthMarks(from: number, until: number, most: number, language: Language): TimeMark[] {
  const marks: TimeMark[] = [];
  const first = new Date(from + BEIJING_MS);
  const months = (until - from) / (30 * DAY_MS);
  const step = [1, 2, 3, 6, 12].find((one) => months / one <= most) ?? 12;
  for (let month = 0; ; month++) {
    const at = Date.UTC(first.getUTCFullYear(), month, 1) - BEIJING_MS;
    if (at > until) return marks;
    if (at >= from && month % step === 0) marks.push({ at, label: monthOf(at, language) });
  }
}

/** Whole steps of Beijing's clock within the range. */
function regular(from: number, until: number, stepMs: number): number[] {
  // Weeks begin on Monday; 1970-01-01 was a Thursday.
  const shift = BEIJING_MS + (stepMs % (7 * DAY_MS) === 0 ? 3 * DAY_MS : 0);
  const marks: number[] = [];
  for (let at = Math.ceil((from + shift) / stepMs) * stepMs - shift; at <= until; at += stepMs)
    marks.push(at);
  return marks;
}

/** The marks of a range that is drawn `widthPx` wide: hours with the date at midnight, days, or months. */
export function timeAxis(from: number, until: number, widthPx: number, language: Language): TimeAxis {
  const span = until - from;
  if (span > LONGEST_BY_DAYS_MS)
    return { marks: monthMarks(from, until, widthPx / LABEL_PX.day, language), midnights: [] };
  const step =
    STEPS.find((one) => (span / one) * (one < DAY_MS ? LABEL_PX.hour : LABEL_PX.day) <= widthPx) ??
    STEPS.at(-1)!;
  const day = (at: number) => ({ at, label: dayOf(at, language) });
  if (step >= DAY_MS) return { marks: regular(from, until, step).map(day), midnights: [] };
  const inside = regular(from, until, DAY_MS).filter((at) => at > from && at < until);
  // Noon and midnight alone say less than the days.
  if (step === DAY_MS / 2)
    return { marks: inside.map(day), midnights: inside.map((at) => ({ at, label: "" })) };
  const hours = regular(from, until, step).map((at) => ({ at, label: hourMinute(at) }));
  return { marks: hours, midnights: inside.map(day) };
}

/** How a step of time is called: `02:00` of an hour, `6月21日` of a day, `2026年6月` of a month. */
function stepName(at: number, until: number, language: Language): string {
  const span = until - at;
  if (span > 27 * DAY_MS && isoDay(at).endsWith("-01")) {
    const [year, month] = isoDay(at).split("-");
    return language === "zh"
      ? `${year}年${Number(month)}月`
      : `${dayOf(at, language).replace(/^\d+ /, "")} ${year}`;
  }
  if (span > DAY_MS) return `${dayOf(at, language)}–${dayOf(until - 1, language)}`;
  return span === DAY_MS ? dayOf(at, language) : hourMinute(at);
}

/** The same with its day, for a table and the cursor. */
export const stepMoment = (at: number, until: number, language: Language): string =>
  until - at >= DAY_MS ? stepName(at, until, language) : `${dayOf(at, language)} ${hourMinute(at)}`;

/** What is missing: `17:00`, `17:00–20:00`, `6月20日–6月21日`. `stepMs` is one step of the chart. */
export function spanName(at: number, until: number, stepMs: number, language: Language): string {
  if (until - at <= stepMs) return stepName(at, until, language);
  if (stepMs >= DAY_MS) return `${dayOf(at, language)}–${dayOf(until - 1, language)}`;
  const sameDay = isoDay(at) === isoDay(until - 1);
  const [first, last] = [hourMinute(at), hourMinute(until)];
  return sameDay ? `${first}–${last}` : `${dayOf(at, language)} ${first}–${dayOf(until, language)} ${last}`;
}
