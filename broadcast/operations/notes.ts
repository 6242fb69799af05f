import { PlatformError } from "../../base/errors.ts";
import { appendAudit } from "../../store/audit/index.ts";
import { type BroadcastNote, countNotes, insertNote, lockBroadcasts } from "../../store/broadcast/index.ts";
import { withTransaction } from "../../store/database/index.ts";
import { type BroadcastCaller, type BroadcastDeps, getBroadcast } from "../lifecycle/index.ts";

/** More would be a conversation; a report has room for all of them. */
export const MAX_NOTES = 1000;

/**
 * Adds a note to a broadcast, in whatever state it is. Every caller who may write notes and sees it may: a note changes
 * nothing.
 * @throws PlatformError `broadcast_not_found`; `broadcast_state` once there are `MAX_NOTES`
 */
export async function addNote(
  deps: BroadcastDeps,
  caller: BroadcastCaller,
  id: string,
  text: string,
): Promise<BroadcastNote> {
  const { broadcastNo } = await getBroadcast(deps.pool, caller, id);
  const { actor } = caller;
  return withTransaction(deps.pool, async (tx) => {
    await lockBroadcasts(tx, [broadcastNo]);
    if ((await countNotes(tx, broadcastNo)) >= MAX_NOTES) {
      throw new PlatformError(
        "broadcast_state",
        `There are ${MAX_NOTES} notes on ${id}, and no room for more`,
      );
    }
    const note = await insertNote(tx, broadcastNo, actor, text);
    await appendAudit(tx, {
      actor,
      action: "broadcast.note",
      object: { type: "broadcast", id },
      after: { note: note.noteNo, text },
    });
    return note;
  });
}
