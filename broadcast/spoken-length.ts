import type { Text } from "./message.ts";

/** Characters that are spoken in a second: Chinese in newsreaders' speed, anything else in letters. Our assumption. */
const HAN_PER_SECOND = 4.5;
const LETTERS_PER_SECOND = 15;

/** Seconds that it takes to read the texts aloud, all languages one after the other, `repeatCount` times. */
export function spokenSeconds(
  texts: readonly Pick<Text, "description" | "instruction">[],
  repeatCount: number,
): number {
  let seconds = 0;
  for (const { description, instruction = "" } of texts) {
    for (const character of description + instruction) {
      if (/\p{Script=Han}/u.test(character)) seconds += 1 / HAN_PER_SECOND;
      else if (!/\s/u.test(character)) seconds += 1 / LETTERS_PER_SECOND;
    }
  }
  return seconds * repeatCount;
}
