import type { Language } from "./texts.ts";

const whole = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });
/** `18,240` */
export const count = (value: number): string => whole.format(value);

/** `1,423.518`; a true minus, which is as wide as a figure. */
export const amount = (value: number, decimals?: number): string =>
  new Intl.NumberFormat("en-US", {
    maximumFractionDigits: decimals ?? 3,
    ...(decimals === undefined ? {} : { minimumFractionDigits: decimals }),
  })
    .format(value)
    .replace("-", "−");

/** Rounded down, so that one silent village is never 100 %. */
export const percent = (part: number, all: number): string =>
  // Multiplied first: 29 / 50 is a little less than 0.58.
  all === 0 ? "—" : `${Math.floor((part * 100) / all)}%`;

/** The same of amounts with `decimals`, where a part that is not nothing is none of 0 %. */
export function share(part: number, all: number, decimals: number): string {
  const [small, large] = [part, all].map((value) => Math.round(value * 10 ** decimals)) as [number, number];
  return small > 0 && small * 100 < large ? "<1%" : percent(small, large);
}

/** `三坑村、岩湾村` */
export const listOf = (names: readonly string[], language: Language): string =>
  names.join(language === "zh" ? "、" : ", ");

/** How people write a UCUM unit. */
const UNITS: Readonly<Record<string, string>> = {
  m3: "m³",
  "m3/h": "m³/h",
  Cel: "℃",
  "%": "%",
  "[degF]": "℉",
  deg: "°",
  "dB{mW}": "dBm",
  "ug/m3": "µg/m³",
  "1": "",
  "km/h": "km/h",
};
/** What stands in braces, as in `{frame}/s`, says what is counted: so does the name of the quantity, and in words. */
export const unitOf = (ucum: string | undefined): string =>
  ucum === undefined ? "" : (UNITS[ucum] ?? ucum.replace(/\{[^{}]*\}/g, "").replace(/[[\]]/g, ""));
