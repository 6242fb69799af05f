import { BEIJING_MS, DAY_MS } from "../../chart/points.ts";
import type { Language } from "../../ui/texts.ts";
import { dayOf, isoDay } from "../../ui/time.ts";

export const STEPS_BY = ["hour", "day", "month"] as const;
/** What one bar is: hours of a day, days of a month, or months of a year. */
export type StepBy = (typeof STEPS_BY)[number];

/** A day, a month or a year of Beijing, and the one before it. */
export interface Period {
  readonly by: StepBy;
  /** As it stands in the address: `2026-06-21`, `2026-06`, `2026`. */
  readonly name: string;
  readonly from: number;
  readonly to: number;
  readonly before: { readonly name: string; readonly from: number; readonly to: number };
  /** Undefined where that has not begun yet. */
  readonly after: string | undefined;
  readonly interval: "1h" | "1d" | "1mo";
  /** It is not over yet. */
  readonly running: boolean;
}

const FORMS: Readonly<Record<StepBy, RegExp>> = {
  hour: /^\d{4}-\d\d-\d\d$/,
  day: /^\d{4}-\d\d$/,
  month: /^\d{4}$/,
};
const LENGTHS: Readonly<Record<StepBy, number>> = { hour: 10, day: 7, month: 4 };
const INTERVALS = { hour: "1h", day: "1d", month: "1mo" } as const;

/** Year, month from 0, and day of a name. */
const partsOf = (name: string): [number, number, number] => {
  const [year = 0, month = 1, day = 1] = name.split("-").map(Number);
  return [year, month - 1, day];
};

/** The beginning of the period that lies `away` periods after the one that is named. */
function beginning(by: StepBy, name: string, away: number): number {
  const [year, month, day] = partsOf(name);
  const shifted: [number, number, number] =
    by === "hour" ? [year, month, day + away] : by === "day" ? [year, month + away, 1] : [year + away, 0, 1];
  return Date.UTC(...shifted) - BEIJING_MS;
}

const nameAt = (by: StepBy, moment: number): string => isoDay(moment).slice(0, LENGTHS[by]);

/** A name that is a date: no thirteenth month, no 31 June. */
const isDate = (by: StepBy, name: string): boolean =>
  FORMS[by].test(name) && nameAt(by, beginning(by, name, 0)) === name;

/** The period of an address, `by=day&period=2026-06`; without one that which runs now. */
export function periodOf(search: URLSearchParams, now: number): Period {
  const by = STEPS_BY.find((one) => one === search.get("by")) ?? "day";
  const asked = search.get("period") ?? "";
  const current = nameAt(by, now);
  const name = isDate(by, asked) && asked <= current ? asked : current;
  const [before, from, to] = [-1, 0, 1].map((away) => beginning(by, name, away)) as [number, number, number];
  return {
    by,
    name,
    from,
    to,
    before: { name: nameAt(by, before), from: before, to: from },
    after: to <= now ? nameAt(by, to) : undefined,
    interval: INTERVALS[by],
    running: to > now,
  };
}

/** `2026年6月`, `6月21日`, `2026年` */
export function periodWords(by: StepBy, name: string, language: Language): string {
  const [year, month] = partsOf(name);
  const at = beginning(by, name, 0);
  if (by === "hour")
    return language === "zh" ? `${year}年${dayOf(at, language)}` : `${dayOf(at, language)} ${year}`;
  if (by === "month") return language === "zh" ? `${year}年` : `${year}`;
  return language === "zh"
    ? `${year}年${month + 1}月`
    : `${dayOf(at + DAY_MS, language).replace(/^\d+ /, "")} ${year}`;
}

export const momentText = (moment: number): string => new Date(moment).toISOString();
