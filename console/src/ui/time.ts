import type { Language } from "./texts.ts";

/** Every time of the console is Beijing's, wherever the computer stands. */
const ZONE = "Asia/Shanghai";

const formats = new Map<string, Intl.DateTimeFormat>();
function format(language: Language, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = language + JSON.stringify(options);
  let made = formats.get(key);
  if (!made) {
    made = new Intl.DateTimeFormat(language === "zh" ? "zh-CN" : "en-GB", {
      timeZone: ZONE,
      hourCycle: "h23",
      ...options,
    });
    formats.set(key, made);
  }
  return made;
}

type Moment = string | number | Date;
const at = (moment: Moment): Date => (moment instanceof Date ? moment : new Date(moment));

/** `02:16:24` */
export const clockTime = (moment: Moment): string =>
  format("en", { hour: "2-digit", minute: "2-digit", second: "2-digit" }).format(at(moment));
/** `02:16` */
export const hourMinute = (moment: Moment): string =>
  format("en", { hour: "2-digit", minute: "2-digit" }).format(at(moment));
/** `6月21日`, `21 June` */
export const dayOf = (moment: Moment, language: Language): string =>
  format(language, { day: "numeric", month: language === "zh" ? "numeric" : "short" })
    .format(at(moment))
    .replace(/^(\d+)\/(\d+)$/, "$1月$2日");
/** `2026-06-21`, for fields and addresses. */
export const isoDay = (moment: Moment): string =>
  format("en", { year: "numeric", month: "2-digit", day: "2-digit" })
    .format(at(moment))
    .split("/")
    .reverse()
    .join("-");
export const weekdayOf = (moment: Moment, language: Language): string =>
  format(language, { weekday: "long" }).format(at(moment));

/** `02:16` of today, `6月20日 21:47` of another day, with the year when it is another one. */
export function shortMoment(moment: Moment, language: Language, now: number): string {
  const day = isoDay(moment);
  const today = isoDay(now);
  if (day === today) return hourMinute(moment);
  const withYear =
    day.slice(0, 4) === today.slice(0, 4) ? "" : `${day.slice(0, 4)}${language === "zh" ? "年" : " "}`;
  const text = dayOf(moment, language);
  return language === "zh"
    ? `${withYear}${text} ${hourMinute(moment)}`
    : `${text} ${withYear}${hourMinute(moment)}`;
}
/** `2026-06-21 02:16:24`: for tables that are read by engineers, and titles. */
export const fullMoment = (moment: Moment): string => `${isoDay(moment)} ${clockTime(moment)}`;

/** How long ago, in the coarsest unit that says enough: `4 分钟`, `1 小时 23 分`, `3 天`. */
export function duration(ms: number, language: Language): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const [s, m, h, d] = language === "zh" ? [" 秒", " 分钟", " 小时", " 天"] : [" s", " min", " h", " d"];
  if (seconds < 60) return `${seconds}${s}`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes}${m}`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) {
    const rest = minutes % 60;
    const tail = language === "zh" ? ` ${rest} 分` : ` ${rest} min`;
    return `${hours}${h}${rest === 0 ? "" : tail}`;
  }
  return `${Math.floor(hours / 24)}${d}`;
}
/** A page's clock ticks: what is no further ahead came since it last did. */
const AHEAD_MS = 60_000;
/** `4 分钟前`; of a device whose clock is ahead `时间超前 4 小时`. */
export const ago = (moment: Moment, language: Language, now: number): string => {
  const age = now - at(moment).getTime();
  const ahead = age <= -AHEAD_MS;
  const text = duration(ahead ? -age : age, language);
  if (ahead) return language === "zh" ? `时间超前 ${text}` : `in ${text}`;
  return language === "zh" ? `${text}前` : `${text} ago`;
};
/** `00:42`, of what is running. */
export function elapsed(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const two = (value: number) => String(value).padStart(2, "0");
  const hours = Math.floor(seconds / 3600);
  return `${hours > 0 ? `${two(hours)}:` : ""}${two(Math.floor((seconds % 3600) / 60))}:${two(seconds % 60)}`;
}

/** What a `datetime-local` field holds, read as Beijing time. @returns RFC 3339, or undefined for no moment */
export function fromField(text: string): string | undefined {
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?$/.test(text)) return undefined;
  const moment = `${text.length === 16 ? `${text}:00` : text}+08:00`;
  return Number.isNaN(Date.parse(moment)) ? undefined : moment;
}
/** A moment as a `datetime-local` field takes it, in Beijing time. */
export const toField = (moment: Moment): string => `${isoDay(moment)}T${hourMinute(moment)}`;
