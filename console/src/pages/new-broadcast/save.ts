import { serverNow } from "../../api/clock.ts";
import { changeDraft, createDraft, type DraftBody, type DraftJson } from "../../api/drafts.ts";
import type { ModeName } from "../../ui/marks.tsx";
import type { Form } from "./form.ts";
import { targetOf } from "./target.ts";
import type { SpokenText } from "./text-checks.ts";

const HOUR_MS = 3_600_000;

/** When it would be over, if it were checked now. */
export const expiryOf = ({ lifetime }: Pick<Form, "lifetime">, now: number): string =>
  "at" in lifetime ? lifetime.at : new Date(now + lifetime.hours * HOUR_MS).toISOString();

const asWritten = (texts: readonly SpokenText[]) =>
  texts.map(({ language, headline, description, instruction }) => ({
    language,
    headline,
    description,
    ...(instruction?.trim() ? { instruction } : {}),
  }));

/**
 * Writes the form to the platform: a new draft, or the next revision of the one that it came from.
 * @param shown the texts as the page shows them
 */
export function saveDraft(mode: ModeName, form: Form, shown: readonly SpokenText[]): Promise<DraftJson> {
  const { eventCode, level, volume, repeatCount, draft, texts } = form;
  const content = {
    mode,
    class: form.class,
    level: level as NonNullable<Form["level"]>,
    eventCode,
    target: targetOf(form),
    volume,
    repeatCount,
    expiresAt: expiryOf(form, serverNow()),
  };
  // The platform fills in a template's texts by itself, and knows then whose template it was.
  const isTemplates = texts === undefined && (draft === null || draft.fromTemplate);
  const withTexts = isTemplates ? content : { ...content, texts: asWritten(shown) };
  return draft === null
    ? createDraft(withTexts as DraftBody)
    : changeDraft(draft.id, { ...withTexts, revision: draft.revision });
}
