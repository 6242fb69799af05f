import type pg from "pg";
import {
  arrivalOf,
  assertIdentifier,
  type Db,
  decodeCursor,
  encodeCursor,
  inUnit,
  type KindTable,
  momentOf,
  momentsAsText,
  type Page,
  type QuantityColumn,
  toPage,
} from "../database/index.ts";
import { type DeviceSpan, deviceNosIn, spansParameters, withinSpans } from "../places/index.ts";

/** All quantities of one device at one moment; null for those that it did not measure. */
export interface Reading {
  /** RFC 3339 in UTC with milliseconds, as `Date.toISOString` writes it. */
  readonly observedAt: string;
  readonly receivedAt: string;
  readonly metrics: Readonly<Record<string, number | string | null>>;
  /** True when a person has corrected it (`repairs.ts`). */
  readonly corrected: boolean;
  /** The values that the device sent under keys that its kind does not know. */
  readonly extra: Record<string, unknown> | null;
}

type Value = number | string | null;

/** Positions, not names: a quantity may be called `extra` as well. */
type ReadingRow = [
  observedAt: string,
  receivedAt: string,
  extra: Record<string, unknown> | null,
  // Then a flag for a corrected reading.
  ...metrics: (Value | boolean)[],
];

/**
 * True when a reading `r` is corrected, where `devices` are the numbers of the devices in the query: looked up once a
 * query. A reading that came for its moment later, after it was voided, is another one.
 */
const isCorrected = (devices: string) => `, (r.device_no, r.observed_at) in (
         select c.device_no, c.observed_at from repaired_readings c
         where c.device_no = any (${devices}) and c.is_active and c.is_corrected and not exists (
           select from repaired_readings v
           where v.device_no = c.device_no and v.observed_at = c.observed_at and v.repair_no > c.repair_no
             and v.is_active and not v.is_corrected))`;

const metricList = (columns: readonly QuantityColumn[]) =>
  columns.map((column) => `, ${inUnit(column, `r.${assertIdentifier(column.name)}`)}`).join("");

const toReading = (columns: readonly QuantityColumn[]) => {
  const names = columns.map(({ name }) => name);
  return (row: ReadingRow): Reading => {
    const metrics: Record<string, Value> = {};
    for (let i = 0; i < names.length; i++) metrics[names[i]!] = row[i + 3] as Value;
    const corrected = row[names.length + 3] as boolean;
    return { observedAt: momentOf(row[0]), receivedAt: momentOf(row[1]), metrics, corrected, extra: row[2] };
  };
};

/**
 * The newest reading by the device's clock, or undefined. There is no table of latest readings that a late one could
 * overwrite: the primary key finds the row, newest chunk first.
 */
export async function findLatestReading(
  db: Db,
  table: KindTable,
  deviceNo: number,
  spans?: readonly DeviceSpan[],
): Promise<Reading | undefined> {
  const select = `select r.observed_at, ${arrivalOf("r")} as received_at, r.extra ${metricList(table.columns)} ${isCorrected(spans ? "$1::int[]" : "array[$1::int]")}
     from ${assertIdentifier(table.table)} r`;
  const { rows } = await db.query<ReadingRow>({
    rowMode: "array",
    types: momentsAsText,
    text: spans
      ? `select newest.* from unnest($1::int[], $2::timestamptz[], $3::timestamptz[])
           as span (device_no, from_at, until_at)
         cross join lateral (
           ${select}
           where r.device_no = span.device_no and r.observed_at >= span.from_at and r.observed_at < span.until_at
           order by r.observed_at desc limit 1
         ) newest
         order by newest.observed_at desc, span.device_no desc
         limit 1`
      : `${select}
         where r.device_no = $1::int
         order by r.observed_at desc
         limit 1`,
    values: spans ? spansParameters(spans) : [deviceNo],
  });
  return rows[0] && toReading(table.columns)(rows[0]);
}

export interface ReadingQuery {
  readonly deviceNo: number;
  /**
   * Given where the caller does not see all of that device: the times to include, also of other devices that had its
   * id.
   */
  readonly spans?: readonly DeviceSpan[] | undefined;
  /** From this moment on, by the device's clock. */
  readonly from?: Date | undefined;
  /** Before this moment. */
  readonly to?: Date | undefined;
  readonly order: "asc" | "desc";
  /** The wanted quantities, a selection of the table's columns. */
  readonly columns: readonly QuantityColumn[];
}

export interface PageRequest {
  readonly limit: number;
  readonly cursor?: string | undefined;
}

/** A device's readings in the order of its clock. */
export async function listReadings(
  db: Db,
  table: KindTable,
  query: ReadingQuery,
  page: PageRequest,
): Promise<Page<Reading>> {
  return readPage(db, table, query, page, momentsAsText, toReading(query.columns));
}

/**
 * One page of items that `toItem` makes from rows: the moments, `extra`, the columns of the query and the flag for a
 * correction, each as `parsers` reads it. The moments have to stay PostgreSQL's text.
 */
export async function readPage<Row extends readonly [observedAt: string, ...rest: unknown[]], T>(
  db: Db,
  table: KindTable,
  query: ReadingQuery,
  page: PageRequest,
  parsers: pg.CustomTypesConfig,
  toItem: (row: Row) => T,
): Promise<Page<T>> {
  const { spans, order } = query;
  // Two devices may have had the same id, and have the same moment: then the number decides as well.
  const list = spans ? `readings/${order}/spans` : `readings/${order}`;
  const after: readonly (string | number)[] | undefined = spans
    ? decodeCursor(list, ["time", "device"], page.cursor)
    : decodeCursor(list, ["time"], page.cursor);
  const beyond = order === "asc" ? ">" : "<";
  const { rows } = await db.query({
    rowMode: "array",
    types: parsers,
    text: `select r.observed_at, ${arrivalOf("r")} as received_at, r.extra ${metricList(query.columns)}
            ${isCorrected(spans ? "$1::int[]" : "array[$1::int]")} ${spans ? ", r.device_no" : ""}
     from ${assertIdentifier(table.table)} r
     where ${spans ? `r.device_no = any ($1::int[]) and ${withinSpans("r.device_no", "r.observed_at", 7)}` : "r.device_no = $1::int"}
       and ($2::timestamptz is null or r.observed_at >= $2::timestamptz)
       and ($3::timestamptz is null or r.observed_at < $3::timestamptz)
       and ($4::timestamptz is null or ${
         spans
           ? `(r.observed_at, r.device_no) ${beyond} ($4::timestamptz, $6::int)`
           : `r.observed_at ${beyond} $4::timestamptz`
       })
     order by r.observed_at ${order === "asc" ? "asc" : "desc"} ${spans ? `, r.device_no ${order === "asc" ? "asc" : "desc"}` : ""}
     limit $5::int`,
    values: [
      spans ? deviceNosIn(spans) : query.deviceNo,
      query.from?.toISOString() ?? null,
      query.to?.toISOString() ?? null,
      after?.[0] ?? null,
      page.limit + 1,
      ...(spans ? [after?.[1] ?? null, ...spansParameters(spans)] : []),
    ],
  });
  // PostgreSQL's own text has the microseconds, so that the next page begins after exactly this row.
  return toPage(rows as unknown as Row[], page.limit, toItem, (row) =>
    encodeCursor(list, spans ? [row[0], Number(row.at(-1))] : [row[0]]),
  );
}
