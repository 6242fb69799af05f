import { type Channel, isOpenTo } from "../base/channels.ts";
import { PlatformError } from "../base/errors.ts";
import type { DoorDecoder, DoorRefusal, RawMessage, ReceivedMessage } from "../exchange/door.ts";
import { decodeJson } from "../exchange/own-json.ts";
import { type AuditActor, appendAudit } from "../store/audit/index.ts";
import {
  type Client,
  type Db,
  isRowFault,
  type Limits,
  type Pool,
  withTransaction,
} from "../store/database/index.ts";
import { insertEvents, insertReplies } from "../store/events/index.ts";
import { insertRejections, type NewRejection, recordReplay } from "../store/ledger/index.ts";
import { assertOwnTime, lockOwnKey } from "../store/places/index.ts";
import { settleReadings } from "../store/readings/index.ts";
import { Batch } from "./batch.ts";
import type { DeviceEntry, Directory } from "./directory.ts";
import { Pipeline } from "./pipeline.ts";
import { legible, type NameOf, refusedConflicts, refusedEvents, refusedReplies } from "./refused-items.ts";

/** A rejected message as the store gives it back. */
export interface ReplayInput {
  readonly rejectionNo: number;
  readonly publisher: string;
  /** The name of the door by which it came; its decoder reads it again. */
  readonly door: string;
  /** Its context. */
  readonly topic: string;
  readonly reason: string;
  readonly payload: Buffer;
  readonly payloadBytes: number;
  readonly receivedAt: Date;
  /** The channel of the items in the payload; null where that is the message as it came. */
  readonly itemsChannel: string | null;
}

export interface ReplayParts {
  readonly pool: Pool;
  readonly directory: Directory;
  /** By the names of the doors. */
  readonly decoders: ReadonlyMap<string, DoorDecoder>;
}

export interface ReplayOutcome {
  readonly outcome: "stored" | "duplicate" | "rejected";
  readonly detail: string;
}

/**
 * Sends a rejected message through the decoder of its door and the pipeline again, as if it had arrived at its first
 * arrival. It is stored whole or not at all, in one transaction with the note of the replay and its row in the audit;
 * if it is refused again, the one rejection stays. Alarms do not look at it: a replay is history. Each item counts in
 * the ledger of the device's holder at its time.
 * @param limits the area in which the caller may store; each item has to be from a device that is the caller's now, and
 *   from a time since it has been the caller's
 * @throws PlatformError `already_replayed` when another replay of it was accepted meanwhile; `device_not_found` where
 * an
 *   item is not the caller's
 */
export async function replayRejection(
  { pool, directory, decoders }: ReplayParts,
  input: ReplayInput,
  actor: AuditActor,
  limits: Limits,
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
      after: { publisher: input.publisher, door: input.door, topic: input.topic, outcome, detail },
    });
    return { outcome, detail };
  };
  const refuse = (detail: string) => withTransaction(pool, (tx) => conclude(tx, "rejected", legible(detail)));
  if (input.payloadBytes > input.payload.length) {
    return refuse(`only ${input.payload.length} of ${input.payloadBytes} bytes were kept`);
  }
  const decoder = decoders.get(input.door);
  if (!decoder && input.itemsChannel === null) {
    return refuse(`it came by the door '${input.door}', which no longer exists: nothing else can decode it`);
  }
  const batch = await takeAgain(directory, decoder, input);
  const refused = batch.rejections.find(({ partial }) => !partial) ?? batch.foreign[0];
  if (refused) return refuse(`${refused.reason}: ${refused.detail}`);
  try {
    return await withTransaction(pool, async (tx) => {
      await lockOwn(tx, directory, batch, limits);
      const { received, stored } = await insertWhole(tx, batch, directory.nameOf);
      if (stored === 0) return conclude(tx, "duplicate", "it was stored already");
      const said =
        received === 1
          ? "the message was stored"
          : `${stored} of ${received} items were stored, no other was new`;
      return conclude(tx, "stored", said);
    });
  } catch (error) {
    if (error instanceof RefusedAgain || isRowFault(error)) return refuse((error as Error).message);
    throw error;
  }
}

/** Ends a replay of which a part would be refused again. */
class RefusedAgain extends Error {}

/** The message in a batch of its own, whose outcome is this message's alone. */
async function takeAgain(
  directory: Directory,
  decoder: DoorDecoder | undefined,
  input: ReplayInput,
): Promise<Batch> {
  const batch = new Batch();
  const pipeline = new Pipeline({
    directory,
    replayOf: input.reason,
    sink: { open: batch, filled: () => {} },
  });
  const message: RawMessage<DeviceEntry> = {
    door: input.door,
    device: await findSender(directory, decoder, input),
    context: input.topic,
    raw: input.payload,
    receivedAt: input.receivedAt.getTime(),
  };
  // A message within the limit may be longer on record, where an item is encoded again.
  const maxBytes = input.reason === "payload_too_large" ? undefined : Number.POSITIVE_INFINITY;
  const decoded =
    input.itemsChannel === null
      ? decoder!.decode(message, maxBytes)
      : decodeItems(message, input.itemsChannel as Channel, maxBytes);
  if ("reason" in decoded) pipeline.reject(message, decoded, () => {});
  else for (const part of [decoded].flat()) pipeline.accept(part, () => {});
  for (const device of batch.devices) device.pending--;
  return batch;
}

/** The device that has sent it; also one that was registered since, where its door goes by what a context names. */
async function findSender(
  directory: Directory,
  decoder: DoorDecoder | undefined,
  { publisher, topic }: ReplayInput,
): Promise<DeviceEntry | undefined> {
  const sender = publisher || decoder?.senderOf?.(topic);
  if (sender !== undefined) return directory.lookUp(sender);
  const identity = decoder?.identityOf?.(topic);
  return identity && directory.identities.lookUp(identity);
}

/** Items that ingest has put on record itself, in JSON: their door has decoded them once, and would read them otherwise. */
function decodeItems(
  message: RawMessage<DeviceEntry>,
  kept: Channel,
  maxBytes: number | undefined,
): ReceivedMessage<DeviceEntry> | DoorRefusal {
  const { device } = message;
  const isOpen = device !== undefined && isOpenTo(device, kept);
  if (!isOpen) return { ...message, channel: undefined, value: undefined, repeated: undefined };
  const decoded = decodeJson(message.raw, maxBytes);
  return "reason" in decoded ? decoded : { ...message, channel: kept, ...decoded };
}

/**
 * Keeps the devices of a batch where they are until the transaction ends.
 * @throws PlatformError `device_not_found` where an item is from another owner's device, or time
 */
async function lockOwn(tx: Client, directory: Directory, batch: Batch, limits: Limits): Promise<void> {
  const moments = new Map<number, Date[]>();
  const note = ({ deviceNo, observedAt }: { deviceNo: number; observedAt: number }) => {
    const known = moments.get(deviceNo);
    if (known) known.push(new Date(observedAt));
    else moments.set(deviceNo, [new Date(observedAt)]);
  };
  for (const readings of batch.readings.values()) for (const reading of readings.kept()) note(reading);
  for (const event of batch.events) note(event);
  for (const reply of batch.replies) note(reply);
  // All use one order, or two replays could deadlock.
  for (const deviceNo of [...moments.keys()].toSorted((a, b) => a - b)) {
    const { id, runtime } = directory.findByNo(deviceNo)!;
    const key = await lockOwnKey(tx, { id, kind: runtime.kind.kind, limits }, "share");
    await assertOwnTime(tx, key, moments.get(deviceNo)!);
  }
}

/**
 * Stores all of it; values whose items are kept otherwise are put on record as those of a message are.
 * @returns how many items there were, and how many were new
 * @throws RefusedAgain when an item has nothing but values that are in conflict with stored ones
 */
async function insertWhole(
  db: Db,
  batch: Batch,
  nameOf: NameOf,
): Promise<{ received: number; stored: number }> {
  let stored = 0;
  let received = batch.events.length + batch.replies.length;
  for (const readings of batch.readings.values()) {
    readings.markFormer();
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
  const refuse = (rejections: readonly NewRejection[]): never => {
    const { reason, detail } = rejections[0]!;
    throw new RefusedAgain(`${reason}: ${detail}`);
  };
  const events = await insertEvents(db, batch.events, (all) => refuse(refusedEvents(all, nameOf)));
  const replies = await insertReplies(db, batch.replies, (all) => refuse(refusedReplies(all, nameOf)));
  stored += [...events, ...replies].filter((isNew) => isNew).length;
  if (batch.rejections.length > 0) await insertRejections(db, batch.rejections);
  return { received, stored };
}
