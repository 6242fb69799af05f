import { useQuery } from "@tanstack/react-query";
import { useCallback, useMemo } from "react";
import { filledTemplateQuery, type TemplateJson, templatesQuery } from "../../api/templates.ts";
import type { ModeName } from "../../ui/marks.tsx";
import { wordsOf } from "./filled-words.ts";
import type { Form } from "./form.ts";
import { isOfAnother } from "./save.ts";
import { inReadingOrder, type SpokenText } from "./text-checks.ts";

const NO_TEXTS: readonly SpokenText[] = [];

/** The words that the form has whatever a template says: a person's, or those that the platform has of its draft. */
function ownTexts(form: Form): readonly SpokenText[] | undefined {
  const { texts, draft } = form;
  if (texts !== undefined) return texts;
  // The template was filled in when the draft was saved, and says that time until event, level or place change.
  return draft?.fromTemplate && !isOfAnother(form, draft) ? draft.message.texts : undefined;
}

/** The texts of a form: its own as they are stored, or the template's, filled in for its event, level and place. */
export function useTextsOf(mode: ModeName, form: Form) {
  const { eventCode, level, regions, exclude } = form;
  const templates = useQuery(templatesQuery);
  const filled = useQuery({
    ...filledTemplateQuery({
      eventCode,
      level: level ?? 4,
      mode,
      regions: regions.map(({ code }) => code),
      exclude: exclude.map(({ code }) => code),
    }),
    enabled: eventCode !== "" && level !== null,
    placeholderData: (last: TemplateJson | undefined) => last,
  });
  const fromTemplate = filled.data?.texts ?? NO_TEXTS;
  const raw = templates.data?.items.find(({ id }) => id === filled.data?.id)?.texts ?? NO_TEXTS;
  const own = ownTexts(form);
  // Own texts keep their order: they are read in it.
  const texts = useMemo(() => own ?? inReadingOrder(fromTemplate), [own, fromTemplate]);
  const wordsIn = useCallback(
    (language: string) => wordsOf(raw, fromTemplate, language),
    [raw, fromTemplate],
  );
  // A code of the national list without a template has texts by hand.
  return { texts, wordsIn, error: own ? null : filled.error };
}
