import type { Text } from "./message.ts";

/**
 * How many characters are spoken in a second, at newsreaders' speed with its pauses. Our assumption: synthetic voices
 * are a quarter slower to a third faster. The first that fits counts.
 */
const RATES: readonly (readonly [characters: RegExp, perSecond: number])[] = [
  [/\s|\p{M}/u, Number.POSITIVE_INFINITY],
  // A syllable each; a digit is at least one, in any language.
  [/\p{Script=Han}|\p{Script=Yi}|\p{Script=Hangul}|\p{Nd}/u, 4.5],
  [/\p{Script=Hiragana}|\p{Script=Katakana}/u, 7.5],
  [/./su, 15],
];

const look = (character: string) => 1 / RATES.find(([characters]) => characters.test(character))![1];

/** By code unit, from its first use on: a text of the largest size is measured in a millisecond or two. */
const known = new Float64Array(0x1_0000).fill(Number.NaN);

function secondsOf(character: string): number {
  if (character.length > 1) return look(character);
  const code = character.charCodeAt(0);
  if (Number.isNaN(known[code])) known[code] = look(character);
  return known[code]!;
}

/** Seconds that it takes to read the texts aloud, all languages one after the other, `repeatCount` times. */
export function spokenSeconds(
  texts: readonly Pick<Text, "description" | "instruction">[],
  repeatCount: number,
): number {
  let seconds = 0;
  for (const { description, instruction = "" } of texts) {
    for (const character of description + instruction) seconds += secondsOf(character);
  }
  return seconds * repeatCount;
}
