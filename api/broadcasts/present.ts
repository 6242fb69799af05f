import { setImmediate as nextTurn } from "node:timers/promises";
import type { FastifyRequest } from "fastify";
import type { z } from "zod";
import { decide } from "../../access/decide.ts";
import type { Limits } from "../../access/limits.ts";
import type { Action } from "../../access/roles.ts";
import { breather } from "../../base/breather.ts";
import {
  draftOf,
  missingOfStored,
  readStoredAttachments,
  readStoredMessage,
  readStoredSource,
  warningsOfStored,
} from "../../broadcast/drafting/index.ts";
import {
  airedUntil,
  type BroadcastCaller,
  broadcastReach,
  EDITABLE_STATES,
  seesWhole,
} from "../../broadcast/lifecycle/index.ts";
import { toNewsCounts } from "../../broadcast/proof/index.ts";
import {
  type Broadcast,
  type BroadcastNote,
  type BroadcastReach,
  countTargetsOfPage,
  type HistoryStep,
  listHistory,
  listNotes,
  listReplacing,
} from "../../store/broadcast/index.ts";
import type { Db } from "../../store/database/index.ts";
import { countTargetsWithin } from "../../store/devices/index.ts";
import { actorOf } from "../audit/actor.ts";
import { grantOf } from "../guard.ts";
import type { broadcastDetailSchema, broadcastItemSchema, broadcastSchema, noteSchema } from "./schema.ts";

/**
 * The caller of this request, the area of the action that they ask for, and the area in which they may read broadcasts.
 */
export function broadcastCallerOf(request: FastifyRequest): BroadcastCaller {
  const { principal, limits } = grantOf(request);
  const limitsOf = (action: Action) => {
    const decision = decide(principal, action);
    return decision.allowed ? decision.limits : [];
  };
  return {
    actor: actorOf(request),
    limits,
    sees: limitsOf("broadcasts:read"),
    cancels: limitsOf("broadcasts:cancel"),
  };
}

/**
 * A broadcast as the API shows it. A large one gets a turn of its own, since it holds the thread and is written out
 * next.
 */
export async function presentBroadcast(broadcast: Broadcast): Promise<z.output<typeof broadcastSchema>> {
  const [shown] = await presentBroadcasts([broadcast]);
  return shown!;
}

/** Several broadcasts; large ones get turns of their own. */
export async function presentBroadcasts(
  broadcasts: readonly Broadcast[],
): Promise<z.output<typeof broadcastSchema>[]> {
  const shown: z.output<typeof broadcastSchema>[] = [];
  // They have just been read in this turn.
  await nextTurn();
  const breathe = breather();
  for (const broadcast of broadcasts) {
    shown.push(present(broadcast));
    await breathe();
  }
  return shown;
}

function present(broadcast: Broadcast): z.output<typeof broadcastSchema> {
  const {
    broadcastNo: _no,
    replacesNos: _numbers,
    replaces,
    regions,
    attachments,
    source,
    template,
    ...rest
  } = broadcast;
  // The other texts of an alert may be long, so only the detail has them.
  const stored = readStoredMessage(broadcast);
  const { cap: _cap, ...message } = stored.draft;
  const canBeSubmitted = EDITABLE_STATES.includes(broadcast.state);
  const now = new Date();
  const missing = canBeSubmitted ? missingOfStored(stored, now) : [];
  return {
    ...rest,
    message,
    airedUntil: airedUntil(broadcast, now),
    template: template && { source: template.source, id: template.id, version: template.version },
    warnings: warningsOfStored(stored, template),
    missing: missing.map(({ path, message: what }) => ({ path, message: what })),
    regions: [...regions],
    replaces: [...replaces],
    attachments: readStoredAttachments(attachments),
    source: presentSource(source),
  };
}

function presentSource(stored: unknown) {
  const source = readStoredSource(stored);
  if (source === null) return null;
  const { status = null, document, warnings } = source;
  return { ...source, status, warnings: [...warnings], document: document !== undefined };
}

/** Several broadcasts for a page of a list, with their targets within the limits by state. */
export async function presentItems(
  db: Db,
  reach: BroadcastReach,
  broadcasts: readonly Broadcast[],
): Promise<z.output<typeof broadcastItemSchema>[]> {
  const released = broadcasts.filter(({ releasedAt }) => releasedAt !== null);
  const counts = await countTargetsOfPage(db, released, reach);
  const shown = await presentBroadcasts(broadcasts);
  return broadcasts.map(({ broadcastNo }, at) => {
    const own = counts.get(broadcastNo);
    return { ...shown[at]!, counts: own ? toNewsCounts(own) : null };
  });
}

export const presentNote = ({ noteNo, ...note }: BroadcastNote): z.output<typeof noteSchema> => ({
  note: noteNo,
  ...note,
});

export const NOTES_IN_DETAIL = 50;

/**
 * One broadcast, with all that the caller may see around it.
 * @param notes how many notes, the newest first
 */
export async function presentDetail(
  db: Db,
  caller: Pick<BroadcastCaller, "actor" | "sees">,
  broadcast: Broadcast,
  notes = NOTES_IN_DETAIL,
): Promise<z.output<typeof broadcastDetailSchema>> {
  const reach = broadcastReach(caller.sees, caller.actor.tenantId);
  const [item] = await presentItems(db, reach, [broadcast]);
  const { items } = await listNotes(db, broadcast.broadcastNo, { limit: notes });
  return {
    ...item!,
    alert: draftOf(broadcast).cap ?? null,
    replacedBy: await listReplacing(db, broadcast.broadcastNo, reach),
    notes: items.map(presentNote),
  };
}

/** Numbers in the history. A caller who sees a part of the speakers does not learn how many there are in all. */
const COUNTED = new Set(["targets", "again", "notAgain", "corrected", "corrections"]);

/** Rows of earlier versions name their counts as the database does. */
function withApiNames(step: HistoryStep): HistoryStep {
  const { targets } = step.details;
  if (typeof targets !== "object" || targets === null || !("handed_over" in targets)) return step;
  const { handed_over: handedOver, ...same } = targets;
  return { ...step, details: { ...step.details, targets: { ...same, handedOver } } };
}

/** The history of a broadcast as the caller may see it. */
export async function presentHistory(db: Db, broadcast: Broadcast, limits: Limits): Promise<HistoryStep[]> {
  const history = (await listHistory(db, broadcast.broadcastNo)).map(withApiNames);
  if (broadcast.releasedAt === null || seesWhole(limits, broadcast)) return history;
  const { all, within } = await countTargetsWithin(db, broadcast.broadcastNo, limits);
  if (within === all) return history;
  return history.map((step) => ({
    ...step,
    details: Object.fromEntries(Object.entries(step.details).filter(([key]) => !COUNTED.has(key))),
  }));
}
