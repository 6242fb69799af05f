import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { customPinyin, pinyin } from "pinyin-pro";
import { buildRegions, formatRegions } from "../seeds/build-regions.ts";
import type { RegionData } from "../seeds/regions.ts";

/**
 * English names of regions: the region's own name in pinyin as China's rules for place names write it, in one word and
 * without tones, and its type in English. Rewrites `seeds/data/guizhou-regions-en.json`; run it after
 * `seeds/build-regions.ts`: `node --import tsx scripts/english-names.ts`.
 */

/** Readings in place names, where a dictionary of words puts others first. */
customPinyin({
  都: "dū",
  长: "cháng",
  重: "chóng",
  乐: "lè",
  朝: "cháo",
  柏: "bǎi",
  硐: "dòng",
  么: "yāo",
  六: "liù",
  重新镇: "chóng xīn zhèn",
  戛: "gā",
  冗: "rǒng",
  㯊: "yān",
  㵲: "wǔ",
});

/** As GB/T 3304 spells them. */
const PEOPLES: Readonly<Record<string, string>> = {
  布依: "Bouyei",
  土家: "Tujia",
  仡佬: "Gelao",
  毛南: "Maonan",
  蒙古: "Mongol",
  苗: "Miao",
  侗: "Dong",
  水: "Sui",
  彝: "Yi",
  回: "Hui",
  白: "Bai",
  满: "Manchu",
  瑶: "Yao",
  壮: "Zhuang",
};

const people = `(?:${Object.keys(PEOPLES).join("|")})族`;
const WITH_PEOPLES = new RegExp(`^(.+?)((?:${people})+)(自治州|自治县|乡)$`);

/** Ends of names, the longer ones first. */
const ENDINGS: readonly (readonly [zh: string, en: string])[] = [
  ["自治州", "Autonomous Prefecture"],
  ["自治县", "Autonomous County"],
  ["社区居民委员会", "Community"],
  ["社区居委会", "Community"],
  ["居民委员会", "Community"],
  ["居委会", "Community"],
  ["社区村委会", "Community"],
  ["村民委员会", "Village"],
  ["村委会", "Village"],
  ["街道办事处", "Subdistrict"],
  ["街道", "Subdistrict"],
  ["社区", "Community"],
  ["特区", "Special District"],
  ["省", "Province"],
  ["市", "City"],
  ["县", "County"],
  ["区", "District"],
  ["镇", "Town"],
  ["乡", "Township"],
  ["村", "Village"],
];

/** E.g. 务川仡佬族苗族自治县 → `Wuchuan Gelao and Miao Autonomous County`, 杨村社区居民委员会 → `Yangcun Community`. */
export function englishName(name: string): string {
  const [, stem, peoples, kind] = WITH_PEOPLES.exec(name) ?? [];
  if (stem !== undefined && peoples !== undefined) {
    const named = joined(peoples.split("族").flatMap((each) => PEOPLES[each] ?? []));
    const what = kind === "乡" ? "Ethnic Township" : ENDINGS.find(([zh]) => zh === kind)![1];
    return `${inPinyin(stem)} ${named} ${what}`;
  }
  const ending = ENDINGS.find(([zh]) => name.endsWith(zh) && name.length > zh.length);
  if (ending === undefined) return inPinyin(name);
  const [zh, en] = ending;
  let own = name.slice(0, -zh.length);
  // 大石村村民委员会 is the committee of 大石村; a name of one character keeps its 村: Shicun Village.
  if (en === "Village" && own.length > 2 && own.endsWith("村")) own = own.slice(0, -1);
  if (en === "Community" && own.length > 2 && own.endsWith("社区")) own = own.slice(0, -2);
  // A name of one character is never said without its type.
  if (own.length === 1 && zh === "村") own = name;
  return `${inPinyin(own)} ${en}`;
}

const joined = (names: readonly string[]) =>
  names.length < 2 ? names.join("") : `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;

/** One word with a capital; an apostrophe before a syllable that begins with a vowel: Weng'an. */
function inPinyin(name: string): string {
  const syllables = pinyin(name, { toneType: "none", type: "array", nonZh: "consecutive" });
  const word = syllables
    .map((syllable, index) => (index > 0 && /^[aoe]/.test(syllable) ? `'${syllable}` : syllable))
    .join("");
  return word.charAt(0).toUpperCase() + word.slice(1);
}

/** The same regions with their names in English. */
export function translateRegions({ villages, ...data }: RegionData): RegionData {
  const translated = (names: Record<string, string>) =>
    Object.fromEntries(Object.entries(names).map(([code, name]) => [code, englishName(name)]));
  return {
    source: `English names of: ${data.source}; by pinyin-pro 3.29.4 (MIT) and scripts/english-names.ts`,
    province: translated(data.province),
    cities: translated(data.cities),
    counties: translated(data.counties),
    townships: translated(data.townships),
    villages: Object.fromEntries(
      Object.entries(villages).map(([township, names]) => [township, translated(names)]),
    ),
  };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const target = fileURLToPath(new URL("../seeds/data/guizhou-regions-en.json", import.meta.url));
  writeFileSync(target, formatRegions(translateRegions(buildRegions())));
  console.log(`Wrote ${target}`);
}
