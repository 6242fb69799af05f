import type { Level, Mode, Text } from "./message.ts";

/** The placeholders of a template: `{place}`, `{time}`, `{level}` and `{colour}`. */
export const PLACEHOLDERS = ["place", "time", "level", "colour"] as const;
export type Placeholder = (typeof PLACEHOLDERS)[number];

/** A name in both languages. */
export interface BilingualName {
  readonly zh: string;
  readonly en: string;
}

export interface Filling {
  readonly place: BilingualName;
  readonly at: Date;
  readonly level: Level;
  readonly mode: Mode;
}

/** The level in words, and China's four colours. In English a warning has its colour, and then its rank. */
export const LEVEL_WORDS = {
  1: { zh: "特别重大", en: "the highest of four levels", colourZh: "红色", colourEn: "red" },
  2: { zh: "重大", en: "the second highest of four levels", colourZh: "橙色", colourEn: "orange" },
  3: { zh: "较大", en: "the third highest of four levels", colourZh: "黄色", colourEn: "yellow" },
  4: { zh: "一般", en: "the lowest of four levels", colourZh: "蓝色", colourEn: "blue" },
} as const;

/** Chinese in any of its forms is filled in Chinese, every other language in English. */
export const isChinese = ({ language }: Pick<Text, "language">) => /^(zh|cmn|yue)\b/i.test(language);
export const isEnglish = ({ language }: Pick<Text, "language">) => /^en\b/i.test(language);

/** The texts of a template with everything filled in, and with the frame of the mode. */
export const fillTexts = (texts: readonly Text[], filling: Filling): Text[] =>
  texts.map((text) => {
    const values = valuesOf(filling, isChinese(text));
    const filled = {
      language: text.language,
      headline: fill(text.headline, values),
      description: fill(text.description, values),
      ...(text.instruction === undefined ? {} : { instruction: fill(text.instruction, values) }),
    };
    return frameText(filled, filling.mode);
  });

function valuesOf({ place, at, level }: Filling, chinese: boolean): Record<Placeholder, string> {
  const words = LEVEL_WORDS[level];
  return chinese
    ? { place: place.zh, time: chineseTime(at), level: words.zh, colour: words.colourZh }
    : { place: place.en, time: englishTime(at), level: words.en, colour: words.colourEn };
}

/** An `a` before a placeholder becomes `an` where the inserted word needs it: `an orange warning`. */
const OPENING = /(?:\b([Aa])n? )?\{(place|time|level|colour)\}/g;

const fill = (pattern: string, values: Readonly<Record<Placeholder, string>>): string =>
  capital(
    pattern.replaceAll(OPENING, (_whole, article: string | undefined, name: Placeholder) => {
      const value = values[name];
      return article === undefined ? value : `${article}${/^[aeiou]/i.test(value) ? "n" : ""} ${value}`;
    }),
  );

/** Texts in braces that are none of the placeholders, e.g. `{palce}` or a single brace. */
export const strangersIn = (pattern: string): string[] =>
  pattern.replaceAll(/\{(place|time|level|colour)\}/g, "").match(/\{[^{}]*\}|[{}]/g) ?? [];

const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);

/** A drill and a training say so at the beginning and at the end, for people who hear or read only a part. */
const FRAMES: Readonly<Record<Mode, Record<"zh" | "en", readonly [before: string, after: string]>>> = {
  actual: { zh: ["", ""], en: ["", ""] },
  drill: { zh: ["【演习】", "以上是演习。"], en: ["[DRILL] ", " This is a drill."] },
  training: { zh: ["【培训】", "以上是培训内容。"], en: ["[TRAINING] ", " This is for training only."] },
};

const frameOf = (text: Text, mode: Mode) => FRAMES[mode][isChinese(text) ? "zh" : "en"];

/** Puts the frame of the mode around a text. The instruction is heard last, so it ends with it too. */
export function frameText(text: Text, mode: Mode): Text {
  const [before, after] = frameOf(text, mode);
  const { headline, description, instruction } = text;
  const ended = (part: string) => (after === "" ? part : endSentence(part, isChinese(text)) + after);
  return {
    language: text.language,
    headline: cut(before + headline, MAX_HEADLINE),
    description: before + ended(description),
    ...(instruction === undefined ? {} : { instruction: ended(instruction) }),
  };
}

/** A following text would run together with one that has no full stop. */
const endSentence = (part: string, chinese: boolean) =>
  part === "" || /[。．.!！?？…;；:：][”’"'」』）)】\]]*\s*$/u.test(part)
    ? part
    : part + (chinese ? "。" : ".");

/** A text without the frame of its mode, if it has one. */
export function unframe(text: Text, mode: Mode): Text {
  const [before, after] = frameOf(text, mode);
  const strip = (part: string) => {
    const begun = part.startsWith(before) ? part.slice(before.length) : part;
    return begun.endsWith(after) ? begun.slice(0, begun.length - after.length) : begun;
  };
  return {
    language: text.language,
    headline: strip(text.headline),
    description: strip(text.description),
    ...(text.instruction === undefined ? {} : { instruction: strip(text.instruction) }),
  };
}

const MAX_HEADLINE = 160;

const cut = (text: string, length: number) =>
  text.length <= length ? text : `${text.slice(0, length - 1)}…`;

/** For reading aloud in the villages: in their own time, whatever the machine's is. */
const formatOf = (locale: string, options: Intl.DateTimeFormatOptions) =>
  new Intl.DateTimeFormat(locale, { timeZone: "Asia/Shanghai", hourCycle: "h23", ...options });

const NUMBERS = (["month", "day", "hour", "minute"] as const).map((part) =>
  formatOf("en-US", { [part]: "numeric" }),
);
const ENGLISH_CLOCK = formatOf("en-GB", { hour: "2-digit", minute: "2-digit" });
const ENGLISH_DAY = formatOf("en-GB", { day: "numeric", month: "long" });

export function chineseTime(at: Date): string {
  const [month, day, hour, minute] = NUMBERS.map((format) => Number.parseInt(format.format(at), 10));
  return `${month}月${day}日${hour}时${minute}分`;
}

export const englishTime = (at: Date) => `${ENGLISH_CLOCK.format(at)} on ${ENGLISH_DAY.format(at)}`;
