import type { CallersStep } from "../../access/steps.ts";
import { PlatformError } from "../../base/errors.ts";
import { type Broadcast, countRetryable, getBroadcasts } from "../../store/broadcast/index.ts";
import type { Db } from "../../store/database/index.ts";
import { completeMessage, draftOf } from "../drafting/index.ts";
import type { Level } from "../message/index.ts";
import { assertFits, createStartOrder, leastPolygons } from "../signing/index.ts";
import { type Aim, askAim } from "../targets/index.ts";
import { expiryOf } from "./expiry.ts";
import { decideStep, EDITABLE_STATES, isCancellable, type StepAsked } from "./lifecycle.ts";
import {
  assertAimWithin,
  assertComplete,
  assertTargetsWithin,
  type BroadcastCaller,
  type BroadcastDeps,
} from "./operation.ts";
import { refusesToReplace } from "./replacing.ts";

/**
 * Checks that a caller may take this step now. It is the only place that decides: a step calls it in its transaction,
 * under the broadcast's lock, and the view of a broadcast uses the same. The lifecycle comes first: that a step is not
 * possible at all is the better answer.
 * @param aim its target; a step that goes on with the same speakers has them read once
 * @throws PlatformError with the code and the reason of the refusal
 */
export async function assertMayStep(
  db: Db,
  deps: Pick<BroadcastDeps, "issuer">,
  broadcast: Broadcast,
  step: CallersStep,
  caller: BroadcastCaller,
  asked: StepAsked,
  aim: Aim = askAim(db, draftOf(broadcast).target),
): Promise<void> {
  if (step === "change") {
    assertEditable(broadcast);
    await assertReach(db, broadcast, caller, aim);
    return;
  }
  const { now } = asked;
  const facts = { ...broadcast, level: broadcast.level as Level };
  const decided = decideStep(facts, step, caller.actor, asked);
  if (!decided.allowed) throw new PlatformError(decided.code, decided.message);
  switch (step) {
    case "submit":
    case "approve":
    case "release":
      await assertComplete(broadcast, now, aim);
      await assertAimWithin(aim, caller);
      if (step !== "submit" && broadcast.mode !== "training") {
        assertSendable(deps, broadcast, now);
        await assertReachOfReplaced(db, broadcast, caller, now);
      }
      return;
    case "cancel":
      // The author of a draft may throw it away as long as it was not submitted, whatever its target.
      if (isOwnDraft(broadcast, caller)) return;
      await assertReach(db, broadcast, caller, aim);
      return;
    case "retry":
      await assertTargetsWithin(db, broadcast.broadcastNo, aim, caller, "now");
      if ((await countRetryable(db, broadcast.broadcastNo)) > 0) return;
      throw new PlatformError(
        "broadcast_state",
        "No speaker of this broadcast failed in a way that can be tried again",
      );
    default:
      await assertReach(db, broadcast, caller, aim);
  }
}

/** Each revision is kept for ever with its whole content: no person changes a draft so often. */
export const MAX_REVISIONS = 500;

function assertEditable({ state, revision }: Broadcast): void {
  if (!EDITABLE_STATES.includes(state)) {
    const when = `its message can be changed while it is ${EDITABLE_STATES.join(" or ")}`;
    throw new PlatformError("broadcast_state", `The broadcast is '${state}': ${when}`);
  }
  if (revision < MAX_REVISIONS) return;
  const message = `The broadcast has ${revision} revisions, and no room for more: write a new draft with its content`;
  throw new PlatformError("broadcast_state", message);
}

const isOwnDraft = ({ createdBy, state, submittedBy }: Broadcast, { actor }: BroadcastCaller): boolean =>
  state === "draft" && submittedBy === null && createdBy === actor.id;

/**
 * @throws PlatformError `forbidden` unless every region that the broadcast names, and every speaker that it reaches,
 * lies within the caller's limits
 */
export async function assertReach(
  db: Db,
  broadcast: Broadcast,
  caller: BroadcastCaller,
  aim: Aim = askAim(db, draftOf(broadcast).target),
): Promise<void> {
  if (broadcast.releasedAt !== null) await assertTargetsWithin(db, broadcast.broadcastNo, aim, caller);
  else await assertAimWithin(aim, caller);
}

/** A broadcast that takes another's place ends it: that needs reach over all of the other as well. */
async function assertReachOfReplaced(
  db: Db,
  broadcast: Broadcast,
  caller: BroadcastCaller,
  now: Date,
): Promise<void> {
  if (broadcast.replacesNos.length === 0) return;
  for (const old of await getBroadcasts(db, broadcast.replacesNos)) {
    const isReplaced = isCancellable(old, now) && refusesToReplace(broadcast, old) === undefined;
    if (isReplaced) await assertReach(db, old, caller);
  }
}

/**
 * With the least polygons that it could have, since every view of a broadcast asks too: the signing finds out how many
 * of them an order can carry.
 * @throws PlatformError `command_too_large`, or `invalid_request` for a start that is not before the end
 */
function assertSendable({ issuer }: Pick<BroadcastDeps, "issuer">, broadcast: Broadcast, now: Date): void {
  const complete = completeMessage(draftOf(broadcast));
  const target = { ...complete.target, polygons: leastPolygons(complete.target.polygons) };
  const message = { ...complete, target };
  const expiresAt = expiryOf(message.expiresAt, message.startsAt, now);
  assertFits(
    createStartOrder({ issuer, broadcastId: broadcast.id, message, issuedAt: now, expiresAt, attempt: 1 }),
  );
}
