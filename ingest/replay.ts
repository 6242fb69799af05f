import { type Db, isRowFault } from "../store/database.ts";
import { recordReplay } from "../store/write-rejections.ts";
import { Batch } from "./batch.ts";
import { commitBatch, nothingCommitted } from "./commit.ts";
import type { Directory } from "./directory.ts";
import { Pipeline } from "./pipeline.ts";
import { parseTopic } from "./topics.ts";

/** A rejected message as the store gives it back. */
export interface ReplayInput {
  readonly rejectionNo: number;
  readonly publisher: string;
  readonly topic: string;
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
 * whole or not at all; what is refused again stays the one rejection that it was. Alarms are not looked at:
 * a replay is history.
 */
export async function replayRejection(
  db: Db,
  directory: Directory,
  input: ReplayInput,
): Promise<ReplayOutcome> {
  const conclude = async (outcome: ReplayOutcome["outcome"], detail: string): Promise<ReplayOutcome> => {
    await recordReplay(db, input.rejectionNo, outcome, new Date());
    return { outcome, detail };
  };
  if (input.payloadBytes > input.payload.length) {
    return conclude("rejected", `only ${input.payload.length} of ${input.payloadBytes} bytes were kept`);
  }
  const publisher = await directory.lookUp(input.publisher);
  const topic = parseTopic(input.topic);
  const own = publisher !== undefined && topic?.id === publisher.id;
  const allowed = own && (topic.channel !== "gateway-telemetry" || publisher.gateway);

  // A private batch instead of the open one: its outcome is this message's alone.
  const batch = new Batch();
  const pipeline = new Pipeline({ directory, sink: { open: batch, filled: () => {} } });
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
  const refused = batch.rejections[0];
  if (refused) return conclude("rejected", `${refused.reason}: ${refused.detail}`);

  batch.alarms.length = 0;
  const done = nothingCommitted();
  try {
    await commitBatch(db, batch, done, (deviceNo) => directory.findByNo(deviceNo)?.id ?? String(deviceNo));
  } catch (error) {
    if (isRowFault(error)) return conclude("rejected", (error as Error).message);
    throw error;
  }
  if (done.rejected > 0) return conclude("rejected", done.rejections[0]!.detail);
  return done.stored > 0
    ? conclude("stored", "the message was stored")
    : conclude("duplicate", "it was stored already");
}
