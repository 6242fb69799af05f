import type { StartOrder } from "../../broadcast/contract/index.ts";

/** The speed of a voice. */
export interface Voice {
  /** Characters of Chinese, and digits, in a second. */
  readonly syllables: number;
  /** Letters of other languages in a second. */
  readonly letters: number;
  /** At each sign of punctuation, in seconds. */
  readonly pause: number;
}

/** The voice of a newsreader; its pauses are in its speed. Our assumption. */
const NEWSREADER: Voice = { syllables: 4.5, letters: 15, pause: 1 / 15 };

/**
 * One of the voices that terminals are sold with, from slow to fast: 3.5 to 6 characters of Chinese in a second with
 * all pauses, or 110 to 200 words of English in a minute, of five letters each.
 * @param speed from 0, the slowest, to 1
 */
export const voiceOf = (speed: number): Voice => ({
  syllables: 4.2 + 2.4 * speed,
  letters: 10 + 8.5 * speed,
  pause: 0.4 - 0.2 * speed,
});

/** The announcement before every reading of a drill, so that nobody flees from it. */
const DRILL_ZH = "演习。这是应急广播演习。";
const DRILL_EN = "Drill. This is an emergency broadcast drill.";

/** How a reply and an event name that announcement. */
export const DRILL_ANNOUNCEMENT = "演习/Drill";

export interface Utterance {
  /** BCP 47. */
  readonly language: string;
  readonly text: string;
}

/** The utterances of one reading of an order, in order. */
export interface Script {
  readonly utterances: readonly Utterance[];
  /**
   * The time that one reading takes with this voice, in milliseconds; at least one, so that a text of signs ends as
   * well.
   */
  readonly readingMs: (voice?: Voice) => number;
}

/** The length of a text, by its signs. */
interface Amount {
  syllables: number;
  letters: number;
  pauses: number;
}

/** Cantonese and Mandarin have tags of their own beside that of Chinese. */
const isChinese = (language: string) => /^(zh|cmn|yue)\b/i.test(language);

const isSyllable = /\p{Script=Han}|\p{Nd}/u;
const isSpace = /\s/u;
const isPunctuation = /\p{P}/u;

function amountOf(text: string): Amount {
  const amount = { syllables: 0, letters: 0, pauses: 0 };
  for (const character of text) {
    if (isSyllable.test(character)) amount.syllables++;
    else if (isPunctuation.test(character)) amount.pauses++;
    else if (!isSpace.test(character)) amount.letters++;
  }
  return amount;
}

const msOf = ({ syllables, letters, pauses }: Amount, voice: Voice): number =>
  (syllables / voice.syllables + letters / voice.letters + pauses * voice.pause) * 1000;

/** Milliseconds that it takes to say a text. */
export const spokenMs = (text: string, voice = NEWSREADER): number => msOf(amountOf(text), voice);

function writeScript(order: StartOrder): Script {
  const utterances = order.texts.flatMap(({ language, description, instruction }) => [
    ...(order.mode === "drill" ? [{ language, text: isChinese(language) ? DRILL_ZH : DRILL_EN }] : []),
    { language, text: description },
    ...(instruction ? [{ language, text: instruction }] : []),
  ]);
  // Counted once, for all voices.
  const amount = amountOf(utterances.map(({ text }) => text).join(" "));
  return { utterances, readingMs: (voice = NEWSREADER) => Math.max(1, msOf(amount, voice)) };
}

const written = new WeakMap<StartOrder, Script>();

/** The script of an order. Speakers of one process share the order, and so its script. */
export function scriptOf(order: StartOrder): Script {
  let script = written.get(order);
  if (!script) {
    script = writeScript(order);
    written.set(order, script);
  }
  return script;
}
