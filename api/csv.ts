import { pipeline, Readable } from "node:stream";
import { stringify } from "csv-stringify";
import type { FastifyReply } from "fastify";
import type { Logger } from "../base/log.ts";
import { csvOptionsOf, momentsIn } from "./csv-options.ts";
import { withPositionOf } from "./reads.ts";

export type CsvValue = string | number | boolean | Date | null;

export interface CsvColumn<T> {
  readonly header: string;
  readonly value: (item: T) => CsvValue;
  /** True when the texts of this column are moments in RFC 3339, as in pages that come as text from the database. */
  readonly isMoment?: boolean;
}

interface Page<T> {
  readonly items: readonly T[];
  readonly nextCursor: string | null;
}

export interface CsvSource<T> {
  /** Without the extension. */
  readonly name: string;
  readonly columns: readonly CsvColumn<T>[];
  /** One page of rows. Called again with the cursor of the page before, when the client has read that far. */
  readonly readPage: (cursor: string | undefined) => Promise<Page<T>>;
  readonly cursor: string | undefined;
  /** True: only the first page, because the caller asked for a limit. X-Next-Cursor names the next one. */
  readonly firstPageOnly: boolean;
  /** Puts the export into the audit. Called once, when there is something to send and before any of it is sent. */
  readonly record: () => Promise<void>;
  readonly log: Logger;
}

/** A cell that begins so is a formula to a spreadsheet (OWASP, "CSV Injection"); also in full width. */
const FORMULA = /^[=+\-@\t\r\n＝＋－＠]/;

/** Text that no spreadsheet takes for a formula. Numbers never pass through here: -5 stays a number. */
export const neutralize = (text: string): string => (FORMULA.test(text) ? `'${text}` : text);

/**
 * Streams rows as CSV (RFC 4180 with a header line, UTF-8), with a byte order mark and moments in a time zone where the
 * request asks for them (`csv-options.ts`). Pages are read by key as fast as the client takes them. So no transaction
 * and no cursor of the database stays open behind a slow reader, which would hold up every caller on the embedded
 * database, and at most two pages are in memory.
 *
 * The first page is read before the answer begins, so that its errors are still problems. A later error cuts the
 * connection, which a client sees as an incomplete body.
 */
export async function sendCsv<T>(reply: FastifyReply, source: CsvSource<T>): Promise<FastifyReply> {
  const first = await source.readPage(source.cursor);
  await source.record();
  const { bom, timeZone } = csvOptionsOf(reply.request);
  const stringifier = stringify({
    bom,
    header: true,
    columns: source.columns.map(({ header }) => ({ key: header, header })),
    record_delimiter: "\r\n",
    quote_record_delimiter: true,
    cast: {
      string: (text, context) => (context.header ? text : neutralize(text)),
      date: timeZone === undefined ? (date) => date.toISOString() : momentsIn(timeZone),
      boolean: (value) => (value ? "true" : "false"),
    },
  });
  const values = source.columns.map((column) => writtenBy(column, timeZone !== undefined));
  const rows = Readable.from(readRows(source, first, values));
  pipeline(rows, stringifier, (error) => {
    // A client that goes away destroys the stream; that is no error of ours.
    if (!error || (error as NodeJS.ErrnoException).code === "ERR_STREAM_PREMATURE_CLOSE") return;
    source.log.error({ requestId: reply.request.id, err: error }, "a CSV answer was cut off");
  });
  reply
    .header("content-type", "text/csv; charset=utf-8; header=present")
    .header("content-disposition", `attachment; filename="${fileName(source.name)}.csv"`)
    .header("vary", "accept");
  if (source.firstPageOnly && first.nextCursor !== null) {
    reply.header("x-next-cursor", await withPositionOf(reply.request, first.nextCursor));
  }
  return reply.send(stringifier);
}

/** Makes a date of a moment that is text, where it has to be written in another way. */
function writtenBy<T>({ value, isMoment }: CsvColumn<T>, zoned: boolean): (item: T) => CsvValue {
  if (!isMoment || !zoned) return value;
  return (item) => {
    const text = value(item);
    return typeof text === "string" ? new Date(text) : text;
  };
}

async function* readRows<T>(
  source: CsvSource<T>,
  first: Page<T>,
  values: readonly ((item: T) => CsvValue)[],
): AsyncGenerator<CsvValue[]> {
  let page = first;
  for (;;) {
    for (const item of page.items) yield values.map((value) => value(item));
    if (page.nextCursor === null || source.firstPageOnly) return;
    page = await source.readPage(page.nextCursor);
  }
}

/** A file name without anything that a header or a file system could stumble over. */
const fileName = (name: string) => name.replaceAll(/[^A-Za-z0-9._-]+/g, "_").slice(0, 100);
