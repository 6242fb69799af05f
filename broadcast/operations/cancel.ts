import { appendAudit } from "../../store/audit/index.ts";
import { type Broadcast, cancelTargets, lockBroadcasts } from "../../store/broadcast/index.ts";
import { type Client, withTransaction } from "../../store/database/index.ts";
import {
  assertMayStep,
  type BroadcastCaller,
  type BroadcastDeps,
  ENDED_STATES,
  getBroadcast,
  recordingRefusals,
  type StopProgress,
  takeStep,
} from "../lifecycle/index.ts";
import type { StepRequest } from "./requests.ts";

/**
 * Ends a broadcast, and its open targets with it. One that had ended is withdrawn: it leaves the feed, and the moment
 * of its end stays on record.
 */
export async function cancelOne(
  tx: Client,
  broadcast: Broadcast,
  options: {
    readonly actor: BroadcastCaller["actor"];
    readonly now: Date;
    readonly reason: string | undefined;
  },
) {
  const wasReleased = broadcast.releasedAt !== null;
  const { now, reason } = options;
  const endedAt = ENDED_STATES.includes(broadcast.state) ? {} : { endedAt: now };
  const move = { ...endedAt, cancelledAt: now, cancelReason: reason };
  const step = await takeStep(tx, broadcast, "cancel", { ...options, move });
  if (wasReleased) await cancelTargets(tx, broadcast.broadcastNo);
  return step;
}

/**
 * Runs after the commit of a cancellation: speakers that may play it are told to stop.
 * @returns null for one that was never released
 */
export async function afterCancel(deps: BroadcastDeps, broadcast: Broadcast): Promise<StopProgress | null> {
  const progress = broadcast.releasedAt === null ? null : await deps.dispatcher.cancel(broadcast.broadcastNo);
  deps.onChanged(broadcast);
  return progress;
}

/** A broadcast that was cancelled, and the progress of its stop; null where nothing had to be stopped. */
export type CancelledBroadcast = Broadcast & {
  readonly stop: StopProgress["stop"] | null;
  readonly stopUnsure: number | null;
};

/** Stops a broadcast, released or not; withdraws one that has ended and is in force. */
export const cancel = (deps: BroadcastDeps, caller: BroadcastCaller, id: string, request: StepRequest) =>
  recordingRefusals(deps, caller, id, "cancel", () => cancelNow(deps, caller, id, request));

async function cancelNow(
  deps: BroadcastDeps,
  caller: BroadcastCaller,
  id: string,
  { reason, confirm }: StepRequest,
): Promise<CancelledBroadcast> {
  const { broadcastNo } = await getBroadcast(deps.pool, caller, id);
  const { actor } = caller;
  const after = await withTransaction(deps.pool, async (tx) => {
    const broadcast = (await lockBroadcasts(tx, [broadcastNo]))[0]!;
    const now = deps.now();
    await assertMayStep(tx, deps, broadcast, "cancel", caller, { now, reason });
    await confirm?.(tx);
    const step = await cancelOne(tx, broadcast, { actor, now, reason });
    await appendAudit(tx, step.audit);
    return step.broadcast;
  });
  const progress = await afterCancel(deps, after);
  return { ...after, stop: progress?.stop ?? null, stopUnsure: progress?.unsure ?? null };
}
