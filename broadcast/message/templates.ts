import { EVENT_CODES, type EventCode } from "./event-codes.ts";
import type { Text } from "./message.ts";
import { type BilingualName, type Filling, fillTexts } from "./template-fill.ts";
import { WORDINGS } from "./template-wordings.ts";

/**
 * Ready texts per kind of event, in Chinese and English, that come with the platform; tenants may have their own
 * (`tenant-templates.ts`). Placeholders in braces are filled in when a draft is made of them; a person reads and
 * changes the texts before they are aired.
 */
export interface Template {
  readonly eventCode: string;
  readonly event: BilingualName;
  readonly category: EventCode["category"];
  readonly responseTypes: EventCode["responseTypes"];
  readonly texts: readonly Text[];
}

export type { Filling };

function templateOf(event: EventCode): Template {
  const { zh, en } = WORDINGS[event.code]!;
  const isTest = event.code === "00000";
  return {
    eventCode: event.code,
    event: { zh: event.zh, en: event.en },
    category: event.category,
    responseTypes: event.responseTypes,
    texts: [
      {
        language: "zh-CN",
        headline: isTest ? "{place}应急广播测试" : `{place}${event.zh}{colour}预警`,
        description: isTest
          ? `{time}，{place}${zh[0]}。`
          : `{time}，{place}${zh[0]}，级别为{level}，发布{colour}预警。`,
        instruction: zh[1],
      },
      {
        language: "en",
        headline: isTest
          ? "Emergency broadcast test in {place}"
          : `{colour} ${lowerFirst(event.en)} warning for {place}`,
        description: isTest
          ? `${en[0]} in {place} at {time}.`
          : `At {time} a {colour} warning, {level}, was issued for {place}. ${en[0]}.`,
        instruction: en[1],
      },
    ],
  };
}

/** Names of events are common nouns: within a sentence they begin with a small letter. */
export const lowerFirst = (text: string) => text.charAt(0).toLowerCase() + text.slice(1);

const TEMPLATES: ReadonlyMap<string, Template> = new Map(
  EVENT_CODES.map((event) => [event.code, templateOf(event)]),
);

/** The template of an event code with its placeholders; undefined for a code that has none. */
export const findTemplate = (eventCode: string): Template | undefined => TEMPLATES.get(eventCode);

export const listTemplates = (): Template[] => [...TEMPLATES.values()];

/** The texts of a template, filled in. Undefined for a code that has no template. */
export function fillTemplate(eventCode: string, filling: Filling): Text[] | undefined {
  const template = findTemplate(eventCode);
  return template && fillTexts(template.texts, filling);
}
