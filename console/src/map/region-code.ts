/** The lengths of division codes: province, city, county, township, village. */
const LENGTHS = [2, 4, 6, 9, 12] as const;

/** The code of the region around; undefined for a province. */
export const parentCode = (code: string): string | undefined => {
  const length = LENGTHS.findLast((one) => one < code.length);
  return length === undefined ? undefined : code.slice(0, length);
};
