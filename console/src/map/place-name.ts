/** The name that people use: `三坑村` for `三坑村村民委员会`, `洪渡社区` for `洪渡社区居民委员会`. */
export const placeName = (official: string): string =>
  official
    .replace(/(?<=村)(村民委员会|村委会)$|(?<=社区)(居民委员会|居委会)$/, "")
    .replace(/(村民|居民)委员会$/, "");
