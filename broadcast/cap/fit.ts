import { messageSchema, textSchema } from "../message/index.ts";
import type { CapInfo } from "./alert.ts";
import { forTheEar } from "./ear.ts";
import { CLASS_VALUE_NAME } from "./names.ts";
import { quote } from "./values.ts";
import type { Warn } from "./warnings.ts";

/** Characters in a headline, a name and a contact. */
const MAX_HEADLINE = 160;
const MAX_LINE = 200;

/** Languages by their names, as some authors write them. */
const LANGUAGE_NAMES: ReadonlyMap<string, string> = new Map(
  Object.entries({
    english: "en",
    chinese: "zh",
    mandarin: "zh",
    cantonese: "yue",
    french: "fr",
    german: "de",
    italian: "it",
    japanese: "ja",
    korean: "ko",
    mongolian: "mn",
    portugue: "pt",
    russian: "ru",
    spanish: "es",
    thai: "th",
    tibetan: "bo",
    uighur: "ug",
    uyghur: "ug",
    zhuang: "za",
  }),
);

/**
 * An info within the limits of our broadcasts. A line that is too long is shortened, parts for the eye are left out of
 * spoken texts, and an unusual language gets a tag by which voices are chosen; each with a warning. Words that tell
 * people what to do are never cut: where they are too long, a person shortens them.
 */
export function fitInfo(info: CapInfo, warn: Warn): CapInfo {
  const language = fitLanguage(info.language, warn);
  const spoken = isOwn(info) ? info : speak(info, language, warn);
  const { headline, senderName, contact, web, ...rest } = spoken;
  return {
    ...rest,
    // If the headline is all that there is, shortening must lose nothing of it.
    ...(rest.description === undefined && headline !== undefined ? { description: headline } : {}),
    language,
    responseTypes: [...new Set(info.responseTypes)],
    ...shortened("headline", headline, MAX_HEADLINE, warn),
    ...shortened("senderName", senderName, MAX_LINE, warn),
    ...shortened("contact", contact, MAX_LINE, warn),
    ...fitWeb(web, warn),
  };
}

/** An info that this product has exported holds texts that a person approved for speaking: they stay as they are. */
const isOwn = ({ parameters }: CapInfo) => parameters.some(({ valueName }) => valueName === CLASS_VALUE_NAME);

const isLanguage = (tag: string) => textSchema.shape.language.safeParse(tag).success;

function fitLanguage(written: string, warn: Warn): string {
  if (isLanguage(written)) return written;
  const named = LANGUAGE_NAMES.get(written.toLowerCase());
  // A private use or an extension begins with a single letter.
  const short = written.replace(/-[A-Za-z0-9](-.*)?$/, "");
  const language = named ?? (isLanguage(short) ? short : "und");
  const meaning = language === "und" ? "und (unknown): check which voice reads it" : language;
  warn({ rule: "language_replaced", message: `the language ${quote(written)} is taken for ${meaning}` });
  return language;
}

function speak(info: CapInfo, language: string, warn: Warn): CapInfo {
  const spoken: Record<string, string> = {};
  for (const name of ["headline", "description", "instruction"] as const) {
    const written = info[name];
    if (written === undefined) continue;
    const { text, hadMarkup, links } = forTheEar(written);
    if (hadMarkup) {
      const message = `markup is left out of the ${name} (${language}), which is to be spoken`;
      warn({ rule: "markup_left_out", message });
    }
    if (links.length > 0) {
      const message = `links are left out of the ${name} (${language}), which is to be spoken: ${links.slice(0, 5).map(quote).join(", ")}`;
      warn({ rule: "link_left_out", message });
    }
    if (text !== "") spoken[name] = text;
  }
  const { headline: _headline, description: _description, instruction: _instruction, ...rest } = info;
  return { ...rest, ...spoken };
}

/** A line for spreading, cut at a word where there is one, and ended by `…`. */
function shortened<K extends string>(
  name: K,
  text: string | undefined,
  most: number,
  warn: Warn,
): { [P in K]?: string } {
  if (text === undefined) return {};
  return { [name]: shorten(name, text, most, warn) } as { [P in K]?: string };
}

function shorten(name: string, text: string, most: number, warn: Warn): string {
  if (text.length <= most) return text;
  warn({
    rule: `${name === "headline" ? "headline" : "line"}_shortened`,
    message: `the ${name} has ${text.length} characters and is shortened to ${most}: ${quote(text)}`,
  });
  const cut = text.slice(0, most - 1);
  const word = cut.lastIndexOf(" ");
  return `${(word > most / 2 ? cut.slice(0, word) : cut).toWellFormed().replace(/[\s\ufffd]+$/, "")}…`;
}

export const shortenHeadline = (text: string, warn: Warn): string =>
  shorten("headline", text, MAX_HEADLINE, warn);

function fitWeb(web: string | undefined, warn: Warn): { web?: string } {
  if (web === undefined) return {};
  if (messageSchema.shape.web.safeParse(web).success) return { web };
  warn({
    rule: "web_left_out",
    message: `the address ${quote(web)} is no whole URL of at most 500 characters, and is left out`,
  });
  return {};
}
