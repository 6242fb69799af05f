import { MAX_KEPT_LENGTH } from "../../base/exact-json.ts";

/** Rows whose jsonb may be long as text are read in groups, so that thousands of them are not in memory at once. */

/** PostgreSQL's text of a jsonb is longer by so much at most: a number of 12 bytes may have 311 characters. */
const TEXT_OF_BYTE = 26;

/**
 * The greatest possible length of the text of a jsonb, in characters, without unpacking it. A packed value may be as
 * long as the longest that is kept.
 */
export const lengthAtMost = (jsonb: string) =>
  `case when pg_column_compression(${jsonb}) is null
     then least(pg_column_size(${jsonb}) * ${TEXT_OF_BYTE}, ${MAX_KEPT_LENGTH}) else ${MAX_KEPT_LENGTH} end`;

/** Rows up to this length by `lengthAtMost` are read at once, thousands of them together. */
export const SHORT = 512 * TEXT_OF_BYTE;

const MAX_TOGETHER = 16 * MAX_KEPT_LENGTH;

/** Groups in their order of at most 16 MiB each, by `lengthAtMost`; a row that is longer is a group by itself. */
export function inGroups<T>(rows: readonly T[], lengthOf: (row: T) => number): T[][] {
  const groups: T[][] = [];
  let left = 0;
  for (const row of rows) {
    const length = lengthOf(row);
    if (groups.length === 0 || length > left) {
      groups.push([]);
      left = MAX_TOGETHER;
    }
    groups.at(-1)!.push(row);
    left -= length;
  }
  return groups;
}
