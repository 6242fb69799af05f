import { MAX_KEPT_LENGTH } from "../../base/exact-json.ts";

/** Rows whose jsonb may be long as text are read in groups, so that thousands of them are not in memory at once. */

/** PostgreSQL's text of a jsonb is longer by so much at most: a number of 12 bytes may have 311 characters. */
const TEXT_OF_BYTE = 26;

/**
 * How long the text of a jsonb may be, in characters; told without unpacking it. What is packed may be as long as is kept.
 */
export const lengthAtMost = (jsonb: string) =>
  `case when pg_column_compression(${jsonb}) is null
     then least(pg_column_size(${jsonb}) * ${TEXT_OF_BYTE}, ${MAX_KEPT_LENGTH}) else ${MAX_KEPT_LENGTH} end`;

/** What is no longer than this by `lengthAtMost` is read at once, thousands of rows together. */
export const SHORT = 512 * TEXT_OF_BYTE;

const MAX_TOGETHER = 16 * MAX_KEPT_LENGTH;

/** Groups in their order that come to 16 MiB at most each, by `lengthAtMost`; of one where that is longer. */
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
