import { useQuery } from "@tanstack/react-query";
import { useCallback, useEffect, useRef, useState } from "react";
import type { DraftJson } from "../../api/drafts.ts";
import { type FollowUpKind, followUpKindOf } from "../../api/follow-ups.ts";
import { meQuery } from "../../api/session.ts";
import type { LevelNumber, ModeName } from "../../ui/marks.tsx";
import type { Aim } from "./target.ts";
import type { SpokenText } from "./text-checks.ts";

/** When it is over: so many hours after the check, or at the moment that a draft came with. */
type Lifetime = { readonly hours: number } | { readonly at: string };

/** Everything that is written on the way to a broadcast. */
export interface Form extends Aim {
  readonly eventCode: string;
  readonly level: LevelNumber | null;
  /** A daily programme that is copied does not become an emergency. */
  readonly class: "emergency" | "daily";
  /** Undefined while they are the template's, which follow event, level and place. A stored draft's are its own. */
  readonly texts: readonly SpokenText[] | undefined;
  readonly lifetime: Lifetime;
  /** In percent; null leaves each speaker at its own. */
  readonly volume: number | null;
  readonly repeatCount: number;
  /** Where it came from, for the line under the event. */
  readonly origin: Origin | null;
  /** As the platform has it. */
  readonly draft: StoredDraft | null;
  /** True for what somebody has written here and the platform does not have: an address may not take its place. */
  readonly isUnsaved: boolean;
}

export type Origin =
  | { readonly type: "copy"; readonly headline: string }
  | { readonly type: "alarm"; readonly alarm: number }
  | { readonly type: "alert"; readonly sender: string };

export interface StoredDraft {
  readonly id: string;
  readonly revision: number;
  /** Written here and never edited: its texts are the template's there too, and are filled in anew by the platform. */
  readonly fromTemplate: boolean;
  /** What the platform has. Whatever the form has not changed stays so. */
  readonly message: DraftJson["message"];
  /** It lifts, corrects or prolongs the broadcasts that it replaces; null: it is a broadcast of its own. */
  readonly kind: FollowUpKind | null;
  readonly replaces: readonly string[];
}

/** A draft as the platform shows it, for a form to be compared with. */
export const storedDraft = (
  draft: Pick<DraftJson, "id" | "revision" | "message" | "replaces" | "template">,
  fromTemplate: boolean,
): StoredDraft => ({
  id: draft.id,
  revision: draft.revision,
  fromTemplate,
  message: draft.message,
  kind: followUpKindOf(draft),
  replaces: draft.replaces,
});

export const DEFAULT_HOURS = 24;
const DEFAULT_REPEATS = 3;

export const EMPTY_FORM: Form = {
  eventCode: "",
  level: null,
  class: "emergency",
  regions: [],
  exclude: [],
  shapes: {},
  texts: undefined,
  lifetime: { hours: DEFAULT_HOURS },
  volume: null,
  repeatCount: DEFAULT_REPEATS,
  origin: null,
  draft: null,
  isUnsaved: false,
};

/** Of one tab and one person. A form of one mode never becomes one of another. */
const keyOf = (mode: ModeName, person: string): string => `new-broadcast:${mode}:${person}`;

function load(mode: ModeName, person: string): Form {
  try {
    const kept = sessionStorage.getItem(keyOf(mode, person));
    if (kept === null) return EMPTY_FORM;
    const form: Form = { ...EMPTY_FORM, isUnsaved: true, ...(JSON.parse(kept) as Partial<Form>) };
    // A former version kept less of a draft: what is not unsaved is fetched anew.
    const isWhole = form.draft === null || form.draft.message !== undefined;
    return isWhole ? form : form.isUnsaved ? { ...form, draft: null } : EMPTY_FORM;
  } catch {
    // Storage may be forbidden; then a reload begins anew.
    return EMPTY_FORM;
  }
}

function keep(mode: ModeName, person: string, form: Form): void {
  // Nobody's: whoever wrote it has just gone.
  if (person === "") return;
  try {
    if (form === EMPTY_FORM) sessionStorage.removeItem(keyOf(mode, person));
    else sessionStorage.setItem(keyOf(mode, person), JSON.stringify(form));
  } catch {
    // As above.
  }
}

/** What is written is kept by this tab, so that neither a reload nor the end of a session loses it. */
export function useForm(mode: ModeName) {
  const { data: me } = useQuery(meQuery);
  const person = me?.id ?? "";
  const [form, setForm] = useState(() => load(mode, person));
  const latest = useRef(form);
  useEffect(() => {
    latest.current = form;
    keep(mode, person, form);
  }, [mode, person, form]);
  const change = useCallback(
    (changes: Partial<Form>) => setForm((now) => ({ ...now, ...changes, isUnsaved: true })),
    [],
  );
  /** The platform has `written` now; what was written while it was on its way is still unsaved. */
  const noteSaved = useCallback(
    (written: Form, draft: StoredDraft) => {
      const now = latest.current;
      const isSame = now === written;
      // Words that the platform does not fill in are the draft's own from now on.
      const texts = isSame && !draft.fromTemplate ? draft.message.texts : now.texts;
      const next = { ...now, draft, texts, isUnsaved: !isSame && now.isUnsaved };
      // At once: the page goes on to the check in the same turn.
      keep(mode, person, next);
      setForm(next);
    },
    [mode, person],
  );
  return { form, change, noteSaved, replace: setForm } as const;
}

/** After this draft was submitted or released the next one begins with nothing. What was begun beside it stays. */
export function forgetForm(mode: ModeName, person: string, id: string): void {
  if (load(mode, person).draft?.id === id) keep(mode, person, EMPTY_FORM);
}
