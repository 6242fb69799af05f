import { type Claim, type Db, isRowFault, type Pool, withTransaction } from "../store/database/index.ts";
import {
  type AlarmChange,
  type AlarmTransition,
  applyAlarmTransitions,
  insertNewEvents,
  insertNewReplies,
  type NewEvent,
  type NewReply,
  type SettledItems,
  settleEvents,
  settleReplies,
  type WaitChange,
  writeWaits,
} from "../store/events/index.ts";
import {
  type ForeignMessage,
  insertRejections,
  type NewRejection,
  recordForeignMessages,
} from "../store/ledger/index.ts";
import {
  type Conflict,
  findConflicts,
  type ReadingsBatch,
  type Refuse,
  settleReadings,
} from "../store/readings/index.ts";
import type { Look, LookResult } from "./alarms.ts";
import type { Refused } from "./around-faults.ts";
import type { Batch } from "./batch.ts";
import type { DeviceEntry } from "./directory.ts";
import {
  type NameOf,
  refusedConflicts,
  refusedEvent,
  refusedEvents,
  refusedReading,
  refusedReplies,
  refusedReply,
  withoutPayload,
} from "./refused-items.ts";

/** The result of a batch, summed over its parts and attempts. */
export interface Committed {
  received: number;
  stored: number;
  rejected: number;
  /** The events that were new. */
  readonly events: NewEvent[];
  /** All replies, also those that were there already: an attempt whose answer was lost may have stored them. */
  readonly replies: NewReply[];
  readonly rejections: NewRejection[];
  readonly alarms: AlarmChange[];
  /** Transitions of alarms that the database refuses. */
  readonly refused: Refused<unknown>[];
}

export const nothingCommitted = (): Committed => ({
  received: 0,
  stored: 0,
  rejected: 0,
  events: [],
  replies: [],
  rejections: [],
  alarms: [],
  refused: [],
});

/** How the alarms of a batch are applied. */
export interface AlarmMeans {
  /** This process in the news of the alarms. */
  readonly processNo?: number | undefined;
  /** True where other processes have to know what rules wait for. */
  readonly tellsWaits?: boolean | undefined;
  /** Done before the rules look at readings, so that they know what other processes have seen. */
  readonly beforeLooks?: ((looks: readonly Look[]) => Promise<void>) | undefined;
}

/**
 * Commits the parts of a batch, each in one statement or transaction. A part that was committed is not done again when
 * a later part fails, nor when its answer was lost: it is claimed (`store/database/claims.ts`). Parts need no common
 * transaction, because no message is acknowledged before all of them are committed.
 *
 * Items that meet another one of their device and moment are decided in a part of their own. A reading, event or reply
 * that the database refuses because of its content becomes a rejection; its neighbours are stored.
 *
 * @param alarmsTurn resolves when the batches before this one have applied their alarms: a clear must not overtake its
 * raise
 * @throws any other error of the database; the batch then holds the work that is left
 */
export async function commitBatch(
  db: Pool,
  batch: Batch,
  done: Committed,
  nameOf: NameOf,
  alarmsTurn?: Promise<void>,
  means: AlarmMeans = {},
): Promise<void> {
  await commitReadings(db, batch, done, nameOf);
  const decideEvents = (events: readonly NewEvent[], isNew: readonly boolean[]) => {
    done.received += events.length;
    for (const [i, event] of events.entries()) {
      if (!isNew[i]) continue;
      done.stored++;
      done.events.push(event);
    }
  };
  await commitItems(batch, batch.events, batch.metEvents, done, {
    insertNew: (events, claim) => insertNewEvents(db, events, claim),
    settle: (events, claim) =>
      withTransaction(db, (tx) =>
        settleEvents(tx, events, (refused) => refusedEvents(refused, nameOf), claim),
      ),
    decided: decideEvents,
    refused: (event, error) => batch.rejections.push(refusedEvent(event, error, nameOf)),
  });
  const decideReplies = (replies: readonly NewReply[], isNew: readonly boolean[]) => {
    done.received += replies.length;
    done.stored += isNew.filter(Boolean).length;
    for (const reply of replies) done.replies.push(reply);
  };
  await commitItems(batch, batch.replies, batch.metReplies, done, {
    insertNew: (replies, claim) => insertNewReplies(db, replies, claim),
    settle: (replies, claim) =>
      withTransaction(db, (tx) =>
        settleReplies(tx, replies, (refused) => refusedReplies(refused, nameOf), claim),
      ),
    decided: decideReplies,
    refused: (reply, error) => batch.rejections.push(refusedReply(reply, error, nameOf)),
  });
  await drain(
    batch,
    batch.foreign,
    async (messages, claim) => {
      await recordForeignMessages(db, messages, claim);
      countRejections(done, messages.map(alone));
    },
    (message, error) => batch.rejections.push(withoutPayload(alone(message), error)),
  );
  const poor = new Set<NewRejection>();
  await drain(
    batch,
    batch.rejections,
    async (rejections, claim) => {
      await insertRejections(db, rejections, claim);
      countRejections(done, rejections);
    },
    (rejection, error) => {
      // Not even that: nothing can be put on record, which is no fault of this one.
      if (poor.has(rejection)) throw error;
      const left = withoutPayload(rejection, error);
      poor.add(left);
      batch.rejections.push(left);
    },
  );
  // From here on the ledger in the database has them; alarms may take their time.
  for (const device of batch.devices) device.pending--;
  batch.devices.length = 0;
  dropRefusedLive(batch);
  if (!batch.concernsAlarms) return;
  await alarmsTurn;
  await evaluateLooks(batch, means);
  await applyAlarms(db, batch, done, means.processNo);
  // Last: what a rule has waited for is known until its alarm is there.
  await applyWaits(db, batch, done, means);
}

async function evaluateLooks(batch: Batch, { beforeLooks }: AlarmMeans): Promise<void> {
  if (batch.looks.length === 0) return;
  await beforeLooks?.(batch.looks);
  const noted: { readonly device: DeviceEntry; readonly change: Omit<WaitChange, "at"> }[] = [];
  const result: LookResult = {
    emit: (transition) => void batch.alarms.push(transition),
    note: (device, change) => void noted.push({ device, change }),
  };
  for (const look of batch.looks) look.evaluate(refusedOf(batch, look), result);
  // Others hear of the alarms first, and must not take what is told after them for older.
  for (const { device, change } of noted) batch.waits.push({ ...change, at: device.evaluatedAt });
  batch.looks.length = 0;
}

async function applyWaits(
  db: Db,
  batch: Batch,
  done: Committed,
  { processNo, tellsWaits }: AlarmMeans,
): Promise<void> {
  if (batch.waits.length === 0) return;
  const fault = await orRowFault(() =>
    writeWaits(db, [...batch.waits], tellsWaits ? processNo : undefined, (count) =>
      batch.waits.splice(0, count),
    ),
  );
  if (fault) done.refused.push({ row: batch.waits.splice(0), error: fault });
}

const alone = (message: ForeignMessage): NewRejection => ({ ...message, items: 1, partial: false });

/** Applies the alarms of a batch, and leaves out those that the database refuses. */
async function applyAlarms(db: Pool, batch: Batch, done: Committed, processNo?: number): Promise<void> {
  const apply = (some: readonly AlarmTransition[]) =>
    applyAlarmTransitions(
      db,
      some,
      (count, changes) => {
        batch.alarms.splice(0, count);
        for (const change of changes) done.alarms.push(change);
      },
      processNo,
    );
  while (batch.alarms.length > 0) {
    const fault = await orRowFault(() => apply([...batch.alarms]));
    if (!fault) return;
    // Their order decides, so one after the other up to the one at fault.
    for (let isWritten = true; isWritten && batch.alarms.length > 0; ) {
      const single = await orRowFault(() => apply(batch.alarms.slice(0, 1)));
      isWritten = single === undefined;
      if (single) done.refused.push({ row: batch.alarms.shift(), error: single });
    }
  }
}

function countRejections(done: Committed, rejections: readonly NewRejection[]): void {
  for (const rejection of rejections) {
    done.rejections.push(rejection);
    if (rejection.partial) continue;
    done.received += rejection.items;
    done.rejected += rejection.items;
  }
}

const refusedOf = (batch: Batch, { kind, row }: { kind: string; row: number | undefined }) =>
  row === undefined ? undefined : batch.refused.get(kind)?.get(row);

/** Listeners do not hear of a value that was not kept. */
function dropRefusedLive(batch: Batch): void {
  if (batch.refused.size === 0) return;
  const live = batch.live.splice(0).filter((reading) => {
    for (const key of refusedOf(batch, reading) ?? []) delete reading.values[key];
    return Object.keys(reading.values).length > 0;
  });
  for (const reading of live) batch.live.push(reading);
}

/** A part with a refused row is halved until that row stands alone. */
async function commitReadings(db: Pool, batch: Batch, done: Committed, nameOf: NameOf): Promise<void> {
  await settleMet(db, batch, done, nameOf);
  for (const readings of batch.readings.values()) {
    if (readings.rows === 0) continue;
    const fault = await insertPart(db, batch, readings, done);
    if (fault) batch.pieces.push(readings.slice(0, readings.rows));
    readings.reset();
    await settleMet(db, batch, done, nameOf);
  }
  for (;;) {
    const piece = batch.pieces.at(-1);
    if (!piece) return;
    const fault = await insertPart(db, batch, piece, done);
    batch.pieces.pop();
    if (fault) halve(piece, batch.pieces, batch, fault, nameOf);
    await settleMet(db, batch, done, nameOf);
  }
}

/** Puts the halves of a part with a refused row in its place, or that row among the rejections. */
function halve(
  piece: ReadingsBatch,
  pieces: ReadingsBatch[],
  batch: Batch,
  fault: Error,
  nameOf: NameOf,
): void {
  const middle = piece.rows >> 1;
  if (middle === 0) batch.rejections.push(refusedReading(piece.row(0), fault, nameOf));
  else pieces.push(piece.slice(middle, piece.rows), piece.slice(0, middle));
}

/** Inserts readings. @returns the database's error when one of the rows is at fault */
async function insertPart(
  db: Pool,
  batch: Batch,
  readings: ReadingsBatch,
  done: Committed,
): Promise<Error | undefined> {
  return orRowFault(async () => {
    const { stored, met } = await batch.once((claim) => readings.insertNew(db, claim));
    done.received += stored;
    done.stored += stored;
    if (met.length > 0) batch.met.push(readings.pick(met));
  });
}

/** Decides on readings that met another one at their moment. */
async function settleMet(db: Pool, batch: Batch, done: Committed, nameOf: NameOf): Promise<void> {
  const refuse: Refuse = (table, conflicts) => refusedConflicts(table, conflicts, nameOf);
  for (;;) {
    const piece = batch.met.at(-1);
    if (!piece) return;
    const fault = await orRowFault(async () => {
      const { settled, conflicts } = await batch.once(async (claim) => {
        const settled = await withTransaction(db, (tx) =>
          settleReadings(tx, piece, refuse, undefined, claim),
        );
        return { settled, conflicts: settled?.conflicts ?? (await findConflicts(db, piece)) };
      });
      done.received += piece.rows;
      done.stored += settled?.stored ?? 0;
      done.rejected += settled?.rejected ?? 0;
      for (const rejection of settled?.rejections ?? []) done.rejections.push(rejection);
      noteRefused(batch, piece, conflicts);
    });
    batch.met.pop();
    if (fault) halve(piece, batch.met, batch, fault, nameOf);
  }
}

function noteRefused(batch: Batch, piece: ReadingsBatch, conflicts: readonly Conflict[]): void {
  for (const { reading, refused } of conflicts) {
    let rows = batch.refused.get(piece.kind);
    if (!rows) {
      rows = new Map();
      batch.refused.set(piece.kind, rows);
    }
    rows.set(piece.numberOf(reading.row), new Set(Object.keys(refused)));
  }
}

async function orRowFault(work: () => Promise<unknown>): Promise<Error | undefined> {
  try {
    await work();
    return undefined;
  } catch (error) {
    if (isRowFault(error)) return error as Error;
    throw error;
  }
}

interface ItemParts<T> {
  readonly insertNew: (items: readonly T[], claim: Claim) => Promise<readonly number[]>;
  readonly settle: (items: readonly T[], claim: Claim) => Promise<SettledItems | undefined>;
  readonly decided: (items: readonly T[], isNew: readonly boolean[]) => void;
  readonly refused: (item: T, error: Error) => void;
}

/** Commits events or replies, and decides those that met another one right after the part that found it. */
async function commitItems<T>(
  batch: Batch,
  list: T[],
  met: T[],
  done: Committed,
  parts: ItemParts<T>,
): Promise<void> {
  const settle = () =>
    drain(
      batch,
      met,
      async (items, claim) => {
        const settled = await parts.settle(items, claim);
        const isNew = settled?.isNew;
        const kept = isNew ? items.filter((_, i) => isNew[i] !== undefined) : items;
        // Reported twice rather than never, where the answer was lost.
        parts.decided(kept, isNew?.filter((one) => one !== undefined) ?? items.map(() => true));
        countRejections(done, settled?.rejections ?? []);
      },
      parts.refused,
    );
  await settle();
  while (list.length > 0) {
    await drain(
      batch,
      list,
      async (items, claim) => {
        const undecided = new Set(await parts.insertNew(items, claim));
        const fresh = items.filter((_, i) => !undecided.has(i));
        parts.decided(
          fresh,
          fresh.map(() => true),
        );
        for (const place of undecided) met.push(items[place]!);
      },
      parts.refused,
      () => met.length > 0,
    );
    await settle();
  }
}

/**
 * Writes a list, and takes the written items from it. Around an item that the database refuses it goes in halves, each
 * of which is looked at once: a list of nothing else takes twice as many statements as it has items.
 * @param pause true to stop after the part that was just written
 */
async function drain<T>(
  batch: Batch,
  list: T[],
  write: (items: T[], claim: Claim) => Promise<void>,
  refused?: (item: T, error: Error) => void,
  pause = () => false,
): Promise<void> {
  const cuts = batch.cutsOf(list);
  while (list.length > 0) {
    // An attempt whose answer was lost has to be made again with the same items.
    if (cuts.length === 0) cuts.push(list.length);
    const size = cuts.at(-1)!;
    const items = list.slice(0, size);
    try {
      await batch.once((claim) => write(items, claim));
    } catch (error) {
      if (!refused || !isRowFault(error)) throw error;
      if (size > 1) {
        const half = size >> 1;
        cuts.splice(-1, 1, size - half, half);
        continue;
      }
      refused(items[0]!, error as Error);
    }
    list.splice(0, size);
    cuts.pop();
    if (pause()) return;
  }
}
