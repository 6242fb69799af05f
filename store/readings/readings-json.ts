import type pg from "pg";
import { type Db, type KindTable, momentOf, type QuantityColumn, sqlType } from "../database/index.ts";
import { type PageRequest, type ReadingQuery, readPage } from "./readings.ts";

/** Everything as PostgreSQL wrote it. */
/** Quantities, then a flag for a corrected reading. */
type TextRow = [observedAt: string, receivedAt: string, extra: string | null, ...metrics: (string | null)[]];

const types = { getTypeParser: () => (text: string) => text } as unknown as pg.CustomTypesConfig;

/**
 * A page of `listReadings` as JSON text, `{"items":[…],"nextCursor":…}`, for callers that would only write it as text.
 * Numbers and `extra` pass as PostgreSQL wrote them, which is JSON already: parsing and writing them again takes 30 us
 * more for 24 readings of 8 quantities, a tenth of the whole request.
 */
export async function readPageAsJson(
  db: Db,
  table: KindTable,
  query: ReadingQuery,
  page: PageRequest,
): Promise<string> {
  const { items, nextCursor } = await readPage(db, table, query, page, types, readingWriter(query.columns));
  return `{"items":[${items.join(",")}],"nextCursor":${JSON.stringify(nextCursor)}}`;
}

function readingWriter(columns: readonly QuantityColumn[]): (row: TextRow) => string {
  const keys = columns.map(({ name }, index) => `${index === 0 ? "" : ","}${JSON.stringify(name)}:`);
  const writers = columns.map((column) => (sqlType(column) === "text" ? JSON.stringify : finite));
  return (row) => {
    let metrics = "";
    for (let i = 0; i < keys.length; i++) {
      const value = row[i + 3] ?? null;
      metrics += keys[i]! + (value === null ? "null" : writers[i]!(value));
    }
    const [observedAt, receivedAt, extra] = row;
    const corrected = row[keys.length + 3] === "t";
    return `{"observedAt":"${momentOf(observedAt)}","receivedAt":"${momentOf(receivedAt)}","metrics":{${metrics}},"corrected":${corrected},"extra":${extra ?? "null"}}`;
  };
}

const NINE = 57;

/** JSON has no `NaN`, `Infinity` and `-Infinity`, which end in a letter: null, as JSON.stringify writes them. */
const finite = (number: string): string => (number.charCodeAt(number.length - 1) > NINE ? "null" : number);
