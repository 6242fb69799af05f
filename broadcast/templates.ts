import { EVENT_CODES, type EventCode, findEventCode } from "./event-codes.ts";
import type { Level, Mode, Text } from "./message.ts";

/**
 * Ready texts per kind of event, in Chinese and English. `{place}`, `{time}`, `{level}` and `{colour}` are filled in
 * when a draft is made of them; a person reads and changes them before anybody hears them.
 */
export interface Template {
  readonly eventCode: string;
  readonly event: { readonly zh: string; readonly en: string };
  readonly category: EventCode["category"];
  readonly responseTypes: EventCode["responseTypes"];
  readonly texts: readonly Text[];
}

export interface Filling {
  readonly place: { readonly zh: string; readonly en: string };
  readonly at: Date;
  readonly level: Level;
  readonly mode: Mode;
}

/** What is happening, and what to do, in both languages. */
interface Wording {
  readonly zh: readonly [situation: string, advice: string];
  readonly en: readonly [situation: string, advice: string];
}

const WORDINGS: Readonly<Record<string, Wording>> = {
  "11A01": {
    zh: ["江河水位上涨，可能发生洪水", "请低洼地带人员立即向高处转移，不要涉水，不要靠近河道和桥梁。"],
    en: [
      "Rivers are rising and a flood is possible",
      "Leave low ground for higher ground now. Do not wade. Keep away from rivers and bridges.",
    ],
  },
  "11A51": {
    zh: ["可能发生山洪", "请沟谷、河道两侧人员立即向两侧高处转移，不要沿沟谷上下游跑，不要返回取物。"],
    en: [
      "A flash flood is possible",
      "Leave valleys and river banks at once: climb to the side, not along the valley. Do not go back for belongings.",
    ],
  },
  "11B01": {
    zh: ["将受台风影响", "请关好门窗，收好室外物品，留在坚固的房屋内，船只回港避风。"],
    en: [
      "A typhoon is approaching",
      "Close doors and windows, bring in loose things and stay inside a solid building. Boats return to harbour.",
    ],
  },
  "11B03": {
    zh: ["将有或正有暴雨", "请减少外出，远离低洼、河道和山坡，注意防范山洪和地质灾害。"],
    en: [
      "Heavy rain is falling or expected",
      "Stay in if you can. Keep away from low ground, rivers and slopes; floods and landslides may follow.",
    ],
  },
  "11B14": {
    zh: ["有雷电活动", "请进入室内，远离树木、电线杆和水面，停止户外作业。"],
    en: ["There is lightning", "Go indoors. Keep away from trees, poles and water, and stop work outside."],
  },
  "11B17": {
    zh: ["有大雾，能见度很低", "请减少出行，驾车减速并开启雾灯。"],
    en: ["There is dense fog", "Travel only if you must. Drive slowly, with fog lights."],
  },
  "11C02": {
    zh: [
      "发生地震，可能有余震",
      "请护住头部，就近避险，震动停止后撤到空旷处，不要乘坐电梯，不要返回受损房屋。",
    ],
    en: [
      "There has been an earthquake, and more shocks may follow",
      "Protect your head and take cover. When it stops, go into the open. No lifts. Do not return to damaged houses.",
    ],
  },
  "11D01": {
    zh: ["可能发生滑坡", "请坡体及坡脚人员立即向滑坡两侧转移，到指定避险点集合，不要返回。"],
    en: [
      "A landslide is possible",
      "Leave the slope and its foot at once, to the side. Gather at the meeting point. Do not go back.",
    ],
  },
  "11D02": {
    zh: ["可能发生泥石流", "请沟口和沟道两侧人员立即向两侧山坡高处转移，不要停留在沟谷内。"],
    en: [
      "A debris flow is possible",
      "Leave the gully and its mouth at once and climb the slopes to the side. Do not stay in the valley.",
    ],
  },
  "11D03": {
    zh: ["可能发生崩塌落石", "请陡坡、危岩下方人员立即撤离，车辆行人绕行。"],
    en: ["Rocks may fall", "Leave the foot of steep slopes at once. Take another road."],
  },
  "11G00": {
    zh: ["发生森林草原火灾", "请林区人员向火场侧风向、空旷地带撤离，听从指挥，不要自行扑火。"],
    en: [
      "A wildfire is burning",
      "Leave the woods across the wind, towards open ground. Follow instructions. Do not fight the fire yourself.",
    ],
  },
  "12D02": {
    zh: ["发生危险化学品泄漏", "请用湿毛巾捂住口鼻，向上风方向撤离；来不及撤离的关闭门窗，留在室内。"],
    en: [
      "A hazardous chemical is leaking",
      "Cover nose and mouth with a wet cloth and leave against the wind. If you cannot, stay in and close doors and windows.",
    ],
  },
  "12G03": {
    zh: ["发生建筑火灾", "请附近人员立即撤离，弯腰捂住口鼻，走楼梯，不要乘坐电梯，为消防车让路。"],
    en: [
      "A building is on fire",
      "Leave at once, low and with nose and mouth covered. Use stairs, not lifts. Make way for the fire brigade.",
    ],
  },
  "12N03": {
    zh: ["发生压力管道事故", "请附近人员立即撤离到警戒线外，不要使用明火。"],
    en: ["A pressure pipeline has failed", "Leave the area at once. No open fire."],
  },
  "12P09": {
    zh: [
      "监测到燃气泄漏",
      "请立即熄灭明火，不要开关电器，不要在现场打电话，关闭燃气阀门，开窗通风，撤到室外上风处。",
    ],
    en: [
      "A gas leak has been detected",
      "Put out all flames. Do not touch switches or use a phone there. Close the valve, open windows, and go outside, upwind.",
    ],
  },
  "13A00": {
    zh: ["发生传染病疫情", "请减少聚集，佩戴口罩，勤洗手；如有发热等症状，及时就医并报告。"],
    en: [
      "There is an epidemic",
      "Avoid crowds, wear a mask, wash your hands. With fever or other symptoms see a doctor and report it.",
    ],
  },
  "14000": {
    zh: ["发生紧急求助或社会安全事件", "请附近人员注意安全，不要围观，发现情况立即拨打110。"],
    en: [
      "Somebody has called for help, or public security is in danger",
      "Take care, do not gather, and call 110 if you see anything.",
    ],
  },
  "00000": {
    zh: ["正在进行应急广播测试", "这是测试，无需采取任何行动。"],
    en: ["The emergency broadcast is being tested", "This is a test. You need not do anything."],
  },
};

/** The level in words; China's four colours. */
const LEVEL_WORDS = {
  1: { zh: "特别重大", en: "extremely serious", colourZh: "红色", colourEn: "red" },
  2: { zh: "重大", en: "serious", colourZh: "橙色", colourEn: "orange" },
  3: { zh: "较大", en: "major", colourZh: "黄色", colourEn: "yellow" },
  4: { zh: "一般", en: "general", colourZh: "蓝色", colourEn: "blue" },
} as const;

const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);

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
        headline: isTest ? "Emergency broadcast test in {place}" : `${event.en} in {place}: {colour} warning`,
        description: isTest
          ? `${en[0]} in {place} at {time}.`
          : `{time}, {place}: ${en[0].charAt(0).toLowerCase()}${en[0].slice(1)}. Level: {level}. A {colour} warning is in force.`,
        instruction: en[1],
      },
    ],
  };
}

const TEMPLATES: ReadonlyMap<string, Template> = new Map(
  EVENT_CODES.map((event) => [event.code, templateOf(event)]),
);

/** The template of an event code with its placeholders; undefined for a code that has none. */
export const findTemplate = (eventCode: string): Template | undefined => TEMPLATES.get(eventCode);

export const listTemplates = (): Template[] => [...TEMPLATES.values()];

/** A drill and a training say so at the beginning and at the end, whoever hears or reads only a part. */
const FRAMES: Readonly<Record<Mode, { zh: readonly [string, string]; en: readonly [string, string] }>> = {
  actual: { zh: ["", ""], en: ["", ""] },
  drill: { zh: ["【演习】", "以上是演习。"], en: ["[DRILL] ", " This is a drill."] },
  training: { zh: ["【培训】", "以上是培训内容。"], en: ["[TRAINING] ", " This is for training only."] },
};

/** The texts of a template, filled in. Undefined for a code that has no template. */
export function fillTemplate(eventCode: string, filling: Filling): Text[] | undefined {
  const template = findTemplate(eventCode);
  if (!template || !findEventCode(eventCode)) return undefined;
  const level = LEVEL_WORDS[filling.level];
  return template.texts.map((text) => {
    const isChinese = text.language === "zh-CN";
    const values: Record<string, string> = {
      place: isChinese ? filling.place.zh : filling.place.en,
      time: isChinese ? chineseTime(filling.at) : englishTime(filling.at),
      level: isChinese ? level.zh : level.en,
      colour: isChinese ? level.colourZh : level.colourEn,
    };
    const fill = (pattern: string) =>
      capital(pattern.replaceAll(/\{(place|time|level|colour)\}/g, (_whole, name: string) => values[name]!));
    const [before, after] = FRAMES[filling.mode][isChinese ? "zh" : "en"];
    return {
      language: text.language,
      headline: cut(before + fill(text.headline), 160),
      description: before + fill(text.description) + after,
      ...(text.instruction === undefined ? {} : { instruction: text.instruction }),
    };
  });
}

const cut = (text: string, length: number) =>
  text.length <= length ? text : `${text.slice(0, length - 1)}…`;

/** Read aloud in the villages: their own time, whatever the machine's is. */
const partsOf = (at: Date, locale: string, options: Intl.DateTimeFormatOptions) =>
  new Intl.DateTimeFormat(locale, { timeZone: "Asia/Shanghai", hourCycle: "h23", ...options }).format(at);

function chineseTime(at: Date): string {
  const [month, day, hour, minute] = (["month", "day", "hour", "minute"] as const).map((part) =>
    Number.parseInt(partsOf(at, "en-US", { [part]: "numeric" }), 10),
  );
  return `${month}月${day}日${hour}时${minute}分`;
}

const englishTime = (at: Date) =>
  `${partsOf(at, "en-GB", { hour: "2-digit", minute: "2-digit" })} on ${partsOf(at, "en-GB", { day: "numeric", month: "long" })}`;
