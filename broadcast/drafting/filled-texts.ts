import { createHash } from "node:crypto";
import type { BroadcastTemplateName, FilledTexts } from "../../store/broadcast/index.ts";
import { isChinese, isEnglish, type Text } from "../message/index.ts";
import type { TextWarning } from "./text-checks.ts";

/** Texts that a template has filled in, and the check that they are still as it filled them in. */

/** The values for which a template's texts were made, besides the level and the mode. */
interface MadeFor {
  readonly place: FilledTexts["place"];
  readonly at: Date;
  readonly eventCode: string | undefined;
}

const digestOf = (texts: readonly Text[]): string =>
  createHash("sha256")
    .update(
      JSON.stringify(
        texts.map(({ language, headline, description, instruction }) => [
          language,
          headline,
          description,
          instruction ?? null,
        ]),
      ),
    )
    .digest("hex");

const digestOfEach = (texts: readonly Text[]) => texts.map((text) => digestOf([text]));

/** The memory of texts that a template gave. */
export const rememberFilled = (texts: readonly Text[], { place, at, eventCode }: MadeFor): FilledTexts => ({
  at: at.toISOString(),
  place,
  eventCode: eventCode ?? null,
  sha256: digestOf(texts),
  each: digestOfEach(texts),
});

/** The same place, moment and event, with other texts. */
export const rememberAnew = (filled: FilledTexts, texts: readonly Text[]): FilledTexts => ({
  ...filled,
  sha256: digestOf(texts),
  each: digestOfEach(texts),
});

/** True when a text is the template's word for word, of those that stand together in a draft. */
export function asFilled(texts: readonly Text[], { sha256, each }: FilledTexts): (text: Text) => boolean {
  if (each === undefined) {
    // An earlier version remembered all of them as one.
    const all = digestOf(texts) === sha256;
    return () => all;
  }
  const known = new Set(each);
  return (text) => known.has(digestOf([text]));
}

const UNMENDED = {
  correction: (_text: Text) => "it says what the original said: nobody has corrected it yet",
  extension: (text: Text) =>
    isChinese(text) || isEnglish(text)
      ? undefined
      : `it (${text.language}) says what the original said, and not until when: a person has to add that`,
} as const;

/** Warnings about the parts of a follow-up that still say the same as the broadcast that it follows. */
export function followUpWarnings(
  texts: readonly Text[],
  template: BroadcastTemplateName | null,
): TextWarning[] {
  if (template?.source !== "built-in" || !template.filled) return [];
  const why = UNMENDED[template.id as keyof typeof UNMENDED];
  if (why === undefined) return [];
  const isAsFilled = asFilled(texts, template.filled);
  return texts.flatMap((text, index) => {
    const message = isAsFilled(text) ? why(text) : undefined;
    return message === undefined ? [] : [{ rule: "follow_up_unchanged", path: `/texts/${index}`, message }];
  });
}
