import type { Db } from "../store/database.ts";
import { isRowFault } from "../store/database.ts";
import type { ReadingsBatch } from "../store/readings-batch.ts";
import { type AlarmChange, applyAlarmTransitions } from "../store/write-alarms.ts";
import { insertEvents, insertReplies, type NewEvent } from "../store/write-events.ts";
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
  readonly rejections: NewRejection[];
  readonly alarms: AlarmChange[];
}

export const nothingCommitted = (): Committed => ({
  received: 0,
  stored: 0,
  rejected: 0,
  events: [],
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
 * A row that the database refuses for what is in it becomes a rejection; its neighbours are stored.
 *
 * @throws any other error of the database; the batch then holds what is left to do
 */
export async function commitBatch(db: Db, batch: Batch, done: Committed, nameOf: NameOf): Promise<void> {
  for (const readings of batch.readings.values()) {
    if (readings.rows === 0) continue;
    const refused: NewRejection[] = [];
    await insertReadings(db, readings, done, (row, error) =>
      refused.push(refusedReading(row, error, nameOf)),
    );
    readings.reset();
    batch.rejections.push(...refused);
  }
  await drain(batch.events, async (events) => {
    const isNew = await insertEvents(db, events);
    done.received += events.length;
    for (const [i, event] of events.entries()) {
      if (!isNew[i]) continue;
      done.stored++;
      done.events.push(event);
    }
  });
  await drain(batch.replies, async (replies) => {
    const isNew = await insertReplies(db, replies);
    done.received += replies.length;
    done.stored += isNew.filter(Boolean).length;
  });
  await drain(batch.rejections, async (rejections) => {
    await insertRejections(db, rejections);
    done.received += rejections.length;
    done.rejected += rejections.length;
    done.rejections.push(...rejections);
  });
  await drain(batch.alarms, async (transitions) => {
    done.alarms.push(...(await applyAlarmTransitions(db, transitions)));
  });
}

async function drain<T>(list: T[], write: (items: T[]) => Promise<void>): Promise<void> {
  if (list.length === 0) return;
  await write([...list]);
  list.length = 0;
}

/** Inserts readings; a batch with a refused row is halved until that row stands alone. */
async function insertReadings(
  db: Db,
  readings: ReadingsBatch,
  done: Committed,
  refused: (row: ReturnType<ReadingsBatch["row"]>, error: Error) => void,
): Promise<void> {
  try {
    const stored = await readings.insert(db);
    done.received += readings.rows;
    done.stored += stored;
  } catch (error) {
    if (!isRowFault(error)) throw error;
    if (readings.rows === 1) return refused(readings.row(0), error as Error);
    const middle = readings.rows >> 1;
    await insertReadings(db, readings.slice(0, middle), done, refused);
    await insertReadings(db, readings.slice(middle, readings.rows), done, refused);
  }
}

function refusedReading(
  { deviceNo, receivedAt, reading }: ReturnType<ReadingsBatch["row"]>,
  error: Error,
  nameOf: NameOf,
): NewRejection {
  const id = nameOf(deviceNo);
  const payload = Buffer.from(JSON.stringify(reading));
  return {
    receivedAt,
    deviceNo,
    publisher: id,
    topic: deviceTopic(id, "telemetry"),
    reason: "store_refused",
    detail: error.message,
    payload,
    payloadBytes: payload.length,
  };
}
