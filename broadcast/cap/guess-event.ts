import type { CapInfo } from "./alert.ts";

/** Words that leave no doubt, narrower events first. Each holds only in the categories that fit it. */
const WORDS: readonly { code: string; categories: readonly string[]; words: RegExp }[] = [
  { code: "11A51", categories: ["Met", "Geo", "Safety"], words: /flash[- ]?flood|山洪/i },
  {
    code: "11D02",
    categories: ["Met", "Geo", "Safety"],
    words: /debris[- ]flow|mud ?slide|mud ?flow|泥石流/i,
  },
  { code: "11D01", categories: ["Met", "Geo", "Safety"], words: /land ?slide|滑坡/i },
  { code: "11D03", categories: ["Geo", "Safety"], words: /rock ?fall|崩塌/i },
  {
    code: "11B01",
    categories: ["Met"],
    words: /typhoon|hurricane|tropical (storm|cyclone)|台风|颱風/i,
  },
  {
    code: "11B03",
    categories: ["Met"],
    words: /rain ?storm|(heavy|torrential|extreme) rain(fall)?|暴雨|豪雨|大雨/i,
  },
  { code: "11B14", categories: ["Met"], words: /lightning|thunder ?storm|雷电|雷雨|雷暴/i },
  { code: "11B17", categories: ["Met", "Transport"], words: /\bfog\b|大雾|濃霧|浓雾/i },
  { code: "11A01", categories: ["Met", "Geo", "Env", "Safety"], words: /flood|洪水|洪涝|淹水/i },
  { code: "11C02", categories: ["Geo"], words: /earthquake|地震/i },
  {
    code: "11G00",
    categories: ["Fire", "Env", "Met"],
    words: /(forest|grass|bush|wild) ?(land )?fire|森林|草原火/i,
  },
  { code: "12G03", categories: ["Fire"], words: /(building|house|structure) fire|建筑火灾|房屋火灾/i },
  {
    code: "12D02",
    categories: ["CBRNE", "Env", "Safety", "Health"],
    words: /chemical (leak|spill|release)|危(险)?化(学)?品泄漏/i,
  },
  { code: "12P09", categories: ["Infra", "Safety", "Fire"], words: /gas leak|燃气泄漏/i },
  { code: "13A00", categories: ["Health"], words: /epidemic|pandemic|outbreak|疫情/i },
];

/** Words that turn an event into something else, such as its end. */
const OTHERWISE = /\bno\b|\btest\b|\ball clear\b|fire weather|解除|测试|演练|测验/i;

/**
 * The event's code by its words and category when they are plain. Otherwise undefined: a person must name an unknown
 * event, and it must never become the code of a test.
 */
export function guessEventCode(info: CapInfo): string | undefined {
  if (OTHERWISE.test(info.event)) return undefined;
  return WORDS.find(
    ({ words, categories }) =>
      words.test(info.event) && info.categories.some((category) => categories.includes(category)),
  )?.code;
}
