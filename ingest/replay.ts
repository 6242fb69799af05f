import { PlatformError } from "../errors.ts";
import { type AuditActor, appendAudit } from "../store/audit.ts";
import { type Client, type Db, isRowFault, type Pool, withTransaction } from "../store/database.ts";
import { settleReadings } from "../store/settle-readings.ts";
import { insertEvents, insertReplies } from "../store/write-events.ts";
import { insertRejections, recordReplay } from "../store/write-rejections.ts";
import { Batch } from "./batch.ts";
import type { Directory } from "./directory.ts";
import { Pipeline } from "./pipeline.ts";
import { type NameOf, refusedConflicts } from "./refused-items.ts";
import { parseTopic } from "./topics.ts";

/** A rejected message as the store gives it back. */
export interface ReplayInput {
  readonly rejectionNo: number;
  readonly publisher: string;
  readonly topic: string;
  readonly reason: string;
  readonly payload: Buffer;
  readonly payloadBytes: number;
  readonly receivedAt: Date;
}

export interface ReplayOutcome {
  readonly outcome: "stored" | "duplicate" | "rejected";
  readonly detail: string;
}

/**
 * Sends a rejected message through the pipeline again, as if it had arrived when it did first. It is stored
 * whole or not at all, in one transaction with the note that it was and its row in the audit; what is refused again stays the one rejection
 * that it was. Alarms are not looked at: a replay is history.
 * @throws PlatformError `already_replayed` when another replay of it was accepted meanwhile
 */
export async function replayRejection(
  pool: Pool,
  directory: Directory,
  input: ReplayInput,
  actor: AuditActor,
): Promise<ReplayOutcome> {
  const conclude = async (
    tx: Client,
    outcome: ReplayOutcome["outcome"],
    detail: string,
    counted?: { received: number; stored: number },
  ): Promise<ReplayOutcome> => {
    if (!(await recordReplay(tx, input.rejectionNo, outcome, new Date(), counted))) {
      throw new PlatformError("already_replayed", `Message ${input.rejectionNo} was replayed and is stored`);
    }
    await appendAudit(tx, {
      actor,
      action: "rejection.replay",
      object: { type: "rejection", id: String(input.rejectionNo) },
      after: { publisher: input.publisher, topic: input.topic, outcome, detail },
    });
    return { outcome, detail };
  };
  const refuse = (detail: string) => withTransaction(pool, (tx) => conclude(tx, "rejected", detail));
  if (input.payloadBytes > input.payload.length) {
    return refuse(`only ${input.payload.length} of ${input.payloadBytes} bytes were kept`);
  }
  const batch = await decodeAgain(directory, input);
  const refused = batch.rejections.find(({ partial }) => !partial) ?? batch.foreign[0];
  if (refused) return refuse(`${refused.reason}: ${refused.detail}`);
  try {
    return await withTransaction(pool, async (tx) => {
      const counted = await insertWhole(tx, batch, directory.nameOf);
      const { received, stored } = counted;
      if (stored === 0) return conclude(tx, "duplicate", "it was stored already", counted);
      const said =
        received === 1
          ? "the message was stored"
          : `${stored} of ${received} items were stored, no other was new`;
      return conclude(tx, "stored", said, counted);
    });
  } catch (error) {
    if (error instanceof RefusedAgain || isRowFault(error)) return refuse((error as Error).message);
    throw error;
  }
}

/** Ends a replay of which a part would be refused again. */
class RefusedAgain extends Error {}

/** The message in a batch of its own, whose outcome is this message's alone. */
async function decodeAgain(directory: Directory, input: ReplayInput): Promise<Batch> {
  const publisher = await directory.lookUp(input.publisher);
  const topic = parseTopic(input.topic);
  const own = publisher !== undefined && topic?.id === publisher.id;
  const allowed = own && (topic.channel !== "gateway-telemetry" || publisher.gateway);
  const batch = new Batch();
  // What was within the limit may be longer on record, where an item is encoded anew.
  const maxPayloadBytes = input.reason === "payload_too_large" ? undefined : Number.POSITIVE_INFINITY;
  const pipeline = new Pipeline({
    directory,
    maxPayloadBytes,
    replayOf: input.reason,
    sink: { open: batch, filled: () => {} },
  });
  pipeline.accept(
    {
      publisher,
      channel: allowed ? topic.channel : undefined,
      topic: input.topic,
      payload: input.payload,
      receivedAt: input.receivedAt.getTime(),
    },
    () => {},
  );
  for (const device of batch.devices) device.pending--;
  return batch;
}

/**
 * Stores all of it; values of which something else is kept are put on record as those of a message are.
 * @returns how many items there were, and how many were new
 * @throws RefusedAgain when an item has nothing but values that are in conflict with what is stored
 */
async function insertWhole(
  db: Db,
  batch: Batch,
  nameOf: NameOf,
): Promise<{ received: number; stored: number }> {
  let stored = 0;
  let received = batch.events.length + batch.replies.length;
  for (const readings of batch.readings.values()) {
    const inserted = await readings.insertNew(db);
    received += readings.rows;
    stored += inserted.stored;
    if (inserted.met.length === 0) continue;
    const settled = await settleReadings(db, readings.pick(inserted.met), (table, conflicts) =>
      refusedConflicts(table, conflicts, nameOf),
    );
    const refused = settled.rejections.find(({ partial }) => !partial);
    if (refused) throw new RefusedAgain(`${refused.reason}: ${refused.detail}`);
    stored += settled.stored;
  }
  for (const isNew of await insertEvents(db, batch.events)) if (isNew) stored++;
  for (const isNew of await insertReplies(db, batch.replies)) if (isNew) stored++;
  if (batch.rejections.length > 0) await insertRejections(db, batch.rejections);
  return { received, stored };
}
