import type { StartOrder } from "../../broadcast/command.ts";

/** How fast a text is read aloud: newsreaders' Chinese in characters, everything else in letters. Our assumption. */
const HAN_PER_SECOND = 4.5;
const LETTERS_PER_SECOND = 15;

/** What comes before every reading of a drill, so that nobody flees from it. */
const DRILL_ZH = "演习。这是应急广播演习。";
const DRILL_EN = "Drill. This is an emergency broadcast drill.";

/** How a reply and an event name that announcement. */
export const DRILL_ANNOUNCEMENT = "演习/Drill";

export interface Utterance {
  /** BCP 47. */
  readonly language: string;
  readonly text: string;
}

/** What is said in one reading of an order, in order. */
export interface Script {
  readonly utterances: readonly Utterance[];
  /** How long one reading takes, in milliseconds; at least one, so that a text of signs alone ends as well. */
  readonly readingMs: number;
}

const isHan = /\p{Script=Han}/u;
const isSpace = /\s/u;

/** Milliseconds that it takes to say a text. */
export function spokenMs(text: string): number {
  let seconds = 0;
  for (const character of text) {
    if (isHan.test(character)) seconds += 1 / HAN_PER_SECOND;
    else if (!isSpace.test(character)) seconds += 1 / LETTERS_PER_SECOND;
  }
  return seconds * 1000;
}

function writeScript(order: StartOrder): Script {
  const utterances = order.texts.flatMap(({ language, description, instruction }) => [
    ...(order.mode === "drill"
      ? [{ language, text: language.toLowerCase().startsWith("zh") ? DRILL_ZH : DRILL_EN }]
      : []),
    { language, text: description },
    ...(instruction ? [{ language, text: instruction }] : []),
  ]);
  const readingMs = utterances.reduce((sum, { text }) => sum + spokenMs(text), 0);
  return { utterances, readingMs: Math.max(1, readingMs) };
}

const written = new WeakMap<StartOrder, Script>();

/** What an order says. Speakers of one process share the order, and so its script. */
export function scriptOf(order: StartOrder): Script {
  let script = written.get(order);
  if (!script) {
    script = writeScript(order);
    written.set(order, script);
  }
  return script;
}
