const TOWNSHIP_DIGITS = 9;
const townshipCode = (code: string): string => code.slice(0, TOWNSHIP_DIGITS);

/** Villages by the township that they lie in, in their order. */
export function byTownship<T extends { readonly code: string }>(villages: readonly T[]): [string, T[]][] {
  const groups = new Map<string, T[]>();
  for (const village of villages) {
    const township = townshipCode(village.code);
    const group = groups.get(township);
    if (group) group.push(village);
    else groups.set(township, [village]);
  }
  return [...groups];
}
