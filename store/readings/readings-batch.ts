import {
  type ArrayColumn,
  type Claim,
  claimValues,
  type Db,
  Float4Column,
  Float8Column,
  findNotedMet,
  Int4Column,
  JsonbColumn,
  type KindTable,
  type QuantityColumn,
  ScaledInt4Column,
  ScaledInt8Column,
  scaleOf,
  sqlType,
  TextColumn,
  TimestampColumn,
} from "../database/index.ts";
import { lateBefore } from "../rollups/index.ts";
import { statementOf } from "./readings-sql.ts";

type ValueColumn = ScaledInt4Column | ScaledInt8Column | Float4Column | Float8Column | TextColumn;

function columnFor(column: QuantityColumn): ValueColumn {
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

export type CellValue = number | string | undefined;

/** Rounded up, so that no stored reading seems to have arrived before its process began. */
const secondsBetween = (from: number, to: number): number => Math.ceil((to - from) / 1000);

/** The first outcome of a batch. */
export interface Inserted {
  /** How many readings were stored. */
  readonly stored: number;
  /** Rows that met another reading of their device and moment, in the table or before them in the batch: undecided. */
  readonly met: readonly number[];
}

/** A reading as the table keeps it: numbers in the quantities' units, rounded as their columns are. */
export interface KeptReading {
  readonly row: number;
  readonly deviceNo: number;
  readonly observedAt: number;
  readonly receivedAt: number;
  /** In the order of the table's columns. */
  readonly values: readonly CellValue[];
  readonly extra: Record<string, unknown> | undefined;
  /** True when its time is the platform's. */
  readonly isArrival: boolean;
  readonly way: unknown;
}

/** Readings of one kind on their way into its table: columns, not rows. */
export class ReadingsBatch {
  readonly kind: string;
  /** How many readings it holds. */
  rows = 0;
  private readonly deviceNo = new Int4Column();
  private readonly observedAt = new TimestampColumn();
  /** How many seconds after it was observed each arrived. */
  private readonly receivedAfter = new Int4Column();
  /** When each arrived, to the millisecond: for listeners that hear of it before it is stored. */
  private readonly receivedAt: number[] = [];
  private readonly extra = new JsonbColumn();
  private readonly values: ValueColumn[];
  private readonly all: ArrayColumn[];
  /** Rows whose time is ours, of the message's arrival. */
  private readonly arrivals: number[] = [];
  /** The way by which each came. */
  private readonly ways: unknown[] = [];
  /** Of a part that was cut out of another batch: the rows' numbers there. */
  private numbers: number[] | undefined;
  readonly table: KindTable;
  /** When the oldest reading was observed. */
  private oldest = Number.POSITIVE_INFINITY;
  private hasFormer = false;

  constructor(table: KindTable) {
    this.kind = table.kind;
    this.table = table;
    this.values = table.columns.map(columnFor);
    this.all = [this.deviceNo, this.observedAt, this.receivedAfter, ...this.values, this.extra];
  }

  /** Begins a reading and returns its row. Times in milliseconds since 1970. */
  begin(deviceNo: number, observedAt: number, receivedAt: number): number {
    const row = this.rows++;
    this.deviceNo.set(row, deviceNo);
    this.observedAt.set(row, observedAt);
    this.receivedAfter.set(row, secondsBetween(observedAt, receivedAt));
    this.receivedAt[row] = receivedAt;
    if (observedAt < this.oldest) this.oldest = observedAt;
    return row;
  }

  /** Marks a row whose time is that of its arrival: it may be moved where another reading has that moment. */
  markArrival(row: number): void {
    this.arrivals.push(row);
  }

  /** Says that some rows may be from the time of a former place of their device, whose ledger then counts them. */
  markFormer(): void {
    this.hasFormer = true;
  }

  /** Says by which way a row came: data that the caller needs again for a refused row. */
  markWay(row: number, way: unknown): void {
    this.ways[row] = way;
  }

  /**
   * Sets the quantity at `index` of the table's columns, in its unit; a quantity that is not set is null. Where the
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
   * Stores the readings whose moment is free, with their ledger entry, in one statement. When some are late, it also
   * logs the changed days of their devices. The others are left to `settleReadings`, and are in no ledger yet.
   * @param claim lets the statement take effect once; without one it is part of a transaction that is not repeated
   * @param now milliseconds since 1970; tests pass their own
   */
  async insertNew(db: Db, claim?: Claim, now = Date.now()): Promise<Inserted> {
    if (this.rows === 0) return { stored: 0, met: [] };
    const late = lateBefore(now);
    const isLate = this.oldest < late;
    const { rows } = await db.query<{ claimed: number; stored: number; met: number[] | null }>({
      ...statementOf(this.table, { late: isLate, claimed: claim !== undefined, former: this.hasFormer }),
      values: [
        ...(claim ? claimValues(claim) : []),
        ...this.finish(),
        ...(isLate ? [new Date(late).toISOString()] : []),
      ],
    });
    const { claimed, stored, met } = rows[0]!;
    if (claimed > 0) return { stored, met: (met ?? []).map((n) => n - 1) };
    // Committed by an attempt whose answer was lost.
    const noted = await findNotedMet(db, claim!);
    return { stored: this.rows - noted.length, met: noted.map((n) => n - 1) };
  }

  /** The columns as the statements take them: device, times, quantities in the order of the table, extra. */
  finish(): Buffer[] {
    return this.all.map((column) => column.finish());
  }

  /** A batch of its own with rows `from` (inclusive) to `to` (exclusive). */
  slice(from: number, to: number): ReadingsBatch {
    return this.pick(Array.from({ length: to - from }, (_, i) => from + i));
  }

  /** A batch of its own with these rows, which rise. */
  pick(rows: readonly number[]): ReadingsBatch {
    const part = new ReadingsBatch(this.table);
    part.rows = rows.length;
    part.oldest = this.oldest;
    part.hasFormer = this.hasFormer;
    const places = new Map(rows.map((row, place) => [row, place]));
    for (const [i, column] of this.all.entries()) column.copyTo(part.all[i]!, places);
    for (const row of this.arrivals) if (places.has(row)) part.arrivals.push(places.get(row)!);
    part.numbers = rows.map((row) => this.numberOf(row));
    for (const row of rows) part.receivedAt.push(this.receivedAt[row]!);
    for (const row of rows) part.ways.push(this.ways[row]);
    return part;
  }

  /** A batch of its own with one row, at another moment. */
  moved(row: number, observedAt: number): ReadingsBatch {
    const part = this.pick([row]);
    part.observedAt.reset();
    part.observedAt.set(0, observedAt);
    part.receivedAfter.reset();
    part.receivedAfter.set(0, secondsBetween(observedAt, part.receivedAt[0]!));
    part.oldest = observedAt;
    return part;
  }

  /** The row's number in the batch that this one was cut from, if it was. */
  numberOf(row: number): number {
    return this.numbers?.[row] ?? row;
  }

  /** All rows as the table keeps them, in the order in which they came. For the rare look back. */
  kept(): KeptReading[] {
    const [devices, observed] = [this.deviceNo, this.observedAt].map((column) =>
      column.toArray(this.rows),
    ) as [number[], number[]];
    const values = this.values.map((column) => column.toArray(this.rows) as CellValue[]);
    const extra = this.extra.toArray(this.rows) as (Record<string, unknown> | undefined)[];
    const arrivals = new Set(this.arrivals);
    return devices.map((deviceNo, row) => ({
      row,
      deviceNo,
      observedAt: observed[row]!,
      receivedAt: this.receivedAt[row]!,
      values: values.map((column) => column[row]),
      extra: extra[row],
      isArrival: arrivals.has(row),
      way: this.ways[row],
    }));
  }

  /** A row as the device would have sent it, with its device and times; numbers as the table keeps them. */
  row(row: number): { deviceNo: number; receivedAt: number; reading: Record<string, unknown>; way: unknown } {
    const { deviceNo, receivedAt, observedAt, values, extra, way } = this.pick([row]).kept()[0]!;
    const reading: Record<string, unknown> = { observedAt: new Date(observedAt).toISOString(), ...extra };
    for (const [i, column] of this.table.columns.entries()) {
      if (values[i] !== undefined) reading[column.name] = values[i];
    }
    return { deviceNo, receivedAt, reading, way };
  }

  reset(): void {
    this.rows = 0;
    this.oldest = Number.POSITIVE_INFINITY;
    this.hasFormer = false;
    this.arrivals.length = 0;
    this.ways.length = 0;
    for (const column of this.all) column.reset();
  }
}
