import { decodeCursor, encodeCursor, type Page, toPage } from "./cursor.ts";
import type { Db } from "./database.ts";
import { assertIdentifier, type KindTable, type MetricColumn } from "./kind-table.ts";

/** All metrics of one device at one moment. What it did not measure is null. */
export interface Reading {
  readonly observedAt: Date;
  readonly receivedAt: Date;
  readonly metrics: Readonly<Record<string, number | string | null>>;
  /** What the device sent under keys that its kind does not know. */
  readonly extra: Record<string, unknown> | null;
}

type ReadingRow = {
  observed_at: Date;
  observed_key: string;
  received_at: Date;
  extra: Record<string, unknown> | null;
} & Record<string, unknown>;

/** Metric columns are prefixed in the result, because a metric may be called `extra` as well. */
const metricList = (columns: readonly MetricColumn[]) =>
  columns.map(({ name }) => `, r.${assertIdentifier(name)} as m_${name}`).join("");

const toReading = (columns: readonly MetricColumn[]) => {
  const keys = columns.map(({ name }) => [name, `m_${name}`] as const);
  return (row: ReadingRow): Reading => ({
    observedAt: row.observed_at,
    receivedAt: row.received_at,
    metrics: Object.fromEntries(keys.map(([name, key]) => [name, row[key] as number | string | null])),
    extra: row.extra,
  });
};

/**
 * The newest reading by the device's clock, or undefined. There is no table of latest readings that a late
 * one could overwrite: the primary key finds the row, newest chunk first.
 */
export async function findLatestReading(
  db: Db,
  table: KindTable,
  deviceNo: number,
): Promise<Reading | undefined> {
  const { rows } = await db.query<ReadingRow>(
    `select r.observed_at, r.received_at, r.extra ${metricList(table.columns)}
     from ${assertIdentifier(table.table)} r
     where r.device_no = $1::int
     order by r.observed_at desc
     limit 1`,
    [deviceNo],
  );
  return rows[0] && toReading(table.columns)(rows[0]);
}

export interface ReadingQuery {
  readonly deviceNo: number;
  /** From this moment on, by the device's clock. */
  readonly from?: Date | undefined;
  /** Before this moment. */
  readonly to?: Date | undefined;
  readonly order: "asc" | "desc";
  /** The metrics that are wanted, a selection of the table's columns. */
  readonly columns: readonly MetricColumn[];
}

/** A device's readings in the order of its clock. */
export async function listReadings(
  db: Db,
  table: KindTable,
  query: ReadingQuery,
  page: { readonly limit: number; readonly cursor?: string | undefined },
): Promise<Page<Reading>> {
  const list = `readings/${query.order}`;
  const after = decodeCursor(list, ["time"], page.cursor);
  const { rows } = await db.query<ReadingRow>(
    `select r.observed_at, r.observed_at::text as observed_key, r.received_at, r.extra ${metricList(query.columns)}
     from ${assertIdentifier(table.table)} r
     where r.device_no = $1::int
       and ($2::timestamptz is null or r.observed_at >= $2::timestamptz)
       and ($3::timestamptz is null or r.observed_at < $3::timestamptz)
       and ($4::timestamptz is null or r.observed_at ${query.order === "asc" ? ">" : "<"} $4::timestamptz)
     order by r.observed_at ${query.order === "asc" ? "asc" : "desc"}
     limit $5::int`,
    [
      query.deviceNo,
      query.from?.toISOString() ?? null,
      query.to?.toISOString() ?? null,
      after?.[0] ?? null,
      page.limit + 1,
    ],
  );
  return toPage(rows, page.limit, toReading(query.columns), (row) => encodeCursor(list, [row.observed_key]));
}
