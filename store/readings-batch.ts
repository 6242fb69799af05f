import {
  type ArrayColumn,
  Float4Column,
  Float8Column,
  Int4Column,
  JsonbColumn,
  ScaledInt4Column,
  ScaledInt8Column,
  TextColumn,
  TimestampColumn,
} from "./binary-array.ts";
import type { Db } from "./database.ts";
import { dayOf, kindLiteral } from "./kept-days.ts";
import { assertIdentifier, type KindTable, type MetricColumn, scaleOf, sqlType } from "./kind-table.ts";
import { lateBefore } from "./late-readings.ts";
import { keepLateLatest } from "./latest-table.ts";

type ValueColumn = ScaledInt4Column | ScaledInt8Column | Float4Column | Float8Column | TextColumn;

function columnFor(column: MetricColumn): ValueColumn {
  switch (sqlType(column)) {
    case "integer":
      return new ScaledInt4Column(scaleOf(column));
    case "bigint":
      return new ScaledInt8Column(scaleOf(column));
    case "real":
      return new Float4Column();
    case "double precision":
      return new Float8Column();
    default:
      return new TextColumn();
  }
}

/** Readings of one kind on their way into its table: columns, not rows. */
export class ReadingsBatch {
  readonly kind: string;
  /** How many readings it holds. */
  rows = 0;
  private readonly deviceNo = new Int4Column();
  private readonly observedAt = new TimestampColumn();
  private readonly receivedAt = new TimestampColumn();
  private readonly extra = new JsonbColumn();
  private readonly values: ValueColumn[];
  private readonly all: ArrayColumn[];
  /** Rows whose time is ours, of the message's arrival. */
  private readonly arrivals: number[] = [];
  private readonly table: KindTable;
  private readonly statement: { name: string; text: string };
  private readonly lateStatement: { name: string; text: string };
  /** When the oldest reading was observed. */
  private oldest = Number.POSITIVE_INFINITY;

  constructor(table: KindTable) {
    this.kind = table.kind;
    this.table = table;
    this.values = table.columns.map(columnFor);
    this.all = [this.deviceNo, this.observedAt, this.receivedAt, ...this.values, this.extra];
    this.statement = { name: `insert_${table.table}`, text: insertSql(table) };
    this.lateStatement = { name: `insert_late_${table.table}`, text: insertSql(table, true) };
  }

  /** Begins a reading and returns its row. Times in milliseconds since 1970. */
  begin(deviceNo: number, observedAt: number, receivedAt: number): number {
    const row = this.rows++;
    this.deviceNo.set(row, deviceNo);
    this.observedAt.set(row, observedAt);
    this.receivedAt.set(row, receivedAt);
    if (observedAt < this.oldest) this.oldest = observedAt;
    return row;
  }

  /** Marks a row whose time is that of its arrival: it may be moved where another reading has that moment. */
  markArrival(row: number): void {
    this.arrivals.push(row);
  }

  /**
   * Sets the metric at `index` of the table's columns, in its unit; a metric that is not set is null. Where the
   * column keeps a number of decimals, the value is rounded to them.
   */
  setNumber(row: number, index: number, value: number): void {
    (this.values[index] as Float8Column).set(row, value);
  }

  setText(row: number, index: number, value: string): void {
    (this.values[index] as TextColumn).set(row, value);
  }

  /** @param json text of a JSON object with the keys that the kind does not know */
  setExtra(row: number, json: string): void {
    this.extra.set(row, json);
  }

  /**
   * Commits the readings and their ledger entry in one statement. When some are late, it also logs which days of
   * which devices have changed.
   * @param now milliseconds since 1970; tests pass their own
   * @returns how many were new; the others were there already
   */
  async insert(db: Db, now = Date.now()): Promise<number> {
    if (this.rows === 0) return 0;
    const late = lateBefore(now);
    const values: unknown[] = this.all.map((column) => column.finish());
    const { rows } = await db.query<{ stored: number }>(
      this.oldest < late
        ? { ...this.lateStatement, values: [...values, new Date(late).toISOString()] }
        : { ...this.statement, values },
    );
    const { stored } = rows[0]!;
    if (this.arrivals.length === 0 || stored === this.rows) return stored;
    return stored + (await this.moveArrivals(db, new Date(late).toISOString()));
  }

  /**
   * Gives each reading whose time is ours, and which met another one at that moment, the next free millisecond: of a
   * former process, say, or one that its device has dated. A reading that stands there as it is came with an attempt
   * whose answer was lost.
   * @returns how many were stored
   */
  private async moveArrivals(db: Db, late: string): Promise<number> {
    let stored = 0;
    for (const { row } of await this.findMet(db, this.arrivals)) {
      const part = this.slice(row, row + 1);
      // More than once only where somebody takes the moment meanwhile, as the one before in this loop may have.
      for (let [met] = await part.findMet(db, [0]); met; [met] = await part.findMet(db, [0])) {
        const { free } = met;
        const moved = this.slice(row, row + 1);
        moved.observedAt.reset();
        moved.observedAt.set(0, free.getTime());
        const { rows } = await db.query<{ stored: number }>({
          name: `insert_moved_${this.table.table}`,
          text: insertSql(this.table, true, true),
          values: [...moved.all.map((column) => column.finish()), late],
        });
        stored += rows[0]!.stored;
        if (rows[0]!.stored === 1) break;
      }
    }
    return stored;
  }

  /** Which of these rows met another reading at their moment, and the first free one after it. */
  private async findMet(db: Db, among: readonly number[]): Promise<{ row: number; free: Date }[]> {
    const values: unknown[] = this.all.map((column) => column.finish());
    const found = await db.query<{ row: number; free: Date }>({
      name: `find_met_${this.table.table}`,
      text: metSql(this.table),
      values: [...values, among],
    });
    return found.rows;
  }

  /** A batch of its own with rows `from` (inclusive) to `to` (exclusive). */
  slice(from: number, to: number): ReadingsBatch {
    const part = new ReadingsBatch(this.table);
    part.rows = to - from;
    part.oldest = this.oldest;
    for (const [i, column] of this.all.entries()) column.copyTo(part.all[i]!, from, to);
    for (const row of this.arrivals) if (row >= from && row < to) part.arrivals.push(row - from);
    return part;
  }

  /** A row as the device would have sent it, with its device and times; numbers as the table keeps them. */
  row(row: number): { deviceNo: number; receivedAt: number; reading: Record<string, unknown> } {
    const observedAt = new Date(this.observedAt.get(row) as number).toISOString();
    const reading: Record<string, unknown> = { observedAt, ...(this.extra.get(row) as object | undefined) };
    for (const [i, column] of this.table.columns.entries()) {
      const value = this.values[i]!.get(row);
      if (value !== undefined) reading[column.name] = value;
    }
    return {
      deviceNo: this.deviceNo.get(row) as number,
      receivedAt: this.receivedAt.get(row) as number,
      reading,
    };
  }

  reset(): void {
    this.rows = 0;
    this.oldest = Number.POSITIVE_INFINITY;
    this.arrivals.length = 0;
    for (const column of this.all) column.reset();
  }
}

/**
 * One statement is one transaction and one round trip. Measured against a bare insert on 2 cores (4,000 rows
 * of 8 metrics): see bench/README.md. The ledger's two counts cost a hash aggregate over the batch.
 *
 * `late`: what is new and older than the last parameter is also logged in rollup_changes (`late-readings.ts`), where
 * the platform keeps days itself, which a row of rollup_state says; and put among the newest values where it is newer. `counted`: the ledger has these readings as received
 * already.
 */
function insertSql(table: KindTable, late = false, counted = false): string {
  const metrics = table.columns.map((column) => assertIdentifier(column.name));
  const names = ["device_no", "observed_at", "received_at", ...metrics, "extra"];
  const types = ["int4", "timestamptz", "timestamptz", ...table.columns.map(sqlType), "jsonb"];
  const parameters = types.map((type, index) => `$${index + 1}::${type}[]`);
  return `
    with input as (
      select * from unnest(${parameters.join(", ")}) as input (${names.join(", ")})
    ), stored as (
      insert into ${assertIdentifier(table.table)} (${names.join(", ")})
      select ${names.join(", ")} from input
      on conflict do nothing
      returning ${late ? "*" : "device_no"}
    ), ledger as (
      insert into ledger_batches (device_nos, received, stored, rejected)
      select array_agg(r.device_no), array_agg(${counted ? "0" : "r.n"}), array_agg(coalesce(s.n, 0)), array_agg(0)
      from (select device_no, count(*)::int as n from input group by 1) r
      left join (select device_no, count(*)::int as n from stored group by 1) s using (device_no)
    )${late ? logLate(table, `$${types.length + 1}`) + keepLateLatest(table, `$${types.length + 1}`) : ""}
    select count(*)::int as stored from stored`;
}

/** How far ahead other readings are looked at, in milliseconds. */
const MAX_MOVE_MS = 60_000;

/**
 * Of the rows that the last parameter numbers from 0: those that are not in the table as they are, at their moment or
 * behind it, and the first free moment after theirs.
 */
function metSql(table: KindTable): string {
  const metrics = table.columns.map((column) => assertIdentifier(column.name));
  const names = ["device_no", "observed_at", "received_at", ...metrics, "extra"];
  const types = ["int4", "timestamptz", "timestamptz", ...table.columns.map(sqlType), "jsonb"];
  const parameters = types.map((type, index) => `$${index + 1}::${type}[]`);
  const content = (alias: string) =>
    `(${["received_at", ...metrics, "extra"].map((name) => `${alias}.${name}`).join(", ")})`;
  const there = `${assertIdentifier(table.table)} there
          where there.device_no = input.device_no and there.observed_at
            between input.observed_at and input.observed_at + interval '${MAX_MOVE_MS} milliseconds'`;
  return `
      select (n - 1)::int as row, coalesce((
        select min(after) from (
          select there.observed_at + interval '1 millisecond' as after,
                 lead(there.observed_at) over (order by there.observed_at) as next
          from ${there}
        ) taken where next is null or next > after
      ), input.observed_at) as free
      from unnest(${parameters.join(", ")}) with ordinality as input (${names.join(", ")}, n)
      where n - 1 = any ($${types.length + 1}::int[]) and not exists (
        select from ${there} and ${content("there")} is not distinct from ${content("input")}
      )`;
}

function logLate(table: KindTable, before: string): string {
  return `, late as (
      insert into rollup_changes (kind, device_no, day)
      select distinct state.kind, stored.device_no, ${dayOf("stored.observed_at")}
      from stored join rollup_state state on state.kind = ${kindLiteral(table)}
      where stored.observed_at < ${before}::timestamptz
    )`;
}
