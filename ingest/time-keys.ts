import { ExactNumber } from "../base/exact-json.ts";
import { isObject, type JsonObject, show } from "./kept-json.ts";
import { EARLIEST_MS } from "./observed-at.ts";
import { type Refusal, refuse } from "./reasons.ts";

/**
 * Names of the moment of an item on other platforms, protocols and firmware; in lower case, without `_`, `-` and
 * spaces.
 */
const CLEAR = new Set(
  (
    "ts tst tms tsms timestamp timestampms timestamputc datetime datetimeutc localtime utctime gpstime devicetime " +
    "devicetimestamp devicets eventtime eventtimestamp eventts observedat observedtime observationtime " +
    "measuredat measuretime measuredtime measurementtime recordedat recordtime recordedtime sampledat sampletime " +
    "samplingtime collectedat collecttime collectiontime acquiredat acquisitiontime acquiretime createdat createdtime " +
    "createtime reportedat reporttime reporttimestamp sentat sendtime datatime dataat readat readtime readingtime " +
    "phenomenontime resulttime epochms epochmillis epochseconds epochtime unixtime unixtimestamp unixms timems timeutc " +
    "timeiso isotime 时间 时间戳 日期 日期时间 采集时间 上报时间 观测时间 监测时间 测量时间 数据时间 抄表时间 冻结时间 设备时间"
  ).split(" "),
);

/** These may mean something else (a temperature, a place), so the value has to look like a time, too. */
const VAGUE = new Set(
  "t at time date day when clock rtc utc epoch unix observed measured recorded sampled created reported".split(
    " ",
  ),
);

const DATE_OR_CLOCK =
  /^\s*\d{4}[-/.年]\d{1,2}|^\s*\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4}|\d{1,2}:\d{2}|^\s*(?:19|20)\d{6}(?:\d{4}|\d{6})?\s*$/;
const DIGITS = /^\s*\d{10,19}(?:\.\d+)?\s*$/;

/** From 2015 to 2100, in seconds, milliseconds, microseconds or nanoseconds since 1970, or as the digits of a date. */
function isMoment(value: number): boolean {
  for (let unit = 1; unit <= 1e9; unit *= 1000)
    if (value >= 1.42e9 * unit && value < 4.11e9 * unit) return true;
  return value >= 20_150_101_000_000 && value < 21_000_101_000_000;
}

/** The last words of keys that name a moment. */
const TIME_WORDS = new Set("ts time timestamp stamp date datetime at clock".split(" "));

/** Words that may stand after that: a unit, or whose time it is. */
const UNIT_WORDS = new Set("s sec seconds ms millis us micros epoch unix utc gmt iso local".split(" "));

/** Words of keys whose number is a duration, also where it is as large as a moment. */
const DURATION_WORDS = new Set(
  "up run running on off operating operation working work busy idle elapsed total dead air life lag response".split(
    " ",
  ),
);

/** Words of keys that name a moment in the life of a device, which is none of its readings'. */
const LIFE_WORDS = new Set(
  (
    "boot booted install installed installation commissioned commissioning manufacture manufactured manufacturing " +
    "production produced built build calibration calibrated warranty expiry expires expiration valid firmware software next"
  ).split(" "),
);

const ISO_TEXT = /^\s*\d{4}-\d{2}-\d{2}(?:[Tt ]\d{2}:?\d{2}|\s*$)/;
const EPOCH_TEXT = /^\s*\d{10,16}(?:\.\d+)?\s*$/;
const YEAR_MS = 366 * 86_400_000;

/** @returns true when a value reads as a moment from 2015 to ten years ahead: ISO text, or s, ms or µs since 1970 */
function readsAsMoment(value: unknown, now: number): "text" | "number" | undefined {
  const latest = now + 10 * YEAR_MS;
  const isWithin = (at: number) => at >= EARLIEST_MS && at <= latest;
  if (typeof value === "string") {
    if (value.length > 64) return undefined;
    if (ISO_TEXT.test(value)) return isWithin(Date.parse(value.trim().slice(0, 10))) ? "text" : undefined;
    if (!EPOCH_TEXT.test(value)) return undefined;
  } else if (typeof value !== "number" && !(value instanceof ExactNumber)) return undefined;
  const number = Number(value);
  return isWithin(number) || isWithin(number * 1000) || isWithin(number / 1000) ? "number" : undefined;
}

/** A key's words, in lower case: of camelCase, snake_case, kebab-case and dotted ones. */
const wordsOf = (key: string): string[] =>
  key
    .replaceAll(/([a-z\d])([A-Z])|([A-Z])(?=[A-Z][a-z])/g, "$1$3 $2")
    .toLowerCase()
    .split(/[\s_.-]/)
    .filter((word) => word !== "");

/** True when a key, by its words and its value, says when an item was observed. */
function namesMoment(key: string, value: unknown, now: number): boolean {
  if (key.length > 64) return false;
  const form = readsAsMoment(value, now);
  if (form === undefined) return false;
  const words = wordsOf(key);
  while (words.length > 1 && UNIT_WORDS.has(words.at(-1)!)) words.pop();
  if (!TIME_WORDS.has(words.at(-1)!) || words.some((word) => LIFE_WORDS.has(word))) return false;
  return form === "text" || !words.some((word) => DURATION_WORDS.has(word));
}

function looksLikeTime(value: unknown): boolean {
  if (typeof value === "number") return isMoment(value);
  if (value instanceof ExactNumber) return isMoment(Number(value.text));
  if (typeof value !== "string" || value.length > 64) return false;
  return DATE_OR_CLOCK.test(value) || (DIGITS.test(value) && isMoment(Number(value)));
}

/** A key as its words, so that `Observed_At` is `observedat`. */
export const plainKey = (key: string): string => key.toLowerCase().replaceAll(/[\s_-]/g, "");

/**
 * Looks at an item without `observedAt`.
 * @param several true when it is one of several in an array: all of them came at the same moment, so that the arrival
 *   would make one reading of them
 * @param now the platform's clock when it came, epoch milliseconds; undefined where only well-known keys of the item
 * itself count
 * @param isOwn true when the device's kind has something of its own by this name
 * @returns the reason why the item cannot have the time of its arrival, if it cannot
 */
export function checkTimeless(
  item: JsonObject,
  several: boolean,
  now: number | undefined,
  isOwn: (key: string) => boolean = () => false,
): Refusal | undefined {
  for (const key in item) {
    if (key === "observedAt") continue;
    const value = item[key];
    if (value === null || value === "" || typeof value === "boolean" || isOwn(key)) continue;
    if (isTime(key, value, now)) return refuseElsewhere(key, value);
    if (now === undefined || !isObject(value)) continue;
    for (const inner in value) {
      // Deeper there may be anything by such a name, so its value has to look like a moment whatever the key.
      const entry = value[inner];
      if (looksLikeTime(entry) && isTime(inner, entry, now)) return refuseElsewhere(`${key}.${inner}`, entry);
    }
  }
  if (!several) return undefined;
  return refuse("time_missing", "observedAt: missing, and each item of an array of several needs its own");
}

function isTime(key: string, value: unknown, now: number | undefined): boolean {
  // Longer than any of the names.
  if (key.length <= 24) {
    const plain = plainKey(key);
    if (CLEAR.has(plain) || (VAGUE.has(plain) && looksLikeTime(value))) return true;
  }
  return now !== undefined && namesMoment(key, value, now);
}

const refuseElsewhere = (path: string, value: unknown): Refusal =>
  refuse(
    "time_missing",
    () =>
      `observedAt: missing, but '${path.slice(0, 130)}' says ${show(value)}; send the time as observedAt, RFC 3339 with an offset or epoch milliseconds`,
  );
