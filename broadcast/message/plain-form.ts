/** Traditional and Japanese forms of the characters that texts are searched for, and the simplified ones. */
const FORMS = new Map(
  Array.from(
    "習习練练訓训測测試试這这為为爲为僅仅儅当當当並并屬属係系擬拟無无開开啟启舉举辦办組组織织鳴鸣響响報报預预級级別别較较紅红黃黄藍蓝黒黑災灾險险實实誤误認认內内訊讯號号條条將将來来進进發发現现終终結结請请應应緊紧轉转離离風风聲声從从據据質质館馆線线點点場场們们這这個个縣县鎮镇鄉乡區区廣广臺台颱台後后難难網网傳传謠谣說说稱称",
  ).reduce<[string, string][]>((pairs, character, index, all) => {
    if (index % 2 === 0) pairs.push([character, all[index + 1]!]);
    return pairs;
  }, []),
);

/** Words within which a line may break. */
const BROKEN = /([演训测试模培预])\s+(?=[习练试鸣播响拟训警])/gu;

/**
 * The searchable form of a text: full width and other presentation forms as the plain ones, simplified characters,
 * straight apostrophes, nothing invisible, one space or one line break between words and none between Chinese
 * characters in a line.
 */
export const plainForm = (text: string): string =>
  text
    .normalize("NFKC")
    .replace(/\p{Cf}/gu, "")
    .replace(/[\u4e00-\u9fff]/gu, (character) => FORMS.get(character) ?? character)
    .replace(/[’‘ʼ`´]/gu, "'")
    .replace(/\s+/gu, (space) => (/[\n\r\u2028\u2029]/u.test(space) ? "\n" : " "))
    .replace(/(?<=\p{Script=Han}) (?=\p{Script=Han})/gu, "")
    .replace(BROKEN, "$1");
