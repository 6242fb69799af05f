import { useQuery } from "@tanstack/react-query";
import { useCallback, useMemo } from "react";
import { filledTemplateQuery, type TemplateJson, templatesQuery } from "../../api/templates.ts";
import type { ModeName } from "../../ui/marks.tsx";
import { wordsOf } from "./filled-words.ts";
import type { Form } from "./form.ts";
import { inReadingOrder, type SpokenText } from "./text-checks.ts";

const NO_TEXTS: readonly SpokenText[] = [];

/** The texts of a form: a person's own, or the template's, filled in for its event, level and place. */
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
  const texts = useMemo(() => inReadingOrder(form.texts ?? fromTemplate), [form.texts, fromTemplate]);
  const wordsIn = useCallback(
    (language: string) => wordsOf(raw, fromTemplate, language),
    [raw, fromTemplate],
  );
  // A code of the national list without a template has texts by hand.
  return { texts, wordsIn, error: form.texts ? null : filled.error };
}
