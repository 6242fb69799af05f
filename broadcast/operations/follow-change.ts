import { isDeepStrictEqual } from "node:util";
import type { Broadcast, BroadcastTemplateName } from "../../store/broadcast/index.ts";
import type { Client } from "../../store/database/index.ts";
import { asFilled, type Draft, isFollowUp, rememberAnew, rememberFilled } from "../drafting/index.ts";
import { describePlace, fillTexts, findEventCode, frameText, type Text, unframe } from "../message/index.ts";
import { chooseTemplate } from "./tenant-templates.ts";

/** The fields that follow from an event where the draft says nothing else. */
export const followsFrom = (eventCode: string | undefined): Pick<Draft, "category" | "responseTypes"> => {
  const event = findEventCode(eventCode ?? "");
  return { category: event?.category ?? "Other", responseTypes: [...(event?.responseTypes ?? [])] };
};

const TEXTS_DEPEND_ON = ["mode", "level", "eventCode", "target"] as const;

/** A draft with the parts that followed a change, and the names of these fields. */
export interface ChangedDraft {
  readonly draft: Draft;
  readonly template: BroadcastTemplateName | null;
  readonly fields: readonly string[];
}

/**
 * Makes derived parts follow, when the mode, the level, the event or the place of a draft changes: the texts as long as
 * they are the template's word for word, category and response as long as they are the event's. A person's words stay,
 * and `text-checks.ts` names what they contradict then.
 * @param was the draft before
 * @param draft the changed draft
 * @param given the fields that the caller gave: they stay as they were given
 */
export async function followChange(
  tx: Client,
  before: Broadcast,
  was: Draft,
  draft: Draft,
  given: ReadonlySet<string>,
): Promise<ChangedDraft> {
  const changed = TEXTS_DEPEND_ON.filter((key) => !isDeepStrictEqual(was[key], draft[key]));
  if (changed.length === 0) return { draft, template: before.template, fields: [] };
  const derived = changed.includes("eventCode") ? derivedAnew(was, draft, given) : {};
  const { texts, template } = await textsAnew(tx, before, was, draft, given);
  const followed = { ...draft, ...derived, texts };
  const fields = [...Object.keys(derived), ...(isDeepStrictEqual(texts, draft.texts) ? [] : ["texts"])];
  return { draft: followed, template, fields };
}

/** In an imported alert they are its author's words, whatever event it is taken for. */
function derivedAnew(
  was: Draft,
  draft: Draft,
  given: ReadonlySet<string>,
): Partial<Pick<Draft, "category" | "responseTypes">> {
  if (was.cap !== undefined) return {};
  const [old, now] = [followsFrom(was.eventCode), followsFrom(draft.eventCode)];
  const follows = (key: "category" | "responseTypes") =>
    !given.has(key) && isDeepStrictEqual(was[key], old[key]) && !isDeepStrictEqual(old[key], now[key]);
  return {
    ...(follows("category") ? { category: now.category } : {}),
    ...(follows("responseTypes") ? { responseTypes: now.responseTypes } : {}),
  };
}

async function textsAnew(
  tx: Client,
  before: Broadcast,
  was: Draft,
  draft: Draft,
  given: ReadonlySet<string>,
): Promise<{ texts: Text[]; template: BroadcastTemplateName | null }> {
  const { template } = before;
  if (!template?.filled) return { texts: draft.texts, template };
  const { filled } = template;
  const place = await describePlace(tx, draft.target);
  const stay = { ...template, filled: { ...filled, presentPlace: place } };
  const isAsFilled = asFilled(was.texts, filled);
  if (given.has("texts") || !was.texts.some(isAsFilled)) return { texts: draft.texts, template: stay };
  const chosen =
    isFollowUp(template) || draft.eventCode === undefined
      ? undefined
      : await chooseTemplate(tx, before.tenantId, draft.eventCode, draft.level);
  if (!chosen) {
    // They speak of another broadcast, or the event is unknown: a person has to mend everything but the mode.
    const reframed = draft.texts.map((text) =>
      isAsFilled(text) ? frameText(unframe(text, was.mode), draft.mode) : text,
    );
    const following = reframed.filter((_text, index) => isAsFilled(draft.texts[index]!));
    return { texts: reframed, template: { ...stay, filled: rememberAnew(stay.filled, following) } };
  }
  const at = new Date(filled.at);
  const fresh = fillTexts(chosen.texts, { place, at, level: draft.level, mode: draft.mode });
  if (was.texts.every(isAsFilled)) {
    const madeFor = { place, at, eventCode: draft.eventCode };
    return { texts: fresh, template: { ...chosen.name, filled: rememberFilled(fresh, madeFor) } };
  }
  // A person edited one language: that stays, and is compared with the words that the template put there at first.
  const texts = draft.texts.map((text) => (isAsFilled(text) ? (inLanguageOf(text, fresh) ?? text) : text));
  const following = texts.filter((_text, index) => isAsFilled(draft.texts[index]!));
  return { texts, template: { ...chosen.name, filled: rememberAnew(stay.filled, following) } };
}

const inLanguageOf = ({ language }: Text, texts: readonly Text[]) =>
  texts.find((text) => text.language.toLowerCase() === language.toLowerCase());
