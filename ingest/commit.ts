import { type Db, isRowFault, type Pool } from "../store/database.ts";
import type { ReadingsBatch } from "../store/readings-batch.ts";
import { type AlarmChange, applyAlarmTransitions } from "../store/write-alarms.ts";
import { insertEvents, insertReplies, type NewEvent, type NewReply } from "../store/write-events.ts";
import { recordForeignMessages } from "../store/write-foreign-messages.ts";
import { insertRejections, type NewRejection } from "../store/write-rejections.ts";
import type { Batch } from "./batch.ts";
import { deviceTopic } from "./topics.ts";

/** What a batch did, summed over its parts and attempts. */
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
}

export const nothingCommitted = (): Committed => ({
  received: 0,
  stored: 0,
  rejected: 0,
  events: [],
  replies: [],
  rejections: [],
  alarms: [],
});

/** Names a device by its number, for the rejection of a row that the database refused. */
export type NameOf = (deviceNo: number) => string;

/**
 * Commits the parts of a batch, one statement and so one transaction each. A part that was committed is not
 * done again when a later part fails: the batch remembers by emptying it. Parts need no common transaction,
 * because no message is acknowledged before all of them are committed, and each can be repeated without harm.
 *
 * A reading, event or reply that the database refuses for what is in it becomes a rejection; its neighbours are
 * stored.
 *
 * @param alarmsTurn resolves when the batches before this one have applied their alarms: a clear must not overtake
 * its raise
 * @throws any other error of the database; the batch then holds what is left to do
 */
export async function commitBatch(
  db: Pool,
  batch: Batch,
  done: Committed,
  nameOf: NameOf,
  alarmsTurn?: Promise<void>,
): Promise<void> {
  await commitReadings(db, batch, done, nameOf);
  await drain(
    batch.events,
    async (events) => {
      const isNew = await insertEvents(db, events);
      done.received += events.length;
      for (const [i, event] of events.entries()) {
        if (!isNew[i]) continue;
        done.stored++;
        done.events.push(event);
      }
    },
    (event, error) => batch.rejections.push(refusedEvent(event, error, nameOf)),
  );
  await drain(
    batch.replies,
    async (replies) => {
      const isNew = await insertReplies(db, replies);
      done.received += replies.length;
      done.stored += isNew.filter(Boolean).length;
      for (const reply of replies) done.replies.push(reply);
    },
    (reply, error) => batch.rejections.push(refusedReply(reply, error, nameOf)),
  );
  await drain(batch.rejections, async (rejections) => {
    await insertRejections(db, rejections);
    done.received += rejections.length;
    done.rejected += rejections.length;
    for (const rejection of rejections) done.rejections.push(rejection);
  });
  await drain(batch.foreign, async (messages) => {
    await recordForeignMessages(db, messages);
    done.received += messages.length;
    done.rejected += messages.length;
    for (const message of messages) done.rejections.push(message);
  });
  // From here on the ledger in the database has them; alarms may take their time.
  for (const device of batch.devices) device.pending--;
  batch.devices.length = 0;
  if (batch.alarms.length === 0) return;
  await alarmsTurn;
  await applyAlarmTransitions(db, [...batch.alarms], (count, changes) => {
    batch.alarms.splice(0, count);
    for (const change of changes) done.alarms.push(change);
  });
}

/** A part with a refused row is halved until that row stands alone. */
async function commitReadings(db: Db, batch: Batch, done: Committed, nameOf: NameOf): Promise<void> {
  for (const readings of batch.readings.values()) {
    if (readings.rows === 0) continue;
    if (await rowFaultOf(db, readings, done)) batch.pieces.push(readings.slice(0, readings.rows));
    readings.reset();
  }
  for (;;) {
    const piece = batch.pieces.at(-1);
    if (!piece) return;
    const fault = await rowFaultOf(db, piece, done);
    batch.pieces.pop();
    const middle = piece.rows >> 1;
    if (fault && middle === 0) batch.rejections.push(refusedReading(piece.row(0), fault, nameOf));
    else if (fault) batch.pieces.push(piece.slice(middle, piece.rows), piece.slice(0, middle));
  }
}

/** Inserts readings. @returns the database's error when one of the rows is at fault */
async function rowFaultOf(db: Db, readings: ReadingsBatch, done: Committed): Promise<Error | undefined> {
  try {
    const stored = await readings.insert(db);
    done.received += readings.rows;
    done.stored += stored;
    return undefined;
  } catch (error) {
    if (isRowFault(error)) return error as Error;
    throw error;
  }
}

/** Writes a list, and takes from it what is written. Around an item that the database refuses it goes in halves. */
async function drain<T>(
  list: T[],
  write: (items: T[]) => Promise<void>,
  refused?: (item: T, error: Error) => void,
): Promise<void> {
  let size = list.length;
  while (list.length > 0) {
    const items = list.slice(0, size);
    try {
      await write(items);
    } catch (error) {
      if (!refused || !isRowFault(error)) throw error;
      if (items.length > 1) {
        size = items.length >> 1;
        continue;
      }
      refused(items[0]!, error as Error);
    }
    list.splice(0, items.length);
    size = list.length;
  }
}

function refusedReading(
  { deviceNo, receivedAt, reading }: ReturnType<ReadingsBatch["row"]>,
  error: Error,
  nameOf: NameOf,
): NewRejection {
  return refusedItem("telemetry", deviceNo, receivedAt, reading, error, nameOf);
}

function refusedEvent(event: NewEvent, error: Error, nameOf: NameOf): NewRejection {
  const { deviceNo, receivedAt, observedAt, data, ...rest } = event;
  const item = { ...rest, observedAt: new Date(observedAt).toISOString(), ...JSON.parse(data) };
  return refusedItem("events", deviceNo, receivedAt, item, error, nameOf);
}

function refusedReply(reply: NewReply, error: Error, nameOf: NameOf): NewRejection {
  const { deviceNo, receivedAt, observedAt, data, ...rest } = reply;
  const item = { ...rest, observedAt: new Date(observedAt).toISOString(), ...JSON.parse(data) };
  return refusedItem("replies", deviceNo, receivedAt, item, error, nameOf);
}

/** The rejection of an item as the device would have sent it on a topic of its own. */
function refusedItem(
  channel: "telemetry" | "events" | "replies",
  deviceNo: number,
  receivedAt: number,
  item: object,
  { message }: Error,
  nameOf: NameOf,
): NewRejection {
  const id = nameOf(deviceNo);
  const payload = Buffer.from(JSON.stringify(item));
  return {
    receivedAt,
    deviceNo,
    publisher: id,
    topic: deviceTopic(id, channel),
    reason: "store_refused",
    detail: message,
    payload,
    payloadBytes: payload.length,
  };
}
