import type { Fault } from "../../base/errors.ts";
import type { FilledTexts, SourceWarning } from "../../store/broadcast/index.ts";
import {
  announcesDrill,
  type BroadcastMessage,
  callsItUnreal,
  deniesDrill,
  findEventCode,
  isChinese,
  isEnglish,
  LEVEL_WORDS,
  LEVELS,
  type Level,
  MAX_SPOKEN,
  mentionsDrill,
  plainForm,
  type Text,
  UNNAMED,
} from "../message/index.ts";

/**
 * Checks of texts against their message. A person writes them, or changes the message around them: a text that people
 * would misunderstand is a fault, and one that may well be meant so is a warning for the people who decide.
 */

/** The parts of a message with which its texts are compared. */
export type SpokenMessage = Pick<BroadcastMessage, "mode" | "level" | "texts"> & {
  readonly eventCode?: string | undefined;
};

/** The place in a draft where its texts contradict something, for author and approver. */
export interface TextWarning extends SourceWarning {
  readonly path: string;
}

const PARTS = ["headline", "description", "instruction"] as const;

/** The end of a text that is too long, which is kept as it came and shortened by a person. */
const TAIL = 200;

/** The part as far as it is checked: an alert may bring a mebibyte of it. */
function partOf(text: Text, part: (typeof PARTS)[number]): string {
  const said = text[part] ?? "";
  if (said.length <= MAX_SPOKEN) return said;
  return `${said.slice(0, MAX_SPOKEN - TAIL)}\n${said.slice(-TAIL)}`;
}

/** Parts stand on lines of their own: none goes on in the next. */
const joined = (text: Text, parts: readonly (typeof PARTS)[number][]) =>
  parts.map((part) => partOf(text, part)).join("\n");
const heardOf = (text: Text) => joined(text, ["description", "instruction"]);

/**
 * Texts that call an actual message a drill, a training or a test; of a drill, those that say the contrary, and Chinese
 * and English ones that do not say that it is one. Other languages are not understood here: see `textWarnings`.
 */
export function modeFaults({ mode, texts }: Pick<SpokenMessage, "mode" | "texts">): Fault[] {
  if (mode === "training") return [];
  return texts.flatMap((text, index) => {
    const find = mode === "actual" ? callsItUnreal : deniesDrill;
    const said = PARTS.flatMap((part) => {
      const found = find(partOf(text, part));
      if (found === undefined) return [];
      return [{ path: `/texts/${index}/${part}`, message: CONTRARY[mode](found) }];
    });
    if (mode === "actual") return said;
    const language = isChinese(text) ? "zh" : isEnglish(text) ? "en" : undefined;
    if (language === undefined || announcesDrill(heardOf(text), language)) return said;
    const example = language === "zh" ? "以上是演习。" : "This is a drill.";
    const message = `it does not say that it is a drill: expected a sentence such as '${example}'`;
    return [...said, { path: `/texts/${index}/description`, message }];
  });
}

const CONTRARY = {
  actual: (found: string) =>
    `'${found}' tells people that it is not real, and the message is actual: take it out, or make it no actual one`,
  drill: (found: string) =>
    `'${found}' tells people that it is real, and the message is a drill: take it out, or make it an actual one`,
} as const;

/** Warnings about texts that do not fit the message, and may be meant so. */
export function textWarnings(spoken: SpokenMessage, filled: FilledTexts | undefined): TextWarning[] {
  const { mode, texts, level } = spoken;
  return texts.flatMap((text, index): TextWarning[] => {
    const path = `/texts/${index}`;
    const whole = joined(text, PARTS);
    return [
      ...modeWarnings(text, whole, mode, path),
      ...levelWarnings(text, plainForm(whole), level, path),
      ...(filled ? formerWarnings(text, whole, spoken.eventCode, filled, path) : []),
    ];
  });
}

/** A Chinese or English text of a drill that does not say so is a fault. */
function modeWarnings(text: Text, whole: string, mode: SpokenMessage["mode"], path: string): TextWarning[] {
  if (mode === "actual") {
    const word = mentionsDrill(whole);
    return word === undefined ? [] : [{ rule: "drill_words", path, message: drillWords(word) }];
  }
  if (mode !== "drill" || isChinese(text) || isEnglish(text) || announcesDrill(heardOf(text), "other"))
    return [];
  const message = `nothing in it (${text.language}) says in words that are known here that it is a drill`;
  return [{ rule: "drill_not_said", path, message }];
}

const drillWords = (word: string) =>
  `'${word}' may make people take it for a drill or a test, and the message is actual`;

/** A colour that begins a name, as in Orange County or Red River, or that belongs to something else. */
const NO_LEVEL =
  "(?![ -](?:flag|cross|crescent|tide|green|county|city|rivers?|lakes?|creek|ridge|mountains?|hills?|bay|sea|springs?|rocks?|beach|park|valley|basin|bluffs?|island|earth|deer|bank|line|cars?|lights?)\\b)";
const colourPattern = (zh: string, en: string) =>
  new RegExp(
    `${zh}[^，。；\\n]{0,8}(?:预警|警报|警告)|\\b${en}\\b${NO_LEVEL}[^.;\\n]{0,60}?\\bwarning\\b`,
    "i",
  );

const COLOUR_PATTERNS: Readonly<Record<Level, RegExp>> = {
  1: colourPattern("红色", "red"),
  2: colourPattern("橙色", "(?:orange|amber)"),
  3: colourPattern("黄色", "yellow"),
  4: colourPattern("蓝色", "blue"),
};
const RANK_PATTERNS: Readonly<Record<Level, RegExp>> = {
  1: /级别为特别重大|the highest of four levels/i,
  2: /级别为重大|the second highest of four levels/i,
  3: /级别为较大|the third highest of four levels/i,
  4: /级别为一般|the lowest of four levels/i,
};

/** A text may name several levels, as one that is raised does: then one of them has to be its own. */
function levelWarnings(text: Text, whole: string, level: Level, path: string): TextWarning[] {
  for (const patterns of [COLOUR_PATTERNS, RANK_PATTERNS]) {
    const named = LEVELS.filter((each) => patterns[each].test(whole));
    if (named.length === 0 || named.includes(level)) continue;
    const wordOf = (each: Level) => LEVEL_WORDS[each][isChinese(text) ? "colourZh" : "colourEn"];
    const message = `it speaks of level ${named.join(", ")} (${named.map(wordOf).join(", ")}), and the message is of level ${level} (${wordOf(level)})`;
    return [{ rule: "level_contradicts", path, message }];
  }
  return [];
}

/** The place and the event that the template put into the texts, and that the message has left since. */
function formerWarnings(
  text: Text,
  whole: string,
  eventCode: string | undefined,
  filled: FilledTexts,
  path: string,
): TextWarning[] {
  const language = isChinese(text) ? "zh" : "en";
  const warnings: TextWarning[] = [];
  const { place, presentPlace = place } = filled;
  if (place.zh !== UNNAMED.zh && namesInstead(whole, place[language], presentPlace[language])) {
    const message = `it names ${place[language]}, and the message is for ${presentPlace[language]}`;
    warnings.push({ rule: "place_contradicts", path, message });
  }
  const [former, present] = [filled.eventCode, eventCode].map(
    (code) => findEventCode(code ?? "")?.[language],
  );
  if (former !== undefined && filled.eventCode !== eventCode) {
    if (namesInstead(whole, former, present)) {
      const message = `it speaks of ${former}, and the message is about ${present ?? eventCode ?? "no known event"}`;
      warnings.push({ rule: "event_contradicts", path, message });
    }
  }
  return warnings;
}

/** True when a text has the former name and not the present one, where one may be a part of the other. */
function namesInstead(whole: string, former: string, present: string | undefined): boolean {
  const [text, old, now] = [whole, former, present ?? ""].map((each) => each.toLowerCase()) as [
    string,
    string,
    string,
  ];
  if (old === now || !text.includes(old)) return false;
  if (now === "") return true;
  return now.includes(old) ? !text.includes(now) : !text.replaceAll(old, "").includes(now);
}
