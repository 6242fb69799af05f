import { PlatformError } from "../../base/errors.ts";
import { appendAudit, PLATFORM_ACTOR } from "../../store/audit/index.ts";
import {
  type Broadcast,
  cancelTargets,
  insertHistory,
  insertTargets,
  lockBroadcasts,
  saveStock,
} from "../../store/broadcast/index.ts";
import { type Client, withTransaction } from "../../store/database/index.ts";
import { completeMessage, draftOf } from "../drafting/draft.ts";
import { expiryOf } from "../lifecycle/expiry.ts";
import { ENDED_STATES, isCancellable, peopleEverBehind } from "../lifecycle/lifecycle.ts";
import { assertMayStep } from "../lifecycle/may-step.ts";
import {
  assertRevision,
  type BroadcastCaller,
  type BroadcastDeps,
  getBroadcast,
} from "../lifecycle/operation.ts";
import { recordingRefusals } from "../lifecycle/refusals.ts";
import { refusesToReplace } from "../lifecycle/replacing.ts";
import { takeStep } from "../lifecycle/steps.ts";
import { reopenForRetry, storeStart } from "../orders/start-orders.ts";
import { takeStock } from "../targets/preview.ts";
import { type MeantSpeaker, selectAim } from "../targets/targets.ts";

/** What comes with a step. */
export interface StepRequest {
  readonly reason?: string | undefined;
  /** What else has to hold, once the step itself may be taken; what it throws takes everything back. */
  readonly confirm?: ((tx: Client) => Promise<void>) | undefined;
}

/** What comes with a step towards the speakers. */
export interface SoundingRequest extends StepRequest {
  /** The caller knows that a later alert supersedes the broadcast, and wants it nevertheless. */
  readonly acknowledgeSuperseded?: boolean | undefined;
}

/** What comes with a decision on what a broadcast says. */
export interface DecisionRequest extends SoundingRequest {
  /** The revision that the caller has looked at. */
  readonly revision: number;
}

type Audit = Parameters<typeof appendAudit>[1];

/** Audit rows come last: from the first of them on, every other change waits for this transaction. */
async function appendAll(tx: Client, audits: readonly Audit[]): Promise<void> {
  for (const audit of audits) await appendAudit(tx, audit);
}

/** Takes one step of somebody's, within the limits of that somebody, and nothing beside. */
function takeSingleStep(
  deps: BroadcastDeps,
  caller: BroadcastCaller,
  id: string,
  action: "submit" | "return" | "reject" | "review",
  { reason, revision, acknowledgeSuperseded, confirm }: Partial<DecisionRequest>,
): Promise<Broadcast> {
  return recordingRefusals(deps, caller, id, action, async () => {
    const { broadcastNo } = await getBroadcast(deps.pool, caller, id);
    const { actor } = caller;
    const after = await withTransaction(deps.pool, async (tx) => {
      const broadcast = (await lockBroadcasts(tx, [broadcastNo]))[0]!;
      if (revision !== undefined) await assertRevision(tx, broadcast, revision);
      const now = deps.now();
      const { target } = draftOf(broadcast);
      const asked = { now, reason, acknowledgeSuperseded };
      // Nobody may come in between those who were looked at and those whom stock is taken of.
      const aim = action === "submit" ? selectAim(tx, target) : undefined;
      await assertMayStep(tx, deps, broadcast, action, caller, asked, aim);
      await confirm?.(tx);
      if (aim) {
        const stock = await takeStock(tx, target, await aim.speakers());
        await saveStock(tx, broadcast.broadcastNo, "submission", now, stock);
      }
      const move = {
        ...(action === "submit" && actor.id !== null
          ? { submittedBy: actor.id, submittedFor: peopleEverBehind(actor) }
          : {}),
        ...(action === "review" ? { review: "done" as const } : {}),
      };
      const step = await takeStep(tx, broadcast, action, { actor, now, reason, acknowledgeSuperseded, move });
      await appendAudit(tx, step.audit);
      return step.broadcast;
    });
    deps.onChanged(after);
    return after;
  });
}

/** Hands a draft to whoever approves. It has to be complete, and to mean at least one speaker. */
export const submit = (deps: BroadcastDeps, caller: BroadcastCaller, id: string, request: DecisionRequest) =>
  takeSingleStep(deps, caller, id, "submit", request);

/** Back to its author. */
export const returnDraft = (
  deps: BroadcastDeps,
  caller: BroadcastCaller,
  id: string,
  request: DecisionRequest,
) => takeSingleStep(deps, caller, id, "return", request);

export const reject = (deps: BroadcastDeps, caller: BroadcastCaller, id: string, request: DecisionRequest) =>
  takeSingleStep(deps, caller, id, "reject", request);

/** Closes the review that the green channel has left open. The reason is the reviewer's comment. */
export const review = (deps: BroadcastDeps, caller: BroadcastCaller, id: string, request: StepRequest) =>
  takeSingleStep(deps, caller, id, "review", { reason: request.reason, confirm: request.confirm });

/** Approves what somebody else submitted: it is on its way at once. A training is complete by that. */
export const approve = (deps: BroadcastDeps, caller: BroadcastCaller, id: string, request: DecisionRequest) =>
  recordingRefusals(deps, caller, id, "approve", () => letGo(deps, caller, id, "approve", request));

/** The green channel: on its way at once without approval, to be reviewed afterwards. */
export const release = (deps: BroadcastDeps, caller: BroadcastCaller, id: string, request: DecisionRequest) =>
  recordingRefusals(deps, caller, id, "release", () => letGo(deps, caller, id, "release", request));

async function letGo(
  deps: BroadcastDeps,
  caller: BroadcastCaller,
  id: string,
  action: "approve" | "release",
  { reason, revision, acknowledgeSuperseded, confirm }: DecisionRequest,
): Promise<Broadcast> {
  const seen = await getBroadcast(deps.pool, caller, id);
  const { actor } = caller;
  const done = await withTransaction(deps.pool, async (tx) => {
    const locked = await lockBroadcasts(tx, [seen.broadcastNo, ...seen.replacesNos]);
    const broadcast = locked.find(({ broadcastNo }) => broadcastNo === seen.broadcastNo)!;
    await assertRevision(tx, broadcast, revision);
    assertSameReplaced(seen, broadcast);
    const now = deps.now();
    const { target } = draftOf(broadcast);
    // What was looked at is what is ordered to play, and no other.
    const aim = selectAim(tx, target);
    await assertMayStep(tx, deps, broadcast, action, caller, { now, reason, acknowledgeSuperseded }, aim);
    await confirm?.(tx);
    const isGreen = action === "release";
    const decided = await takeStep(tx, broadcast, action, {
      actor,
      now,
      reason,
      acknowledgeSuperseded,
      move: {
        approvedBy: actor.id ?? actor.type,
        approvedFor: peopleEverBehind(actor),
        ...(isGreen ? { greenChannel: true, review: "open" as const } : {}),
      },
    });
    if (broadcast.mode === "training") {
      const move = { endedAt: now };
      const completed = await takeStep(tx, decided.broadcast, "complete", {
        actor: PLATFORM_ACTOR,
        now,
        move,
      });
      await appendAll(tx, [decided.audit, completed.audit]);
      return { broadcast: completed.broadcast, replaced: [] };
    }
    const speakers = await aim.speakers();
    const stock = await takeStock(tx, target, speakers);
    await saveStock(tx, broadcast.broadcastNo, "release", now, stock);
    const dispatched = await dispatch(tx, deps, decided.broadcast, speakers, now);
    const audits = [decided.audit, dispatched.audit];
    const replaced: Broadcast[] = [];
    for (const old of locked) {
      if (old.broadcastNo === broadcast.broadcastNo || !canBeCancelled(old, now)) continue;
      // A draft's mode may have changed since it named what it replaces.
      if (refusesToReplace(broadcast, old) !== undefined) continue;
      const ended = await cancelOne(tx, old, { actor, now, reason: `replaced by ${broadcast.id}` });
      audits.push(ended.audit);
      replaced.push(ended.broadcast);
    }
    await appendAll(tx, audits);
    return { broadcast: dispatched.broadcast, replaced };
  });
  if (done.broadcast.state === "dispatching") await deps.dispatcher.begin(done.broadcast.broadcastNo);
  for (const old of done.replaced) await afterCancel(deps, old);
  deps.onChanged(done.broadcast);
  return done.broadcast;
}

/**
 * What a draft replaces may have changed between the look that said what to lock and the lock.
 * @throws PlatformError `broadcast_changed` when it has
 */
function assertSameReplaced(seen: Broadcast, locked: Broadcast): void {
  if (locked.replacesNos.every((broadcastNo) => seen.replacesNos.includes(broadcastNo))) return;
  throw new PlatformError(
    "broadcast_changed",
    "What the broadcast replaces was changed meanwhile: read it again",
  );
}

/** Writes targets and order: what `dispatch/` sends is in the database before the first command leaves. */
async function dispatch(
  tx: Client,
  deps: BroadcastDeps,
  broadcast: Broadcast,
  speakers: readonly MeantSpeaker[],
  now: Date,
) {
  const message = completeMessage(draftOf(broadcast));
  const expiresAt = expiryOf(message.expiresAt, message.startsAt, now);
  const isCut = message.expiresAt !== undefined && message.expiresAt > expiresAt;
  const attempt = 1;
  const step = await takeStep(tx, broadcast, "dispatch", {
    actor: PLATFORM_ACTOR,
    now,
    details: { targets: speakers.length, ...(isCut ? { expiryCutTo: expiresAt.toISOString() } : {}) },
    move: { releasedAt: now, expiresAt, attempt },
  });
  await insertTargets(tx, broadcast.broadcastNo, speakers);
  await storeStart(tx, deps, step.broadcast, attempt, now);
  return step;
}

/**
 * Ends a broadcast, and its open targets with it. One that had ended is withdrawn: it leaves the feed, and when it
 * ended stays on record.
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

/** What follows once a cancellation is committed: speakers that may play it are told to stop. */
export async function afterCancel(deps: BroadcastDeps, broadcast: Broadcast): Promise<void> {
  if (broadcast.releasedAt !== null) await deps.dispatcher.cancel(broadcast.broadcastNo);
  deps.onChanged(broadcast);
}

/** Stops a broadcast, whether it was released or not; withdraws one that has ended and is in force. */
export const cancel = (deps: BroadcastDeps, caller: BroadcastCaller, id: string, request: StepRequest) =>
  recordingRefusals(deps, caller, id, "cancel", () => cancelNow(deps, caller, id, request));

async function cancelNow(
  deps: BroadcastDeps,
  caller: BroadcastCaller,
  id: string,
  { reason, confirm }: StepRequest,
): Promise<Broadcast> {
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
  await afterCancel(deps, after);
  return after;
}

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
    // Those whom the order has no room for will refuse it as `replayed`.
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

/**
 * Notes on a broadcast what somebody asks for who may not do it: a person decides. The state stays.
 * The caller holds the lock.
 */
export async function noteOn(
  tx: Client,
  broadcast: Broadcast,
  action: "cancel_proposed" | "acknowledged" | "error_reported" | "superseded" | "warned",
  actor: BroadcastCaller["actor"],
  reason: string,
  details: Readonly<Record<string, unknown>> = {},
): Promise<void> {
  const { broadcastNo, state } = broadcast;
  await insertHistory(tx, { broadcastNo, action, from: state, to: state, actor, reason, details });
}

/** Whether anything of the broadcast can still be heard or released, or is in force. */
export const canBeCancelled = (broadcast: Broadcast, now: Date): boolean => isCancellable(broadcast, now);
