import { appendAudit, PLATFORM_ACTOR } from "../../store/audit/index.ts";
import { countTargets, lockBroadcasts, OPEN_TARGET_STATES } from "../../store/broadcast/index.ts";
import { type LifecycleAction, nextState, type State, takeStep } from "../lifecycle/index.ts";
import { toHistoryCounts } from "../proof/index.ts";
import type { Fence } from "./fence.ts";
import type { OnAir } from "./target.ts";

/** A step that the platform takes by itself. */
export type DueStep = LifecycleAction & ("play" | "complete" | "expire" | "fail");

/** The step that the state of its targets asks of a broadcast; undefined: nothing at the moment. */
export function dueStep(broadcast: OnAir, now: number): DueStep | undefined {
  const { state, counts } = broadcast;
  if (state !== "dispatching" && state !== "playing") return undefined;
  if (broadcast.open === 0) {
    if (counts.sounded > 0) return "complete";
    return now >= broadcast.expiresAt ? "expire" : "fail";
  }
  if (state === "dispatching" && counts.started + counts.sounded > 0) return "play";
  return undefined;
}

/**
 * Takes a step in the database, unless another process or person has changed the broadcast's state meanwhile, or has
 * opened targets again.
 * @returns its state afterwards, and if this step led there
 */
export function takeDueStep(
  fence: Fence,
  broadcast: OnAir,
  action: DueStep,
  now: Date,
): Promise<{ state: State; taken: boolean }> {
  return fence.transaction(async (tx) => {
    const [stored] = await lockBroadcasts(tx, [broadcast.broadcastNo]);
    if (!stored) throw new Error(`Broadcast ${broadcast.broadcastNo} is gone`);
    if (nextState(stored.state, action) === undefined) return { state: stored.state, taken: false };
    const ends = action !== "play";
    const counts = await countTargets(tx, broadcast.broadcastNo);
    if (ends && OPEN_TARGET_STATES.some((state) => counts[state] > 0))
      return { state: stored.state, taken: false };
    // The database may know of a speaker that sounded which this process does not.
    const due = ends && counts.sounded > 0 ? "complete" : action;
    const { broadcast: after, audit } = await takeStep(tx, stored, due, {
      actor: PLATFORM_ACTOR,
      now,
      ...(ends ? { details: { targets: toHistoryCounts(counts) }, move: { endedAt: now } } : {}),
    });
    await appendAudit(tx, audit);
    return { state: after.state, taken: true };
  });
}
