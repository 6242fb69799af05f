/**
 * The number of letters that have to be inserted, removed or changed to turn one text into the other.
 * @param swap the cost of swapping two neighbours; by default the same as changing both
 */
export function editDistance(one: string, other: string, swap = 2): number {
  let [before, row]: [number[], number[]] = [[], Array.from({ length: other.length + 1 }, (_, at) => at)];
  for (let i = 1; i <= one.length; i++) {
    const next = [i];
    for (let k = 1; k <= other.length; k++) {
      const same = one[i - 1] === other[k - 1];
      let least = Math.min(row[k]! + 1, next[k - 1]! + 1, row[k - 1]! + (same ? 0 : 1));
      if (i > 1 && k > 1 && one[i - 1] === other[k - 2] && one[i - 2] === other[k - 1])
        least = Math.min(least, before[k - 2]! + swap);
      next.push(least);
    }
    [before, row] = [row, next];
  }
  return row[other.length]!;
}

/** Known names that may have been meant by an unknown one: some letters apart, or with the same beginning. */
export function nearestNames(written: string, known: readonly string[]): string[] {
  const far = known.map((name) =>
    written.length >= 3 && name.startsWith(written) ? 1 : editDistance(written, name, 1),
  );
  const least = Math.min(...far);
  // In short words a second letter makes another word.
  return least <= (written.length < 5 ? 1 : 2) ? known.filter((_, at) => far[at] === least) : [];
}

/** `: --seed may be meant`, or nothing. */
export const mayBeMeant = (near: readonly string[]): string =>
  near.length === 0 ? "" : `: ${near.join(" or ")} may be meant`;
