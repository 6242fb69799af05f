import { PlatformError } from "../../base/errors.ts";
import { appendAudit, PLATFORM_ACTOR } from "../../store/audit/index.ts";
import { type Broadcast, insertTargets, lockBroadcasts, saveStock } from "../../store/broadcast/index.ts";
import { type Client, withTransaction } from "../../store/database/index.ts";
import { completeMessage, draftOf } from "../drafting/index.ts";
import {
  assertMayStep,
  assertRevision,
  type BroadcastCaller,
  type BroadcastDeps,
  expiryOf,
  getBroadcast,
  isCancellable,
  peopleEverBehind,
  recordingRefusals,
  refusesToReplace,
  takeStep,
} from "../lifecycle/index.ts";
import { storeStart } from "../orders/index.ts";
import { type MeantSpeaker, selectAim, takeStock } from "../targets/index.ts";
import { afterCancel, cancelOne } from "./cancel.ts";
import type { DecisionRequest, StepRequest } from "./requests.ts";

type Audit = Parameters<typeof appendAudit>[1];

/** Audit rows come last: from the first of them on, every other change waits for this transaction. */
async function appendAll(tx: Client, audits: readonly Audit[]): Promise<void> {
  for (const audit of audits) await appendAudit(tx, audit);
}

/** Takes one step of a caller, within that caller's limits, and nothing else. */
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
      // No speaker may come in between the check and the record of the stock.
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

/** Hands a draft to the approvers. It has to be complete, and to mean at least one speaker. */
export const submit = (deps: BroadcastDeps, caller: BroadcastCaller, id: string, request: DecisionRequest) =>
  takeSingleStep(deps, caller, id, "submit", request);

/** Gives it back to its author. */
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

/** Approves another person's submission: it is on its way at once. This completes a training. */
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
    // The speakers that were checked are those that are ordered to play, and no others.
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
      if (old.broadcastNo === broadcast.broadcastNo || !isCancellable(old, now)) continue;
      // A draft's mode may have changed since it named the broadcasts that it replaces.
      if (refusesToReplace(broadcast, old) !== undefined) continue;
      const ended = await cancelOne(tx, old, { actor, now, reason: `replaced by ${broadcast.id}` });
      audits.push(ended.audit);
      replaced.push(ended.broadcast);
    }
    await appendAll(tx, audits);
    return { broadcast: dispatched.broadcast, replaced };
  });
  if (done.broadcast.state === "dispatching") await deps.dispatcher.begin(done.broadcast.broadcastNo);
  await Promise.all(done.replaced.map((old) => afterCancel(deps, old)));
  deps.onChanged(done.broadcast);
  return done.broadcast;
}

/**
 * The broadcasts that a draft replaces may have changed between the look that found the rows to lock and the lock.
 * @throws PlatformError `broadcast_changed` when they have
 */
function assertSameReplaced(seen: Broadcast, locked: Broadcast): void {
  if (locked.replacesNos.every((broadcastNo) => seen.replacesNos.includes(broadcastNo))) return;
  throw new PlatformError(
    "broadcast_changed",
    "A broadcast that this one replaces was changed meanwhile: read it again",
  );
}

/** Writes targets and order: everything that `dispatch/` sends is in the database before the first command leaves. */
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
