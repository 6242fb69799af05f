import {
  lengthInDatabase,
  MAX_KEPT_LENGTH,
  meaningOf,
  parseExact,
  stringifyExact,
} from "../../base/exact-json.ts";
import {
  chunkOf,
  type Db,
  inGroups,
  type KindTable,
  lockNumbers,
  type QuantityColumn,
  scaleOf,
  sevenDigits,
  sqlType,
} from "../database/index.ts";
import { lateBefore } from "../rollups/index.ts";
import { type CellValue, type KeptReading, ReadingsBatch } from "./readings-batch.ts";
import { findSql, mergeSql, sentSql } from "./readings-sql.ts";

/** The stored values of devices at single moments, and the way to add more there. */

/** Names the transaction's locks among the advisory ones; the second half is one of `LOCKS`. */
const LOCK = 0x6d657267;
/**
 * A lock for each device of a large batch would fill the server's table of locks. Each chunk has its own locks, so that
 * live writers do not wait for a process that waits for an old chunk.
 */
const LOCKS = 64;

/** Waits for others who are about to decide on these moments, and keeps them out until the transaction ends. */
export async function lockMoments(
  tx: Db,
  readings: readonly { deviceNo: number; observedAt: number }[],
): Promise<void> {
  const locks = readings.map(({ deviceNo, observedAt }) => chunkOf(observedAt) * LOCKS + (deviceNo % LOCKS));
  await lockNumbers(tx, LOCK, locks);
}

export const momentKey = ({ deviceNo, observedAt }: { deviceNo: number; observedAt: number }) =>
  `${deviceNo} ${observedAt}`;

/** The stored values of a device and moment, and those that are to be added. */
export class StoredMoment {
  readonly deviceNo: number;
  readonly observedAt: number;
  /** When the added values came. */
  receivedAt = 0;
  private readonly values: CellValue[];
  /** The values that its device had sent of quantities that a person has corrected. */
  private readonly sent: CellValue[] = [];
  /** True for those that a person has taken away, so that the present value was sent later. */
  private readonly isTaken: boolean[] = [];
  private readonly extra: Record<string, unknown>;
  /** The approximate length of `extra` as text, once it was needed. */
  private extraLength: number | undefined;
  private readonly columns: readonly QuantityColumn[];
  /** The meanings of values in `extra`, with which thousands of readings of one message may be compared. */
  private readonly meanings = new Map<string, string>();
  /** The values that it gets in addition to its own. */
  readonly added: { values: CellValue[]; extra: Record<string, unknown> } = {
    values: [],
    extra: nothing(),
  };

  constructor(
    { columns }: KindTable,
    first: Pick<KeptReading, "deviceNo" | "observedAt" | "values" | "extra">,
  ) {
    this.columns = columns;
    this.deviceNo = first.deviceNo;
    this.observedAt = first.observedAt;
    this.values = [...first.values];
    this.extra = Object.assign(nothing(), first.extra);
  }

  /**
   * Notes the values from before a correction, those of earlier ones first.
   * @param taken the quantities that it took away
   */
  noteSent(values: readonly CellValue[], taken: ReadonlySet<string>): void {
    for (const [i, value] of values.entries()) {
      if (value !== undefined && (this.isTaken[i] || this.sent[i] === undefined)) {
        this.sent[i] = value;
        this.isTaken[i] = false;
      }
      if (taken.has(this.columns[i]!.name)) this.isTaken[i] = true;
    }
  }

  /**
   * Takes the values that it does not have yet.
   * @returns if there were any, and which it refuses: another value than its own, or a key for which it `isFull`
   */
  take({ values, extra = {}, receivedAt }: Pick<KeptReading, "values" | "extra" | "receivedAt">): {
    kept: boolean;
    refused: Record<string, unknown>;
    isFull: boolean;
  } {
    let kept = false;
    let isFull = false;
    const refused = nothing();
    this.receivedAt = Math.max(this.receivedAt, receivedAt);
    for (const [i, value] of values.entries()) {
      if (value === undefined) continue;
      const sent = this.sent[i];
      if (value === sent) continue;
      const there = this.isTaken[i] ? this.values[i] : (sent ?? this.values[i]);
      if (there === undefined) {
        this.values[i] = value;
        this.added.values[i] = value;
        kept = true;
      } else if (there !== value) refused[this.columns[i]!.name] = value;
    }
    for (const [key, value] of Object.entries(extra)) {
      if (!(key in this.extra)) {
        if (this.takeKey(key, value)) kept = true;
        else {
          refused[key] = value;
          isFull = true;
        }
      } else if (this.meaning(key) !== meaningOf(value)) refused[key] = value;
    }
    return { kept, refused, isFull };
  }

  /** Takes a key that it does not have yet, where there is room: message by message, more and more may come. */
  private takeKey(key: string, value: unknown): boolean {
    this.extraLength ??= lengthInDatabase(this.extra);
    const length = lengthInDatabase({ [key]: value });
    if (this.extraLength + length > MAX_KEPT_LENGTH) return false;
    this.extraLength += length;
    this.extra[key] = value;
    this.added.extra[key] = value;
    return true;
  }

  private meaning(key: string): string {
    let meaning = this.meanings.get(key);
    if (meaning === undefined) {
      meaning = meaningOf(this.extra[key]);
      this.meanings.set(key, meaning);
    }
    return meaning;
  }

  get isChanged(): boolean {
    return this.added.values.length > 0 || Object.keys(this.added.extra).length > 0;
  }
}

/** No prototype: a key `__proto__` is data like any other. */
const nothing = () => Object.create(null) as Record<string, unknown>;

/** Groups of rows, each within one chunk. */
function bySpan<T extends { observedAt: number }>(rows: Iterable<T>): T[][] {
  const spans = new Map<number, T[]>();
  for (const row of rows) {
    const span = chunkOf(row.observedAt);
    const group = spans.get(span);
    if (group) group.push(row);
    else spans.set(span, [row]);
  }
  return [...spans.values()];
}

const boundsOf = (rows: readonly { observedAt: number }[]) => {
  const from = rows.reduce((least, { observedAt }) => Math.min(least, observedAt), Number.POSITIVE_INFINITY);
  const to = rows.reduce((most, { observedAt }) => Math.max(most, observedAt), Number.NEGATIVE_INFINITY);
  return [new Date(from).toISOString(), new Date(to).toISOString()];
};

export type StoredReadingRow = { device_no: number; observed_at: Date; extra: string | null } & Record<
  string,
  number | string | null
>;

/**
 * Reads the stored values at the moments of readings, and hands them over: most of it at once, rows that may be long a
 * few moments at a time.
 * @param take gets the stored values, by `momentKey`, and the readings of these moments in their order
 */
export async function eachMoments<T extends { deviceNo: number; observedAt: number }>(
  tx: Db,
  table: KindTable,
  readings: readonly T[],
  take: (moments: Map<string, StoredMoment>, readings: readonly T[]) => Promise<void>,
): Promise<void> {
  const long = new Map<string, { readonly length: number; readonly readings: T[] }>();
  const moments = await findMoments(tx, table, readings, (key, length) =>
    long.set(key, { length, readings: [] }),
  );
  const rest = readings.filter((reading) => {
    const others = long.get(momentKey(reading));
    others?.readings.push(reading);
    return others === undefined;
  });
  if (rest.length > 0) await take(moments, rest);
  for (const group of inGroups([...long.values()], ({ length }) => length)) {
    const some = group.flatMap(({ readings }) => readings);
    await take(await findMoments(tx, table, some), some);
  }
}

/** @param isLong called for rows that may be long, which are left out; undefined: all are read */
async function findMoments(
  tx: Db,
  table: KindTable,
  readings: readonly { deviceNo: number; observedAt: number }[],
  isLong?: (key: string, length: number) => void,
): Promise<Map<string, StoredMoment>> {
  const found = new Map<string, StoredMoment>();
  for (const group of bySpan(new Map(readings.map((reading) => [momentKey(reading), reading])).values())) {
    // Not prepared by a name, so that the bounds are constants to the planner and other chunks are left out.
    const wanted = [
      group.map(({ deviceNo }) => deviceNo),
      group.map(({ observedAt }) => new Date(observedAt).toISOString()),
    ];
    const { rows } = await tx.query<StoredReadingRow & { "length at most": number | null }>(
      findSql(table, isLong === undefined),
      [...wanted, ...boundsOf(group)],
    );
    for (const row of rows) {
      const first = storedReading(table, row);
      const length = row["length at most"];
      if (length !== null) isLong?.(momentKey(first), length);
      else found.set(momentKey(first), new StoredMoment(table, first));
    }
    const { rows: sent } = await tx.query<StoredReadingRow & { "taken away": string[] }>(
      sentSql(table),
      wanted,
    );
    for (const row of sent) {
      const reading = storedReading(table, row);
      found.get(momentKey(reading))?.noteSent(reading.values, new Set(row["taken away"]));
    }
  }
  return found;
}

/** A row of a readings table as `ReadingsBatch` reads its own. */
export const storedReading = (
  table: KindTable,
  row: StoredReadingRow,
): Pick<KeptReading, "deviceNo" | "observedAt" | "values" | "extra"> => ({
  deviceNo: row.device_no,
  observedAt: row.observed_at.getTime(),
  values: table.columns.map((column) => inUnitOf(column, row[column.name]!)),
  extra: row.extra === null ? undefined : (parseExact(row.extra) as Record<string, unknown>),
});

/** The same double as `ReadingsBatch` reads from its own columns. */
function inUnitOf(column: QuantityColumn, value: number | string | null): CellValue {
  if (value === null) return undefined;
  if (typeof value === "string") return value;
  if (column.decimals !== undefined) return value / scaleOf(column);
  return sqlType(column) === "real" ? sevenDigits(value) : value;
}

export async function mergeMoments(
  tx: Db,
  table: KindTable,
  moments: ReadonlyMap<string, StoredMoment>,
  now: number,
): Promise<void> {
  const changed = [...moments.values()].filter(({ isChanged }) => isChanged);
  for (const group of bySpan(changed)) {
    const batch = new ReadingsBatch(table);
    for (const { deviceNo, observedAt, receivedAt, added } of group) {
      const row = batch.begin(deviceNo, observedAt, receivedAt);
      for (const [i, value] of added.values.entries()) {
        if (typeof value === "number") batch.setNumber(row, i, value);
        else if (value !== undefined) batch.setText(row, i, value);
      }
      if (Object.keys(added.extra).length > 0) batch.setExtra(row, stringifyExact(added.extra));
    }
    await tx.query(mergeSql(table), [...batch.finish(), new Date(lateBefore(now)).toISOString()]);
  }
}
