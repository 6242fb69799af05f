import pg from "pg";
import { exactJson } from "./exact-types.ts";

/** RFC 3339 has years of four digits, and an offset of up to a day may move a moment into the next one. */
const EARLIEST = Date.parse("0001-01-02T00:00:00Z");
const LATEST = Date.parse("9999-12-30T23:59:59.999Z");

/** The nearest moment that can be written in RFC 3339 with any offset. */
export const withinYears = (at: Date): Date => new Date(Math.min(Math.max(at.getTime(), EARLIEST), LATEST));

/** Leaves moments text: making a Date of each, only to write it as text again, took a fifth of a day's answer. */
export const momentsAsText = {
  getTypeParser: (oid: number, format?: "text" | "binary") =>
    oid === pg.types.builtins.TIMESTAMPTZ ? (text: string) => text : exactJson.getTypeParser(oid, format),
} as pg.CustomTypesConfig;

/** `2026-01-31 08:00:00.123456+00`, as PostgreSQL writes a moment in a session whose time zone is UTC. */
const UTC_LENGTHS = { whole: 22, shortest: 24, longest: 29 } as const;

/**
 * PostgreSQL's text of a timestamptz as RFC 3339 in UTC with milliseconds (microseconds are cut, as Date cuts them).
 * In a session in UTC it is put together from the text; else it goes through Date.
 */
export function momentOf(text: string): string {
  const { length } = text;
  if (text.endsWith("+00") && text.charCodeAt(4) === 45 && length <= UTC_LENGTHS.longest) {
    const date = text.slice(0, 10);
    if (length === UTC_LENGTHS.whole) return `${date}T${text.slice(11, 19)}.000Z`;
    if (length >= UTC_LENGTHS.shortest) {
      return `${date}T${text.slice(11, 19)}.${text
        .slice(20, length - 3)
        .padEnd(3, "0")
        .slice(0, 3)}Z`;
    }
  }
  // A bare "+08" is no offset to Date.
  return new Date(text.replace(" ", "T").replace(/([+-]\d\d)$/, "$1:00")).toISOString();
}
