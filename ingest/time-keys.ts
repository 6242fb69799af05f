import { ExactNumber } from "../base/exact-json.ts";
import { type JsonObject, show } from "./decode.ts";
import { type Refusal, refuse } from "./reasons.ts";

/** What other platforms, protocols and firmware call the moment of an item; in lower case, without `_`, `-` and spaces. */
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
 * @param several whether it is one of several in an array: all of them came at the same moment, so that ours would
 *   make one reading of them
 * @param isOwn whether the device's kind has something of its own by this name
 * @returns why the item cannot have the time of its arrival, if it cannot
 */
export function checkTimeless(
  item: JsonObject,
  several: boolean,
  isOwn: (key: string) => boolean = () => false,
): Refusal | undefined {
  for (const key in item) {
    // Longer than any of the names.
    if (key.length > 24 || key === "observedAt") continue;
    const value = item[key];
    if (value === null || value === "" || typeof value === "boolean" || isOwn(key)) continue;
    const plain = plainKey(key);
    if (CLEAR.has(plain) || (VAGUE.has(plain) && looksLikeTime(value))) {
      return refuse(
        "time_missing",
        () =>
          `observedAt: missing, but '${key}' says ${show(value)}; send the time as observedAt, RFC 3339 with an offset or epoch milliseconds`,
      );
    }
  }
  if (!several) return undefined;
  return refuse("time_missing", "observedAt: missing, and each item of an array of several needs its own");
}
