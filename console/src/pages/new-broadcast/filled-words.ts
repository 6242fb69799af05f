import { reframe } from "./frame-text.ts";
import { isChinese, type SpokenText, TEXT_PARTS, type TextPart } from "./text-checks.ts";

/** A piece of a text; a marked one was filled in by the template. */
interface Piece {
  readonly text: string;
  readonly marked: boolean;
  /** Where it begins, which tells pieces apart. */
  readonly at: number;
}

const PLACEHOLDER = /(?:\b([Aa])n? )?\{(?:place|time|level|colour)\}/g;
const literally = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");

/** The pattern of a template as an expression that catches what was filled in. */
function expressionOf(pattern: string): RegExp {
  let source = "";
  let done = 0;
  for (const match of pattern.matchAll(PLACEHOLDER)) {
    const end = match.index + match[0].length;
    source += literally(pattern.slice(done, match.index));
    if (match[1] !== undefined) source += "[Aa]n? ";
    source += end === pattern.length ? "(.+)$" : "(.+?)";
    done = end;
  }
  return new RegExp(`${source}${literally(pattern.slice(done))}`, "is");
}

/** What the platform has put into a template's text: place, time, level and colour. */
export function filledWords(pattern: string, filled: string): string[] {
  if (!pattern.includes("{")) return [];
  const found = expressionOf(pattern).exec(filled);
  return found ? found.slice(1).filter((word) => word.length > 0) : [];
}

/** `red` is not in `scared`; Chinese has no spaces to tell words by. */
const wholeWord = (word: string): string =>
  `${/^\w/.test(word) ? "\\b" : ""}${literally(word)}${/\w$/.test(word) ? "\\b" : ""}`;

/** A text in pieces, with the words that were filled in marked wherever they stand. */
export function markWords(text: string, words: readonly string[]): Piece[] {
  const longestFirst = [...new Set(words)].filter((word) => word !== "").sort((a, b) => b.length - a.length);
  if (longestFirst.length === 0) return text === "" ? [] : [{ text, marked: false, at: 0 }];
  const pieces: Piece[] = [];
  let done = 0;
  for (const { 0: word, index } of text.matchAll(new RegExp(longestFirst.map(wholeWord).join("|"), "g"))) {
    if (index > done) pieces.push({ text: text.slice(done, index), marked: false, at: done });
    pieces.push({ text: word, marked: true, at: index });
    done = index + word.length;
  }
  if (done < text.length) pieces.push({ text: text.slice(done), marked: false, at: done });
  return pieces;
}

/** The words that were filled into one language of a template, in all its parts. */
export function wordsOf(
  raw: readonly SpokenText[],
  filled: readonly SpokenText[],
  language: string,
): string[] {
  const pattern = raw.find((text) => text.language === language);
  const framed = filled.find((one) => one.language === language);
  if (!pattern || !framed) return [];
  const text = reframe(framed, "actual");
  return TEXT_PARTS.flatMap((part: TextPart) => filledWords(pattern[part] ?? "", text[part] ?? ""));
}

/** How long reading takes at a newsreader's speed, in seconds; the platform's own count stands on the check page. */
export function readingSeconds(texts: readonly SpokenText[]): number {
  const seconds = texts.map((text) => {
    const said = (text.description + (text.instruction ?? "")).replace(/\s/g, "");
    const syllables = said.match(/\p{Script=Han}|\p{Nd}/gu)?.length ?? 0;
    return syllables / 4.5 + ([...said].length - syllables) / 15;
  });
  return Math.ceil(seconds.reduce((sum, one) => sum + one, 0));
}

/** Characters of what is heard in Chinese. */
export const spokenCharacters = (texts: readonly SpokenText[]): number =>
  texts
    .filter(isChinese)
    .reduce(
      (sum, text) => sum + [...(text.description + (text.instruction ?? "")).replace(/\s/g, "")].length,
      0,
    );
