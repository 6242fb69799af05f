import type { CATEGORIES, RESPONSE_TYPES } from "./message.ts";

/**
 * Kinds of event by their code of five characters, as implementations of China's emergency-broadcast standards have
 * them: 11 natural disaster, 12 accident, 13 public health, 14 public security; `00000` is a test. The national
 * list is longer; a code that is not here is taken too, but has no template.
 */
export interface EventCode {
  readonly code: string;
  readonly zh: string;
  readonly en: string;
  /** CAP's category. */
  readonly category: (typeof CATEGORIES)[number];
  /** The actions that people should take, in CAP's words. */
  readonly responseTypes: readonly (typeof RESPONSE_TYPES)[number][];
}

export const EVENT_CODES: readonly EventCode[] = [
  { code: "11A01", zh: "洪水", en: "Flood", category: "Met", responseTypes: ["Evacuate", "Avoid"] },
  { code: "11A51", zh: "山洪", en: "Flash flood", category: "Met", responseTypes: ["Evacuate"] },
  { code: "11B01", zh: "台风", en: "Typhoon", category: "Met", responseTypes: ["Shelter"] },
  { code: "11B03", zh: "暴雨", en: "Rainstorm", category: "Met", responseTypes: ["Prepare", "Avoid"] },
  { code: "11B14", zh: "雷电", en: "Lightning", category: "Met", responseTypes: ["Shelter"] },
  { code: "11B17", zh: "大雾", en: "Fog", category: "Met", responseTypes: ["Avoid"] },
  { code: "11C02", zh: "地震", en: "Earthquake", category: "Geo", responseTypes: ["Shelter"] },
  { code: "11D01", zh: "滑坡", en: "Landslide", category: "Geo", responseTypes: ["Evacuate"] },
  { code: "11D02", zh: "泥石流", en: "Debris flow", category: "Geo", responseTypes: ["Evacuate"] },
  { code: "11D03", zh: "崩塌", en: "Rockfall", category: "Geo", responseTypes: ["Evacuate", "Avoid"] },
  { code: "11G00", zh: "森林草原火灾", en: "Wildfire", category: "Fire", responseTypes: ["Evacuate"] },
  {
    code: "12D02",
    zh: "危险化学品泄漏",
    en: "Hazardous chemical leak",
    category: "CBRNE",
    responseTypes: ["Evacuate", "Shelter"],
  },
  { code: "12G03", zh: "建筑火灾", en: "Building fire", category: "Fire", responseTypes: ["Evacuate"] },
  {
    code: "12N03",
    zh: "压力管道事故",
    en: "Pressure pipeline accident",
    category: "Infra",
    responseTypes: ["Evacuate"],
  },
  { code: "12P09", zh: "燃气泄漏", en: "Gas leak", category: "Infra", responseTypes: ["Evacuate", "Avoid"] },
  { code: "13A00", zh: "传染病疫情", en: "Epidemic", category: "Health", responseTypes: ["Prepare"] },
  // The head of the fourth group, for events without a narrower code, such as a call for help.
  {
    code: "14000",
    zh: "社会安全事件",
    en: "Public security incident",
    category: "Security",
    responseTypes: ["Monitor"],
  },
  { code: "00000", zh: "测试", en: "Test", category: "Other", responseTypes: ["None"] },
];

const byCode = new Map(EVENT_CODES.map((event) => [event.code, event]));

/** The kind of event, or undefined for a code of the national list for which we have no names. */
export const findEventCode = (code: string): EventCode | undefined => byCode.get(code);
