import type { Fault } from "../errors.ts";
import type { FilledTexts, SourceWarning } from "../store/broadcasts.ts";
import { findEventCode } from "./event-codes.ts";
import { type BroadcastMessage, LEVELS, type Level, type Text } from "./message.ts";
import { UNNAMED } from "./places.ts";
import { isChinese, isEnglish, LEVEL_WORDS } from "./template-fill.ts";

/**
 * Texts against the message that they belong to. A person writes them, or changes the message around them: what people
 * would take for something else is a fault, what may well be meant so is a warning for whoever decides.
 */

/** What of a message its texts are held against. */
export type Spoken = Pick<BroadcastMessage, "mode" | "level" | "texts"> & {
  readonly eventCode?: string | undefined;
};

/** Where in a draft something stands that its texts contradict, for author and approver. */
export interface TextWarning extends SourceWarning {
  readonly path: string;
}

const PARTS = ["headline", "description", "instruction"] as const;

/** Says in so many words that it is not real: the frames of our drills and trainings, and others' usual ones. */
const UNREAL = [
  /[【[［（(]\s*(?:演习|演练|培训|测试)\s*[】\]］）)]/,
  /(?:以上|这|本次|此次)(?:只|仅)?[是为](?:一次|一场)?(?:应急广播)?(?:演习|演练|培训|测试)/,
  /[[(]\s*(?:drill|exercise|training|test)\s*[\])]/i,
  /\bthis is (?:only |just )?(?:a |an )?(?:drill|exercise|test)\b/i,
  /\bfor training (?:purposes )?only\b/i,
];

const ZH_WORDS = /演习|演练|培训|测试|模拟/;
const EN_WORDS = /\b(?:drills?|exercises?|training|tests?|simulat\w+)\b/i;
const OTHER_WORDS =
  /(?<!\p{L})(?:exercices?|ejercicios?|simulacros?|übung(?:en)?|probealarm|esercitazion[ei]|exercícios?|oefening)(?!\p{L})/iu;

const firstOf = (patterns: readonly RegExp[], text: string): string | undefined =>
  patterns.map((pattern) => pattern.exec(text)?.[0]).find((found) => found !== undefined);

const saysUnreal = (text: string) => firstOf([ZH_WORDS, EN_WORDS, OTHER_WORDS], text);

/** What is heard of a text. */
const heardOf = ({ description, instruction = "" }: Text) => `${description} ${instruction}`;

/**
 * Texts that call an actual message a drill, a training or a test, and Chinese and English ones of a drill that do not
 * say that it is one. Other languages are not understood here: see `textWarnings`.
 */
export function modeFaults({ mode, texts }: Pick<Spoken, "mode" | "texts">): Fault[] {
  if (mode === "training") return [];
  return texts.flatMap((text, index) => {
    if (mode === "actual") {
      return PARTS.flatMap((part) => {
        const found = firstOf(UNREAL, text[part] ?? "");
        if (found === undefined) return [];
        const message = `'${found}' tells people that it is not real, and the message is actual: take it out, or make it no actual one`;
        return [{ path: `/texts/${index}/${part}`, message }];
      });
    }
    const words = isChinese(text) ? ZH_WORDS : isEnglish(text) ? EN_WORDS : undefined;
    if (words === undefined || words.test(heardOf(text))) return [];
    const example = isChinese(text) ? "以上是演习。" : "This is a drill.";
    const message = `it does not say that it is a drill: expected words such as '${example}'`;
    return [{ path: `/texts/${index}/description`, message }];
  });
}

/** What of the texts does not fit the message, and may be meant so. */
export function textWarnings(spoken: Spoken, filled: FilledTexts | undefined): TextWarning[] {
  const { mode, texts, level } = spoken;
  const warnings = texts.flatMap((text, index): TextWarning[] => {
    const path = `/texts/${index}`;
    const whole = PARTS.map((part) => text[part] ?? "").join("\n");
    const word = mode === "actual" ? saysUnreal(whole) : undefined;
    const colours = word === undefined ? [] : [{ rule: "drill_words", path, message: drillWords(word) }];
    return [
      ...colours,
      ...levelWarnings(text, whole, level, path),
      ...(filled ? formerWarnings(text, whole, spoken.eventCode, filled, path) : []),
    ];
  });
  if (mode === "drill" && !texts.some((text) => saysUnreal(heardOf(text)) !== undefined)) {
    const message = "no text says in words that are known here that it is a drill";
    warnings.push({ rule: "drill_not_said", path: "/texts", message });
  }
  return warnings;
}

const drillWords = (word: string) =>
  `'${word}' may make people take it for a drill or a test, and the message is actual`;

const COLOUR_PATTERNS: Readonly<Record<Level, RegExp>> = {
  1: /红色[^，。；\n]{0,8}(?:预警|警报)|\bred\b[^.;\n]{0,60}?\bwarning\b/i,
  2: /橙色[^，。；\n]{0,8}(?:预警|警报)|\b(?:orange|amber)\b[^.;\n]{0,60}?\bwarning\b/i,
  3: /黄色[^，。；\n]{0,8}(?:预警|警报)|\byellow\b[^.;\n]{0,60}?\bwarning\b/i,
  4: /蓝色[^，。；\n]{0,8}(?:预警|警报)|\bblue\b[^.;\n]{0,60}?\bwarning\b/i,
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

/** Whether a text has the former name and not the present one, where one may be a part of the other. */
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
