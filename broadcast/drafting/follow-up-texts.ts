import type { BroadcastTemplateName } from "../../store/broadcast/index.ts";
import {
  type BilingualName,
  chineseTime,
  englishTime,
  findEventCode,
  frameText,
  isChinese,
  isEnglish,
  LEVEL_WORDS,
  type Level,
  lowerFirst,
  type Mode,
  type Text,
  unframe,
} from "../message/index.ts";

/** Follow-ups of a broadcast: the danger is over, something was wrong, it lasts longer. */
export const FOLLOW_UPS = ["all_clear", "correction", "extension"] as const;
export type FollowUp = (typeof FOLLOW_UPS)[number];

/** True when a broadcast was made as a follow-up, by the template of its texts. */
export const isFollowUp = (template: BroadcastTemplateName | null): boolean =>
  template?.source === "built-in" && (FOLLOW_UPS as readonly string[]).includes(template.id);

/** The parts of the followed broadcast that the texts of a follow-up name. */
export interface FollowedBroadcast {
  readonly mode: Mode;
  readonly class: "emergency" | "daily";
  readonly level: Level;
  readonly eventCode: string | undefined;
  /** Its texts, as they were read aloud. */
  readonly texts: readonly Text[];
  readonly place: BilingualName;
  /** When it was released. */
  readonly at: Date;
  /** True when it is a follow-up itself, which begins by naming the broadcast that it follows. */
  readonly isFollowUp: boolean;
  /** True when it is no warning any more. */
  readonly isAllClear: boolean;
}

/**
 * The danger is over. One text for each that is Chinese or English; where there is neither, one of each: a person has
 * to write the texts in other languages.
 */
export function allClearTexts(followed: FollowedBroadcast): Text[] {
  const spoken = followed.texts.filter((text) => isChinese(text) || isEnglish(text));
  const both = ["zh-CN", "en"].map((language) => ({
    language,
    headline: headlineOf(followed),
    description: "",
  }));
  return (spoken.length > 0 ? spoken : both).map((text) => {
    const words = isChinese(text) ? chineseAllClear : englishAllClear;
    const said = words(followed, nameOf(followed, text), saidOf(text, followed).headline);
    return frameText({ language: text.language, ...said }, followed.mode);
  });
}

type Said = Omit<Text, "language">;

function chineseAllClear(
  { place, at, eventCode }: FollowedBroadcast,
  name: string | undefined,
  headline: string,
): Said {
  const time = chineseTime(at);
  if (eventCode === TEST) {
    return {
      headline: `${place.zh}应急广播测试结束`,
      description: `${time}在${place.zh}开始的应急广播测试已结束。`,
      instruction: "无需采取任何行动。",
    };
  }
  return {
    headline: name === undefined ? `解除：${headline}` : `解除：${place.zh}${name}`,
    description: `${time}发布的${name === undefined ? `“${headline}”` : place.zh + name}现已解除。`,
    instruction: mustLeave(eventCode)
      ? "已转移人员请按当地安排有序返回，进屋前先检查房屋和周边；如发现险情，立即撤离并报告。"
      : "可恢复正常生产生活，并继续留意后续通知；如发现险情，立即避险并报告。",
  };
}

function englishAllClear(
  { place, at, eventCode }: FollowedBroadcast,
  name: string | undefined,
  headline: string,
): Said {
  const time = englishTime(at);
  if (eventCode === TEST) {
    return {
      headline: `Emergency broadcast test in ${place.en} is over`,
      description: `The emergency broadcast test that began in ${place.en} at ${time} is over.`,
      instruction: "You do not need to do anything.",
    };
  }
  return {
    headline: name === undefined ? `All clear: ${headline}` : `All clear: ${name} for ${place.en}`,
    description:
      name === undefined
        ? `All clear. The warning “${headline}”, issued at ${time}, has been lifted.`
        : `All clear. The ${name} issued for ${place.en} at ${time} has been lifted.`,
    instruction: mustLeave(eventCode)
      ? "If you left, go back only as your local authorities tell you. Check your house and what is around it before you go in. If you see any danger, leave at once and report it."
      : "You may go on as usual. Listen for further announcements. If you see any danger, take cover and report it.",
  };
}

/** The old texts for a person to mend, in every language; Chinese and English ones say that they correct. */
export const correctionTexts = (followed: FollowedBroadcast): Text[] =>
  followed.texts.map((text) => {
    const { headline, description, instruction } = saidOf(text, followed);
    const name = nameOf(followed, text);
    const { place, at } = followed;
    const introduction = isChinese(text)
      ? `现对${chineseTime(at)}发布的${name === undefined ? "广播" : place.zh + name}更正如下：`
      : isEnglish(text)
        ? `This corrects the ${name === undefined ? "announcement" : `${name} for ${place.en}`} of ${englishTime(at)}. `
        : "";
    return frameText(
      {
        language: text.language,
        headline: begun(headline, text, "更正：", "Correction: "),
        description: introduction + description,
        ...(instruction === undefined ? {} : { instruction }),
      },
      followed.mode,
    );
  });

/** The old texts, in every language; Chinese and English ones say until when they hold. */
export const extensionTexts = (followed: FollowedBroadcast, until: Date): Text[] =>
  followed.texts.map((text) => {
    const { headline, description, instruction } = saidOf(text, followed);
    const name = nameOf(followed, text);
    const { place, at } = followed;
    const introduction = isChinese(text)
      ? `${chineseTime(at)}发布的${name === undefined ? "广播" : place.zh + name}延长至${chineseTime(until)}。`
      : isEnglish(text)
        ? `The ${name === undefined ? "announcement" : `${name} for ${place.en}`} of ${englishTime(at)} has been extended until ${englishTime(until)}. `
        : "";
    return frameText(
      {
        language: text.language,
        headline: begun(headline, text, "延长：", "Extended: "),
        description: introduction + description,
        ...(instruction === undefined ? {} : { instruction }),
      },
      followed.mode,
    );
  });

/** The first sentence of an extension or a correction, which the next one writes again. */
const INTRODUCED =
  /^(?:[^。：]*延长至[^。]*。|现对[^。：]*更正如下：|The [^.]* has been extended until [^.]*\. |This corrects the [^.]* of \d\d:\d\d on \d+ \w+\. )+/;
const HEADED = /^(?:更正：|延长：|Correction: |Extended: )+/;

/** A text without the frame of its mode, and without the sentence that a follow-up has put before it. */
function saidOf(text: Text, { mode, isFollowUp }: FollowedBroadcast): Text {
  const said = unframe(text, mode);
  if (!isFollowUp) return said;
  const headline = said.headline.replace(HEADED, "") || said.headline;
  return { ...said, headline, description: said.description.replace(INTRODUCED, "") || said.description };
}

const begun = (headline: string, text: Text, zh: string, en: string): string =>
  (isChinese(text) ? zh : isEnglish(text) ? en : "") + headline;

const TEST = "00000";

/**
 * True when an all-clear repeats the headline of the broadcast that it lifts, which a person has written: for a
 * broadcast that is no warning, or has an event without a name. Otherwise it says what the platform knows of it.
 */
export const quotesHeadline = (followed: FollowedBroadcast): boolean =>
  nameOf(followed, { language: "en" }) === undefined;

/**
 * 滑坡橙色预警, or `orange landslide warning`; undefined for a broadcast that is no warning, or has an event without a name.
 */
function nameOf(
  { class: kind, level, eventCode, isAllClear }: FollowedBroadcast,
  text: Pick<Text, "language">,
): string | undefined {
  const event = eventCode === undefined ? undefined : findEventCode(eventCode);
  if (event === undefined || kind !== "emergency" || isAllClear) return undefined;
  const { colourZh, colourEn } = LEVEL_WORDS[level];
  if (event.code === TEST) return isChinese(text) ? "应急广播测试" : "emergency broadcast test";
  return isChinese(text) ? `${event.zh}${colourZh}预警` : `${colourEn} ${lowerFirst(event.en)} warning`;
}

const headlineOf = ({ texts }: FollowedBroadcast) => texts[0]?.headline ?? "";

/** True when people were told to leave, so that they have to be told how to come back. */
const mustLeave = (eventCode: string | undefined) =>
  eventCode === undefined || (findEventCode(eventCode)?.responseTypes.includes("Evacuate") ?? true);
