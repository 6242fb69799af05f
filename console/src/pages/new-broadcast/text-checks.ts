import type { ModeName } from "../../ui/marks.tsx";

/** A text as it is written: read are description and instruction, the headline stands on screens. */
export interface SpokenText {
  readonly language: string;
  readonly headline: string;
  readonly description: string;
  readonly instruction?: string | undefined;
}

export type TextPart = "headline" | "description" | "instruction";

/** Why a text is not submitted. `says` names the words that must not be there. */
export type TextFault =
  | { readonly rule: "says_drill" | "blank_left"; readonly part: TextPart; readonly says: string }
  | { readonly rule: "too_long"; readonly part: TextPart; readonly length: number; readonly limit: number }
  | { readonly rule: "drill_not_said" | "nothing_said" | "no_headline"; readonly part: TextPart };

export const TEXT_PARTS = ["headline", "description", "instruction"] as const;

/** The most characters that the platform takes of each. */
export const LIMITS: Readonly<Record<TextPart, number>> = {
  headline: 160,
  description: 4000,
  instruction: 4000,
};

export const isChinese = ({ language }: Pick<SpokenText, "language">): boolean =>
  /^(zh|cmn|yue)\b/i.test(language);
const isEnglish = ({ language }: Pick<SpokenText, "language">): boolean => /^en\b/i.test(language);

/** Words after which a listener takes a warning for none. */
const UNREAL = /演习|演练|测试/;
const DRILL_IN_CHINESE = /演习|演练|测试/;
const DRILL_IN_ENGLISH = /\b(?:drill|exercise|test)\b/i;
const BLANK = /\{[^{}]*\}?|\}/;

/**
 * What keeps a text from being submitted, as far as this page can tell; the platform looks too, and understands more.
 * Chinese words are refused wherever they stand in an actual text: half a sentence is what people hear.
 */
export function faultsOf(text: SpokenText, mode: ModeName): TextFault[] {
  const faults: TextFault[] = [];
  if (text.headline.trim() === "") faults.push({ rule: "no_headline", part: "headline" });
  if (text.description.trim() === "") faults.push({ rule: "nothing_said", part: "description" });
  for (const part of TEXT_PARTS) {
    const said = text[part] ?? "";
    const { length } = said.trim();
    const limit = LIMITS[part];
    if (length > limit) faults.push({ rule: "too_long", part, length, limit });
    const blank = BLANK.exec(said)?.[0];
    if (blank !== undefined) faults.push({ rule: "blank_left", part, says: blank });
    const unreal = mode === "actual" ? UNREAL.exec(said)?.[0] : undefined;
    if (unreal !== undefined) faults.push({ rule: "says_drill", part, says: unreal });
  }
  if (mode === "drill" && !saysDrill(text)) faults.push({ rule: "drill_not_said", part: "description" });
  return faults;
}

/** Texts in languages that nobody here reads are left to people and to the platform. */
function saysDrill(text: SpokenText): boolean {
  const heard = `${text.description}\n${text.instruction ?? ""}`;
  if (isChinese(text)) return DRILL_IN_CHINESE.test(heard);
  return !isEnglish(text) || DRILL_IN_ENGLISH.test(heard);
}

/** Chinese first, the others in their order. */
export const inReadingOrder = <T extends Pick<SpokenText, "language">>(texts: readonly T[]): T[] => [
  ...texts.filter(isChinese),
  ...texts.filter((text) => !isChinese(text)),
];
