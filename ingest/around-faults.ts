import { isRowFault } from "../store/database/index.ts";

/** A row that the database refuses because of its content. */
export interface Refused<T> {
  readonly row: T;
  readonly error: Error;
}

/**
 * Writes rows at once, and in halves around those that the database refuses: they would be refused for ever, and keep
 * the others from being written.
 * @throws any other error of the database; some rows may be written then
 */
export async function writeAround<T>(
  rows: readonly T[],
  write: (rows: readonly T[]) => Promise<unknown>,
): Promise<Refused<T>[]> {
  if (rows.length === 0) return [];
  try {
    await write(rows);
    return [];
  } catch (error) {
    if (!isRowFault(error)) throw error;
    if (rows.length === 1) return [{ row: rows[0]!, error: error as Error }];
  }
  const middle = rows.length >> 1;
  const first = await writeAround(rows.slice(0, middle), write);
  return [...first, ...(await writeAround(rows.slice(middle), write))];
}
