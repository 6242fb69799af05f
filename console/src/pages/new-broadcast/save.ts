import type { BroadcastJson } from "../../api/broadcasts.ts";
import { serverNow } from "../../api/clock.ts";
import {
  changeDraft,
  createDraft,
  type DraftBody,
  type DraftJson,
  type TargetJson,
} from "../../api/drafts.ts";
import { ApiError } from "../../api/problem.ts";
import type { ModeName } from "../../ui/marks.tsx";
import { DEFAULT_HOURS, type Form, type StoredDraft, storedDraft } from "./form.ts";
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

type Content = Partial<Omit<DraftBody, "mode">>;

/** In one spelling, so that what says the same is the same. */
const spelt = (value: unknown): string => JSON.stringify(value) ?? "";
const speltTarget = ({ regions, exclude = [], polygons = [], circles = [] }: TargetJson) =>
  spelt([regions, exclude, polygons, circles]);
export const speltTexts = (texts: readonly SpokenText[]): string =>
  spelt(asWritten(texts).map((text) => [text.language, text.headline, text.description, text.instruction]));

/** True when the form speaks of another event, level or place than the draft from which it came: its words may not fit. */
export const isOfAnother = (form: Form, { message }: StoredDraft): boolean =>
  form.eventCode !== (message.eventCode ?? "") ||
  form.level !== message.level ||
  speltTarget(targetOf(form)) !== speltTarget(message.target as TargetJson);

/** True while nobody has asked for another end than the draft's, which may have none: then it is the platform's. */
function isSameEnd({ lifetime }: Form, { message: { expiresAt } }: StoredDraft): boolean {
  if ("at" in lifetime) return lifetime.at === expiresAt;
  return expiresAt === undefined && lifetime.hours === DEFAULT_HOURS;
}

/**
 * The platform fills in a template's texts by itself, and knows then whose template it was. Of a draft that came from
 * the platform nobody here knows that its words are a template's word for word.
 */
const isTemplates = ({ texts, draft }: Form): boolean =>
  texts === undefined && (draft === null || draft.fromTemplate);

/** Everything of a form that the platform is to write. */
const contentOf = (form: Form, shown: readonly SpokenText[]): Content => ({
  class: form.class,
  level: form.level as NonNullable<Form["level"]>,
  eventCode: form.eventCode,
  target: targetOf(form),
  volume: form.volume,
  repeatCount: form.repeatCount,
  expiresAt: expiryOf(form, serverNow()),
  ...(isTemplates(form) ? {} : { texts: asWritten(shown) }),
});

/** What the form says otherwise than its draft: all the rest stays byte for byte as the platform has it. */
function changesOf(form: Form, draft: StoredDraft, shown: readonly SpokenText[]): Content {
  const { message } = draft;
  const {
    class: kind,
    level,
    eventCode,
    target,
    volume,
    repeatCount,
    expiresAt,
    texts,
  } = contentOf(form, shown);
  // Beside another event, level or place the platform would write a template's words anew, and not those on the page.
  const saysOther =
    texts !== undefined && (isOfAnother(form, draft) || speltTexts(texts) !== speltTexts(message.texts));
  return {
    ...(kind === message.class ? {} : { class: kind }),
    ...(level === message.level ? {} : { level }),
    ...(eventCode === (message.eventCode ?? "") ? {} : { eventCode }),
    ...(speltTarget(target!) === speltTarget(message.target as TargetJson) ? {} : { target }),
    ...(volume === message.volume ? {} : { volume }),
    ...(repeatCount === message.repeatCount ? {} : { repeatCount }),
    ...(isSameEnd(form, draft) ? {} : { expiresAt }),
    ...(saysOther ? { texts } : {}),
  };
}

/** What the platform has now, and what it finds missing in it. */
interface Saved {
  readonly draft: StoredDraft;
  readonly missing: DraftJson["missing"];
}

/**
 * Writes the form to the platform: a new draft, or what it changes of the one that it came from. A form that changes
 * nothing writes nothing, and makes nobody an author.
 * @param shown the texts as the page shows them
 * @param readNow reads the draft as the platform has it now
 * @throws ApiError `broadcast_changed` when somebody else has changed the draft, `broadcast_state` when it is none any more
 */
export async function saveDraft(
  mode: ModeName,
  form: Form,
  shown: readonly SpokenText[],
  readNow: (id: string) => Promise<BroadcastJson>,
): Promise<Saved> {
  const { draft } = form;
  const fromTemplate = isTemplates(form);
  if (draft === null) {
    const made = await createDraft({ mode, ...contentOf(form, shown) } as DraftBody);
    return { draft: storedDraft(made, fromTemplate), missing: made.missing };
  }
  const changes = changesOf(form, draft, shown);
  if (Object.keys(changes).length === 0) {
    const now = await readNow(draft.id);
    if (now.state !== "draft" && now.state !== "returned") throw new ApiError(409, "broadcast_state");
    if (now.revision !== draft.revision) throw new ApiError(409, "broadcast_changed");
    return { draft, missing: now.missing };
  }
  const written = await changeDraft(draft.id, { ...changes, revision: draft.revision });
  return { draft: storedDraft(written, fromTemplate), missing: written.missing };
}
