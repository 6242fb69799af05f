import { sevenDigits } from "./binary-array.ts";
import { chunkOf } from "./chunks.ts";
import { type Claim, takeClaim } from "./claims.ts";
import type { Db } from "./database.ts";
import { meaningOf, parseExact, stringifyExact } from "./exact-json.ts";
import { type KindTable, type MetricColumn, scaleOf, sqlType } from "./kind-table.ts";
import { lateBefore } from "./late-readings.ts";
import { lockNumbers } from "./locks.ts";
import { type KeptReading, type MetricValue, ReadingsBatch } from "./readings-batch.ts";
import { findSql, freeSql, mergeSql } from "./readings-sql.ts";
import { insertRejections, type NewRejection } from "./write-rejections.ts";

/** A reading of which something is refused, because another value stood at its moment first. */
export interface Conflict {
  readonly reading: KeptReading;
  /** The values that are refused, by the names that they have in a reading; keys that the kind does not know included. */
  readonly refused: Readonly<Record<string, unknown>>;
  /** Whether something else of it was kept. */
  readonly partial: boolean;
}

export interface Settled {
  readonly stored: number;
  readonly rejected: number;
  readonly conflicts: readonly Conflict[];
  readonly rejections: readonly NewRejection[];
}

/** Makes the rejections of conflicts. */
export type Refuse = (table: KindTable, conflicts: readonly Conflict[]) => NewRejection[];

/** For those who store nothing twice. @throws Error when they do */
export const refuseNone: Refuse = (_table, conflicts) => {
  if (conflicts.length > 0)
    throw new Error(`${conflicts.length} readings have other values than what is stored`);
  return [];
};

/** How far ahead a free moment is looked for, in milliseconds. Each of them may be taken. */
const MAX_MOVE_MS = 60_000;

/** Names the transaction's locks among the advisory ones; the second half is one of `LOCKS`. */
const LOCK = 0x6d657267;
/**
 * A lock of its own for each device of a large batch would fill the server's table of locks. Each chunk has its own, so that
 * whoever waits for an old one is not waited for by what is live.
 */
const LOCKS = 64;

/**
 * Decides what becomes of readings that met another one of their device and moment. What stands there first stands;
 * quantities, and keys that the kind does not know, which it has not got are put into it; other values of what it has
 * got are conflicts, and equal ones, as the table keeps them, are nothing new. A reading whose time is ours is moved to
 * the next free millisecond instead. Writes the ledger of all of them, and the conflicts' rejections.
 * @param readings in the order in which they came
 * @returns undefined when the claim says that it was done before
 */
export function settleReadings(
  tx: Db,
  readings: ReadingsBatch,
  refuse: Refuse,
  now?: number,
): Promise<Settled>;
export function settleReadings(
  tx: Db,
  readings: ReadingsBatch,
  refuse: Refuse,
  now: number | undefined,
  claim: Claim,
): Promise<Settled | undefined>;
export async function settleReadings(
  tx: Db,
  readings: ReadingsBatch,
  refuse: Refuse,
  now = Date.now(),
  claim?: Claim,
): Promise<Settled | undefined> {
  if (claim && !(await takeClaim(tx, claim))) return undefined;
  const all = readings.kept();
  const locks = all.map(({ deviceNo, observedAt }) => chunkOf(observedAt) * LOCKS + (deviceNo % LOCKS));
  // Others may be about to decide on the same rows.
  await lockNumbers(tx, LOCK, locks);
  let stored = 0;
  const rest: KeptReading[] = [];
  const conflicts: Conflict[] = [];
  for (const reading of all) {
    if (!reading.isArrival) rest.push(reading);
    else if (await move(tx, readings, reading, now)) stored++;
    else conflicts.push({ reading, refused: valuesOf(readings.table, reading), partial: false });
  }
  const moments = await findMoments(tx, readings.table, rest);
  const counts = new Map<number, { received: number; stored: number }>();
  for (const reading of rest) {
    const key = momentKey(reading);
    const there = moments.get(key);
    if (!there) {
      // Gone meanwhile, by retention or a repair.
      stored += (await readings.pick([reading.row]).insertNew(tx, undefined, now)).stored;
      moments.set(key, new Moment(readings.table, reading));
      continue;
    }
    const { kept, refused } = there.take(reading);
    const isRefused = Object.keys(refused).length > 0;
    if (isRefused) conflicts.push({ reading, refused, partial: kept });
    if (isRefused && !kept) continue;
    const count = counts.get(reading.deviceNo) ?? { received: 0, stored: 0 };
    count.received++;
    if (kept) count.stored++;
    counts.set(reading.deviceNo, count);
  }
  await merge(tx, readings.table, moments, now);
  for (const count of counts.values()) stored += count.stored;
  await countInLedger(tx, counts);
  const rejections = refuse(readings.table, conflicts);
  if (rejections.length > 0) await insertRejections(tx, rejections);
  if (claim)
    await tx.query("delete from ingest_met where writer = $1::uuid and lane = $2::int4", [
      claim.writer,
      claim.lane,
    ]);
  return { stored, rejected: conflicts.filter(({ partial }) => !partial).length, conflicts, rejections };
}

/** The conflicts of readings that were settled by an attempt whose answer was lost: what is not stored as it was sent. */
export async function findConflicts(db: Db, readings: ReadingsBatch): Promise<Conflict[]> {
  const rest = readings.kept().filter(({ isArrival }) => !isArrival);
  const moments = await findMoments(db, readings.table, rest);
  return rest.flatMap((reading) => {
    const refused = moments.get(momentKey(reading))?.take(reading).refused ?? {};
    return Object.keys(refused).length > 0 ? [{ reading, refused, partial: false }] : [];
  });
}

const momentKey = ({ deviceNo, observedAt }: { deviceNo: number; observedAt: number }) =>
  `${deviceNo} ${observedAt}`;

/**
 * Gives a reading whose time is ours the next free millisecond: of a former process, say, or that its device has dated.
 * @returns whether there was one: a device may have dated one of each
 */
async function move(
  tx: Db,
  readings: ReadingsBatch,
  { row, deviceNo, observedAt }: KeptReading,
  now: number,
): Promise<boolean> {
  for (;;) {
    const { rows } = await tx.query<{ free: Date }>(freeSql(readings.table), [
      deviceNo,
      new Date(observedAt).toISOString(),
      new Date(observedAt + MAX_MOVE_MS).toISOString(),
    ]);
    const free = rows[0]!.free.getTime();
    if (free > observedAt + MAX_MOVE_MS) return false;
    // Somebody else may take it first; what is free moves on then.
    if ((await readings.moved(row, free).insertNew(tx, undefined, now)).stored > 0) return true;
  }
}

const valuesOf = ({ columns }: KindTable, { values, extra }: KeptReading): Record<string, unknown> => ({
  ...extra,
  ...Object.fromEntries(
    columns.flatMap(({ name }, i) => (values[i] === undefined ? [] : [[name, values[i]]])),
  ),
});

/** What is stored of a device and moment, and what is to be put there. */
class Moment {
  readonly deviceNo: number;
  readonly observedAt: number;
  /** When what it gets came. */
  receivedAt = 0;
  private readonly values: MetricValue[];
  private readonly extra: Record<string, unknown>;
  private readonly columns: readonly MetricColumn[];
  /** What values of `extra` mean, which thousands of readings of one message may be held against. */
  private readonly meanings = new Map<string, string>();
  /** What it gets beside what it has. */
  readonly added: { values: MetricValue[]; extra: Record<string, unknown> } = {
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

  /** Takes what it has not got. @returns whether that was something, and what is another value than it has */
  take({ values, extra = {}, receivedAt }: KeptReading): { kept: boolean; refused: Record<string, unknown> } {
    let kept = false;
    const refused = nothing();
    this.receivedAt = Math.max(this.receivedAt, receivedAt);
    for (const [i, value] of values.entries()) {
      if (value === undefined) continue;
      if (this.values[i] === undefined) {
        this.values[i] = value;
        this.added.values[i] = value;
        kept = true;
      } else if (this.values[i] !== value) refused[this.columns[i]!.name] = value;
    }
    for (const [key, value] of Object.entries(extra)) {
      if (!(key in this.extra)) {
        this.extra[key] = value;
        this.added.extra[key] = value;
        kept = true;
      } else if (this.meaning(key) !== meaningOf(value)) refused[key] = value;
    }
    return { kept, refused };
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

/** Rows in groups that lie within a chunk each. */
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

type StoredRow = { device_no: number; observed_at: Date; extra: string | null } & Record<
  string,
  number | string | null
>;

async function findMoments(
  tx: Db,
  table: KindTable,
  readings: readonly KeptReading[],
): Promise<Map<string, Moment>> {
  const found = new Map<string, Moment>();
  for (const group of bySpan(new Map(readings.map((reading) => [momentKey(reading), reading])).values())) {
    // Not prepared by a name, so that the bounds are constants to the planner and other chunks are left out.
    const { rows } = await tx.query<StoredRow>(findSql(table), [
      group.map(({ deviceNo }) => deviceNo),
      group.map(({ observedAt }) => new Date(observedAt).toISOString()),
      ...boundsOf(group),
    ]);
    for (const row of rows) {
      const first = {
        deviceNo: row.device_no,
        observedAt: row.observed_at.getTime(),
        values: table.columns.map((column) => inUnitOf(column, row[column.name]!)),
        extra: row.extra === null ? undefined : (parseExact(row.extra) as Record<string, unknown>),
      };
      found.set(momentKey(first), new Moment(table, first));
    }
  }
  return found;
}

/** The same double as `ReadingsBatch` reads from its own columns. */
function inUnitOf(column: MetricColumn, value: number | string | null): MetricValue {
  if (value === null) return undefined;
  if (typeof value === "string") return value;
  if (column.decimals !== undefined) return value / scaleOf(column);
  return sqlType(column) === "real" ? sevenDigits(value) : value;
}

async function merge(
  tx: Db,
  table: KindTable,
  moments: ReadonlyMap<string, Moment>,
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

async function countInLedger(
  tx: Db,
  counts: ReadonlyMap<number, { received: number; stored: number }>,
): Promise<void> {
  if (counts.size === 0) return;
  const all = [...counts.values()];
  await tx.query(
    `insert into ledger_batches (device_nos, received, stored, rejected)
     values ($1::int4[], $2::int4[], $3::int4[], array_fill(0, array[cardinality($1::int4[])]))`,
    [[...counts.keys()], all.map(({ received }) => received), all.map(({ stored }) => stored)],
  );
}
