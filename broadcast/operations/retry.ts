import { appendAudit } from "../../store/audit/index.ts";
import { type Broadcast, lockBroadcasts } from "../../store/broadcast/index.ts";
import { withTransaction } from "../../store/database/index.ts";
import {
  assertMayStep,
  type BroadcastCaller,
  type BroadcastDeps,
  getBroadcast,
  recordingRefusals,
  takeStep,
} from "../lifecycle/index.ts";
import { reopenForRetry, storeStart } from "../orders/index.ts";
import type { SoundingRequest } from "./requests.ts";

/** Tries the speakers that failed again, with a new order, as long as the message has not expired. */
export const retry = (deps: BroadcastDeps, caller: BroadcastCaller, id: string, request: SoundingRequest) =>
  recordingRefusals(deps, caller, id, "retry", () => retryNow(deps, caller, id, request));

async function retryNow(
  deps: BroadcastDeps,
  caller: BroadcastCaller,
  id: string,
  { reason, acknowledgeSuperseded, confirm }: SoundingRequest,
): Promise<Broadcast> {
  const { broadcastNo } = await getBroadcast(deps.pool, caller, id);
  const { actor } = caller;
  const after = await withTransaction(deps.pool, async (tx) => {
    const broadcast = (await lockBroadcasts(tx, [broadcastNo]))[0]!;
    const now = deps.now();
    await assertMayStep(tx, deps, broadcast, "retry", caller, { now, reason, acknowledgeSuperseded });
    await confirm?.(tx);
    const { attempt, targets, again, notAgain } = await reopenForRetry(tx, broadcast);
    // Speakers for which the order has no room will refuse it as `replayed`.
    const details = { attempt, targets, ...(notAgain > 0 ? { again: again.length, notAgain } : {}) };
    const move = { endedAt: null, attempt };
    const asked = { actor, now, reason, acknowledgeSuperseded };
    const step = await takeStep(tx, broadcast, "retry", { ...asked, details, move });
    await storeStart(tx, deps, step.broadcast, attempt, now, again);
    await appendAudit(tx, step.audit);
    return step.broadcast;
  });
  await deps.dispatcher.retry(broadcastNo);
  deps.onChanged(after);
  return after;
}
