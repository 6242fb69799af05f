import { PlatformError } from "../errors.ts";
import { type AuditActor, appendAudit } from "../store/audit.ts";
import { type Client, type Db, isRowFault, type Pool, withTransaction } from "../store/database.ts";
import { insertEvents, insertReplies } from "../store/write-events.ts";
import { recordReplay } from "../store/write-rejections.ts";
import { Batch } from "./batch.ts";
import type { Directory } from "./directory.ts";
import { Pipeline } from "./pipeline.ts";
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
  ): Promise<ReplayOutcome> => {
    if (!(await recordReplay(tx, input.rejectionNo, outcome, new Date()))) {
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
  const refused = batch.rejections[0] ?? batch.foreign[0];
  if (refused) return refuse(`${refused.reason}: ${refused.detail}`);
  try {
    return await withTransaction(pool, async (tx) =>
      (await insertWhole(tx, batch)) > 0
        ? conclude(tx, "stored", "the message was stored")
        : conclude(tx, "duplicate", "it was stored already"),
    );
  } catch (error) {
    if (isRowFault(error)) return refuse((error as Error).message);
    throw error;
  }
}

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

/** @returns how many of the items were new */
async function insertWhole(db: Db, batch: Batch): Promise<number> {
  let stored = 0;
  for (const readings of batch.readings.values()) stored += await readings.insert(db);
  for (const isNew of await insertEvents(db, batch.events)) if (isNew) stored++;
  for (const isNew of await insertReplies(db, batch.replies)) if (isNew) stored++;
  return stored;
}
