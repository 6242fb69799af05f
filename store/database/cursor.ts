import { PlatformError } from "../../base/errors.ts";

/** The largest number that a column of four bytes holds, such as a revision's. */
export const MAX_INT4 = 2_147_483_647;

/** A page of a list, and where the next one begins; null when this was the last. */
export interface Page<T> {
  readonly items: T[];
  readonly nextCursor: string | null;
}

/**
 * The type of a key in a cursor. Numbers go into a parameter of eight bytes, those of devices and ranks into one of
 * four. Times are PostgreSQL's own text, so that no microsecond is lost on the way.
 */
export type KeyType = "integer" | "device" | "rank" | "text" | "time";
type KeyValue<T extends KeyType> = T extends "integer" | "device" | "rank" ? number : string;
type Keys<T extends readonly KeyType[]> = { -readonly [I in keyof T]: KeyValue<T[I]> };

const TIME =
  /^(\d{4,6})-(\d\d)-(\d\d) (?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,6})?[+-](?:0\d|1[0-5])(?::?[0-5]\d){0,2}$/;
/** The database's timestamps end with this year. */
const LAST_YEAR = 294_275;

/** True when a text is a moment that the database takes: a client may have changed it. */
function isTime(text: string): boolean {
  const [year = 0, month = 0, day = 0] = (TIME.exec(text) ?? []).slice(1).map(Number);
  // Every 400 years the calendar is the same.
  const at = new Date(Date.UTC(2000 + (year % 400), month - 1, day));
  return year >= 1 && year <= LAST_YEAR && at.getUTCMonth() === month - 1 && at.getUTCDate() === day;
}

const isInt4 = (value: unknown): boolean => Number.isInteger(value) && Math.abs(value as number) <= MAX_INT4;

const CHECKS: Record<KeyType, (value: unknown) => boolean> = {
  integer: (value) => Number.isSafeInteger(value),
  device: isInt4,
  rank: isInt4,
  // The keys of our lists are ids and codes; NUL could not be sent to the database.
  text: (value) => typeof value === "string" && value.length <= 300 && !value.includes("\0"),
  time: (value) => typeof value === "string" && isTime(value),
};

/** The position after a row, as opaque text. `list` names the list, so that a cursor fits only its own. */
export function encodeCursor(list: string, keys: readonly (string | number)[]): string {
  return Buffer.from(JSON.stringify([list, ...keys])).toString("base64url");
}

/**
 * The keys in a cursor, or undefined when there is none.
 * @throws PlatformError `invalid_cursor` when the text was not made by `encodeCursor` for this list
 */
export function decodeCursor<const T extends readonly KeyType[]>(
  list: string,
  types: T,
  cursor: string | undefined,
): Keys<T> | undefined {
  if (cursor === undefined) return undefined;
  const [name, ...keys] = parse(cursor);
  if (isMoment(keys.at(-1))) keys.pop();
  const fits =
    name === list && keys.length === types.length && types.every((type, index) => CHECKS[type](keys[index]));
  if (!fits) {
    throw new PlatformError(
      "invalid_cursor",
      `The cursor does not belong to the list of ${list}: expected a 'nextCursor' of this list, unchanged`,
    );
  }
  return keys as Keys<T>;
}

function parse(cursor: string): unknown[] {
  try {
    const value: unknown = JSON.parse(Buffer.from(cursor, "base64url").toString("utf8"));
    return Array.isArray(value) ? value : [];
  } catch {
    return [];
  }
}

/** Behind the keys of a cursor: how far the database's log had come when its page was read. No key is an object. */
interface PageMoment {
  readonly at: string;
}

const isMoment = (value: unknown): value is PageMoment =>
  typeof value === "object" && value !== null && /^[\da-f]{1,16}$/.test(String((value as PageMoment).at));

/** The cursor with how far the database's log had come when its page was read, for a next page from another server. */
export function withPosition(cursor: string, position: bigint): string {
  const moment: PageMoment = { at: position.toString(16) };
  return Buffer.from(JSON.stringify([...parse(cursor), moment])).toString("base64url");
}

/** @returns undefined where the cursor names no position */
export function positionIn(cursor: string): bigint | undefined {
  const moment = parse(cursor).at(-1);
  return isMoment(moment) ? BigInt(`0x${moment.at}`) : undefined;
}

/** Makes a page of rows that were selected with `limit + 1`: the extra row only shows that there is more. */
export function toPage<Row, T>(
  rows: readonly Row[],
  limit: number,
  toItem: (row: Row) => T,
  toCursor: (row: Row) => string,
): Page<T> {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return {
    items: shown.map(toItem),
    nextCursor: rows.length > limit && last !== undefined ? toCursor(last) : null,
  };
}
