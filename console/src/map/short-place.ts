/** The peoples that autonomous places are named after. Longer names first: 布依 is no part of another. */
const PEOPLES =
  "蒙古|回|藏|维吾尔|苗|彝|壮|布依|朝鲜|满|侗|瑶|白|土家|哈尼|哈萨克|傣|黎|傈僳|佤|畲|高山|拉祜|水|东乡|纳西|景颇|柯尔克孜|土|达斡尔|仫佬|羌|布朗|撒拉|毛南|仡佬|锡伯|阿昌|普米|塔吉克|怒|乌孜别克|俄罗斯|鄂温克|德昂|保安|裕固|京|塔塔尔|独龙|鄂伦春|赫哲|门巴|珞巴|基诺|各";
const AUTONOMOUS = new RegExp(`^(.{2,}?)(?:(?:${PEOPLES})族)+自治(?=[县州区旗])`);

/** A place as people say it: 务川县 for 务川仡佬族苗族自治县, 黔东南州 for 黔东南苗族侗族自治州. */
export const shortPlace = (name: string): string => name.replace(AUTONOMOUS, "$1");

/** A village without the word that all of them have, for small cells: 南明 for 南明区. Two characters are kept whole. */
export function barePlace(name: string): string {
  const short = shortPlace(name);
  return short.length > 2 ? short.replace(/(?:特区|[市县区州])$/, "") : short;
}
