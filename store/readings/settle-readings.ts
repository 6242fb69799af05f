import {
  type Claim,
  type Db,
  type KindTable,
  type Pool,
  takeClaim,
  withTransaction,
} from "../database/index.ts";
import { countItems, insertRejections, type NewRejection } from "../ledger/index.ts";
import { eachMoments, lockMoments, mergeMoments, momentKey, StoredMoment } from "./moments.ts";
import type { KeptReading, ReadingsBatch } from "./readings-batch.ts";
import { freeSql } from "./readings-sql.ts";

/** A reading of which some values are refused, because another value stood at its moment first. */
export interface Conflict {
  readonly reading: KeptReading;
  /** The refused values, by the names that they have in a reading; keys that the kind does not know included. */
  readonly refused: Readonly<Record<string, unknown>>;
  /** True when other values of it were kept. */
  readonly partial: boolean;
  /** True when one of its keys has no room any more in the stored moment. */
  readonly isFull: boolean;
}

export interface Settled {
  readonly stored: number;
  readonly rejected: number;
  readonly conflicts: readonly Conflict[];
  readonly rejections: readonly NewRejection[];
}

/** Makes the rejections of conflicts. */
export type Refuse = (table: KindTable, conflicts: readonly Conflict[]) => NewRejection[];

/** For callers that store nothing twice. @throws Error when they do */
export const refuseNone: Refuse = (_table, conflicts) => {
  if (conflicts.length > 0)
    throw new Error(`${conflicts.length} readings have other values than what is stored`);
  return [];
};

/** How far ahead a free moment is looked for, in milliseconds. Each of these moments may be taken. */
const MAX_MOVE_MS = 60_000;

/**
 * Decides on readings that met another one of their device and moment. The first reading there stands. Quantities that
 * it does not have, and keys that the kind does not know, are added to it; other values of its quantities are
 * conflicts, and equal ones, as the table keeps them, are nothing new. Where a person has corrected the first reading,
 * the new one is compared with the values that the device had sent. A reading whose time is the platform's is moved to
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
  await lockMoments(tx, all);
  let stored = 0;
  const rest: KeptReading[] = [];
  const conflicts: Conflict[] = [];
  for (const reading of all) {
    if (!reading.isArrival) rest.push(reading);
    else if (await move(tx, readings, reading, now)) stored++;
    else
      conflicts.push({ reading, refused: valuesOf(readings.table, reading), partial: false, isFull: false });
  }
  const merged: KeptReading[] = [];
  const repeated: KeptReading[] = [];
  await eachMoments(tx, readings.table, rest, async (moments, some) => {
    for (const reading of some) {
      const key = momentKey(reading);
      const there = moments.get(key);
      if (!there) {
        // Gone meanwhile, by retention or a repair.
        stored += (await readings.pick([reading.row]).insertNew(tx, undefined, now)).stored;
        moments.set(key, new StoredMoment(readings.table, reading));
        continue;
      }
      const { kept, refused, isFull } = there.take(reading);
      const isRefused = Object.keys(refused).length > 0;
      if (isRefused) conflicts.push({ reading, refused, partial: kept, isFull });
      if (isRefused && !kept) continue;
      (kept ? merged : repeated).push(reading);
    }
    await mergeMoments(tx, readings.table, moments, now);
  });
  conflicts.sort((a, b) => a.reading.row - b.reading.row);
  stored += merged.length;
  await countItems(tx, merged, "stored");
  await countItems(tx, repeated, "duplicate");
  const rejections = refuse(readings.table, conflicts);
  if (rejections.length > 0) await insertRejections(tx, rejections);
  if (claim)
    await tx.query("delete from ingest_met where writer = $1::uuid and lane = $2::int4", [
      claim.writer,
      claim.lane,
    ]);
  return { stored, rejected: conflicts.filter(({ partial }) => !partial).length, conflicts, rejections };
}

/**
 * Stores a whole batch at once, for callers that share none. @returns how many items were new
 * @throws Error when some are in conflict with stored ones, unless `refuse` takes them
 */
export async function insertReadings(
  readings: ReadingsBatch,
  pool: Pool,
  now = Date.now(),
  refuse: Refuse = refuseNone,
): Promise<number> {
  const { stored, met } = await readings.insertNew(pool, undefined, now);
  if (met.length === 0) return stored;
  const settled = await withTransaction(pool, (tx) => settleReadings(tx, readings.pick(met), refuse, now));
  return stored + settled.stored;
}

/**
 * The conflicts of readings that an attempt settled whose answer was lost: readings that are not stored as they were
 * sent.
 */
export async function findConflicts(db: Db, readings: ReadingsBatch): Promise<Conflict[]> {
  const rest = readings.kept().filter(({ isArrival }) => !isArrival);
  const conflicts: Conflict[] = [];
  await eachMoments(db, readings.table, rest, async (moments, some) => {
    for (const reading of some) {
      const { refused = {}, isFull = false } = moments.get(momentKey(reading))?.take(reading) ?? {};
      if (Object.keys(refused).length > 0) conflicts.push({ reading, refused, partial: false, isFull });
    }
  });
  return conflicts;
}

/**
 * Moves a reading whose time is the platform's to the next free millisecond: its moment may be taken by a former
 * process, or by a time of the device itself.
 * @returns false when none was free: a device may have dated one for each
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
    // Another process may take it first; then the next free moment is looked for.
    if ((await readings.moved(row, free).insertNew(tx, undefined, now)).stored > 0) return true;
  }
}

const valuesOf = ({ columns }: KindTable, { values, extra }: KeptReading): Record<string, unknown> => ({
  ...extra,
  ...Object.fromEntries(
    columns.flatMap(({ name }, i) => (values[i] === undefined ? [] : [[name, values[i]]])),
  ),
});
