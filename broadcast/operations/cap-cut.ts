import { regionsInBoth } from "../../access/limits.ts";
import { PlatformError } from "../../base/errors.ts";
import { appendAudit } from "../../store/audit/index.ts";
import {
  addBroadcastToAlert,
  type Broadcast,
  type BroadcastSource,
  findSuccessor,
  getBroadcasts,
  lockAlerts,
  lockBroadcasts,
  markSuperseded,
  type SupersededBy,
} from "../../store/broadcast/index.ts";
import { type Client, type Db, withTransaction } from "../../store/database/index.ts";
import { regionsOutside, regionsThatMayMeet } from "../../store/devices/index.ts";
import { formatTime, type ImportWarning } from "../cap/index.ts";
import { draftOf, isEmptyTarget, readStoredSource } from "../drafting/index.ts";
import {
  type BroadcastCaller,
  type BroadcastDeps,
  getBroadcast,
  isCancellable,
  refusesToReplace,
} from "../lifecycle/index.ts";
import type { Target } from "../message/index.ts";
import { boxesOf, ownRegions, selectSpeakers } from "../targets/index.ts";
import { keyOf, mayCancelAll, nameFor } from "./cap-reach.ts";
import { storeDraft } from "./drafts.ts";

/**
 * The part of a target within some regions, and the part that was cut off. Out of shapes it takes the outside regions
 * in which they may hold somebody; regions that are known to lie elsewhere would only make a long list.
 */
async function cutTarget(db: Db, target: Target, own: readonly string[]) {
  const regions = regionsInBoth(target.regions, own);
  const gone = target.regions.filter((code) => !regions.includes(code));
  const shapes = target.polygons.length + target.circles.length;
  const outside =
    shapes > 0 ? await regionsThatMayMeet(db, await regionsOutside(db, own), boxesOf(target)) : [];
  const kept = (target.exclude ?? []).filter((code) => own.some((one) => code.startsWith(one)));
  const exclude = [...kept, ...outside];
  const { exclude: _all, ...rest } = target;
  return { target: { ...rest, regions, ...(exclude.length > 0 ? { exclude } : {}) }, gone, shapes };
}

const isWithdrawn = ({ state }: Broadcast) => state === "cancelled" || state === "rejected";

/**
 * A cut must not revive a broadcast that was on the air and has been cancelled. An alert that its author takes back is
 * a matter of its successor.
 */
function assertStands(original: Broadcast): void {
  const { id, state, cancelReason, releasedAt } = original;
  if (!isWithdrawn(original) || releasedAt === null) return;
  const why = cancelReason === null ? "" : ` (${cancelReason})`;
  throw new PlatformError("broadcast_state", `${id} is '${state}'${why}: nothing is cut from it`);
}

/**
 * A draft that was thrown away binds no other area, or one village could take an alert from all: the cut mentions it.
 */
const withdrawnHere = (original: Broadcast): ImportWarning[] =>
  isWithdrawn(original)
    ? [
        {
          rule: "original_withdrawn",
          message: `${original.id}, of which this is cut, is '${original.state}' here${
            original.cancelReason === null ? "" : `: ${original.cancelReason}`
          }`,
        },
      ]
    : [];

/**
 * The later alert that supersedes the original, if any. An unsigned one counts as its author's word where the same
 * caller brought both; the caller of a cut is another one.
 * @throws PlatformError `broadcast_superseded` when it counts as the author's word
 */
async function successorOf(
  tx: Client,
  source: BroadcastSource,
  original: Broadcast,
  now: Date,
): Promise<SupersededBy | null> {
  const rank = { status: source.status ?? "Actual", isVerified: source.signature === "verified" };
  const found = await findSuccessor(tx, keyOf(source), rank, original.createdBy);
  if (found?.taken && found.counts) {
    throw new PlatformError(
      "broadcast_superseded",
      `The CAP ${found.msgType} ${found.identifier} of the same author has come since: nothing is cut from ${original.id}`,
    );
  }
  if (original.supersededBy || !found) return original.supersededBy;
  const { taken: _taken, counts: _counts, ...by } = found;
  const sent = formatTime(found.sent);
  return { ...by, sent, at: now.toISOString(), why: `it came before ${original.id} was cut` };
}

/**
 * The broadcasts that a cut takes the place of: of those that the alert replaces, the ones that the caller may cancel
 * as a whole, such as an earlier cut. All others that are still heard go on beside it, and the people who decide are
 * told.
 */
async function replacedByCut(
  tx: Client,
  deps: BroadcastDeps,
  original: Broadcast,
  caller: BroadcastCaller,
): Promise<{ replaces: number[]; goingOn: ImportWarning[] }> {
  const replaces: number[] = [];
  const goingOn: ImportWarning[] = [];
  const all = original.replacesNos.length === 0 ? [] : await getBroadcasts(tx, original.replacesNos);
  for (const old of all) {
    if (refusesToReplace(original, old) !== undefined || !isCancellable(old, deps.now())) continue;
    if (await mayCancelAll(tx, old, caller)) replaces.push(old.broadcastNo);
    else {
      const name = nameFor(caller, old);
      const message = `the alert takes the place of ${name}, which reaches beyond ${caller.actor.id}'s area: that one goes on, also where this cut is heard, until a person cancels it or all of the alert is released`;
      goingOn.push({ rule: "older_goes_on", message });
    }
  }
  return { replaces, goingOn };
}

/**
 * Makes a draft of an imported alert for the caller's own area: it cuts off everything outside, and says so in its
 * warnings. The original stays as it is. An Update or Cancel of the alert counts for both, whether it comes before the
 * cut or after it; the cut replaces the same broadcasts as the alert, as far as the caller may cancel them.
 * @throws PlatformError `broadcast_not_found`; `alert_not_found` for a broadcast that was not made of an alert;
 * `invalid_request` when there is nothing to cut, or nothing stays; `broadcast_state` for one that was withdrawn;
 * `broadcast_superseded` for one that its author has replaced or cancelled since
 */
export async function cutToOwnArea(
  deps: BroadcastDeps,
  caller: BroadcastCaller,
  id: string,
): Promise<Broadcast> {
  const { broadcastNo } = await getBroadcast(deps.pool, caller, id);
  const own = ownRegions(caller.limits);
  if (own === undefined) {
    throw new PlatformError(
      "invalid_request",
      "You may draft for the whole country: there is nothing to cut",
    );
  }
  const draft = await withTransaction(deps.pool, async (tx) => {
    // Its Update or Cancel may be coming in at the same time.
    await lockAlerts(tx);
    const original = (await lockBroadcasts(tx, [broadcastNo]))[0]!;
    const source = readStoredSource(original.source);
    if (source === null) {
      throw new PlatformError("alert_not_found", `The broadcast '${id}' was not made of an alert`);
    }
    assertStands(original);
    const successor = await successorOf(tx, source, original, deps.now());
    const { replaces, goingOn } = await replacedByCut(tx, deps, original, caller);
    const message = draftOf(original);
    const { target, gone, shapes } = await cutTarget(tx, message.target, own);
    const speakers = isEmptyTarget(target) ? [] : await selectSpeakers(tx, target, caller.limits);
    if (speakers.length === 0) {
      throw new PlatformError(
        "invalid_request",
        `No speaker of ${id} lies within ${own.join(", ")}: nothing stays`,
      );
    }
    const warning: ImportWarning = {
      rule: "cut_to_own_area",
      // Without counts: callers who see fewer speakers read it as well.
      message: `cut by ${caller.actor.id} from ${id} to ${own.join(", ")}${
        gone.length > 0 ? `; regions that went or were narrowed: ${gone.slice(0, 50).join(", ")}` : ""
      }${shapes > 0 ? "; its polygons and circles count only inside that" : ""}`,
    };
    const warnings = [warning, ...withdrawnHere(original), ...goingOn, ...source.warnings];
    const stored = await storeDraft(
      tx,
      deps,
      caller.actor,
      { ...message, target },
      {
        action: "import",
        source: { ...source, warnings },
        // A person who has changed its words, or brought an unsigned alert, is behind those of the cut as well.
        authors: original.authors,
        replaces,
        details: { cutFrom: id, warnings },
      },
    );
    await addBroadcastToAlert(tx, { ...source, sent: new Date(source.sent) }, stored.broadcast.broadcastNo);
    if (successor) await markSuperseded(tx, stored.broadcast.broadcastNo, successor);
    await appendAudit(tx, stored.audit);
    return { ...stored.broadcast, supersededBy: successor };
  });
  deps.onChanged(draft);
  return draft;
}
