import { PlatformError } from "../../base/errors.ts";
import type { AuditEntry } from "../../store/audit/index.ts";
import {
  type AlertKey,
  type Broadcast,
  findReferenced,
  getBroadcasts,
  lockBroadcasts,
  markSuperseded,
} from "../../store/broadcast/index.ts";
import type { Client } from "../../store/database/index.ts";
import {
  type AlertHead,
  type CapReference,
  type ImportWarning,
  MODE_OF_STATUS,
  type SignatureState,
} from "../cap/index.ts";
import {
  assertReach,
  type BroadcastCaller,
  type BroadcastDeps,
  isCancellable,
  isUnreleased,
  seesBroadcast,
} from "../lifecycle/index.ts";
import { cancelOne } from "./cancel.ts";
import { noteOn } from "./remark.ts";

/** The data that the parts of an import share. */
export interface Import {
  readonly deps: BroadcastDeps;
  readonly caller: BroadcastCaller;
  readonly alert: AlertHead;
  readonly signature: SignatureState;
  /** About the document itself, and about others under its name. */
  readonly warnings: ImportWarning[];
  /** The name of the document. */
  readonly document: string;
  readonly audits: AuditEntry[];
  /** Broadcasts that it cancels, to be told to the speakers after the commit. */
  readonly cancelled: Broadcast[];
  /** Broadcasts that it marks or warns of. */
  readonly marked: Broadcast[];
}

export interface AlertOutcome {
  readonly disposition: "broadcast" | "cancel" | "acknowledged";
  readonly items: readonly Broadcast[];
  readonly warnings: readonly ImportWarning[];
}

export const keyOf = ({ sender, identifier, sent }: CapReference): AlertKey => ({
  sender,
  identifier,
  sent: new Date(sent),
});

export const nameOf = ({ sender, identifier, sent }: CapReference) => `${sender},${identifier},${sent}`;

/** A note of the alert's author, short enough for a history. */
export const shortNote = (note: string) =>
  note.length > 500 ? `${note.slice(0, 499).toWellFormed()}…` : note;

export const isSeen = ({ actor, sees }: BroadcastCaller, broadcast: Broadcast) =>
  seesBroadcast(sees, actor.tenantId, broadcast);

/** The name of a broadcast in front of a caller: broadcasts of others get none. */
export const nameFor = (caller: BroadcastCaller, broadcast: Broadcast) =>
  isSeen(caller, broadcast) ? broadcast.id : "an earlier broadcast";

/**
 * The broadcasts that an alert refers to, and the unknown references. A broadcast that its bringer does not see counts
 * as unknown, unless the alert itself is trusted: a stranger neither learns of its existence nor can touch it.
 */
export async function findAll(
  tx: Client,
  { caller, signature }: Import,
  references: readonly CapReference[],
): Promise<{ broadcasts: Broadcast[]; unknown: CapReference[] }> {
  if (references.length === 0) return { broadcasts: [], unknown: [] };
  const found = await findReferenced(tx, references.map(keyOf));
  const all = await getBroadcasts(tx, [...new Set(found.flatMap((numbers) => numbers ?? []))]);
  const touched = new Set(
    all
      .filter((broadcast) => signature === "verified" || isSeen(caller, broadcast))
      .map(({ broadcastNo }) => broadcastNo),
  );
  const unknown = references.filter((_reference, index) => {
    const numbers = found[index];
    return numbers === undefined || (numbers.length > 0 && !numbers.some((number) => touched.has(number)));
  });
  return { broadcasts: await lockBroadcasts(tx, [...touched]), unknown };
}

/** References that are named one by one; an alert has 500 at most (`cap/values.ts`). */
const MAX_NAMED = 20;

export function unknownWarnings(unknown: readonly CapReference[]): ImportWarning[] {
  const rule = "reference_unknown";
  const more = unknown.length - MAX_NAMED;
  const named = unknown.slice(0, MAX_NAMED).map((reference) => ({
    rule,
    message: `it refers to ${nameOf(reference)}, which this platform has never seen: a human decides`,
  }));
  return more > 0 ? [...named, { rule, message: `so it is with ${more} more that it refers to` }] : named;
}

/** True when a broadcast was made of this sender's alert, or is ours under that name. */
const isFrom = (broadcast: Broadcast, sender: string) =>
  (broadcast.source?.sender ?? broadcast.capSender) === sender;

/**
 * The reason why an alert has no power over a broadcast, whatever its bringer may do; undefined when it has. It has
 * power only over broadcasts of its own author and its own status, so that no exercise, test or draft touches an actual
 * one; and only a document that a trusted certificate has signed touches another one of that kind.
 */
export function whyNoPower(
  { deps, caller, alert, signature }: Import,
  old: Broadcast,
): ImportWarning | undefined {
  if (!isFrom(old, alert.sender)) {
    return {
      rule: "reference_foreign",
      message: `what it refers to was made of an alert of another sender than ${alert.sender}: that one stays as it is`,
    };
  }
  const mode = MODE_OF_STATUS[alert.status];
  if (mode !== old.mode || (old.source?.status ?? alert.status) !== alert.status) {
    const was =
      old.source?.status === undefined ? `mode '${old.mode}'` : `status ${old.source.status} (${old.mode})`;
    return {
      rule: "reference_other_status",
      message: `its status is ${alert.status}, and ${nameFor(caller, old)} has ${was}: that one stays as it is`,
    };
  }
  const wasSigned = old.source ? old.source.signature === "verified" : deps.alertSigning !== undefined;
  if (wasSigned && signature !== "verified") {
    return {
      rule: "reference_signed",
      message: `what ${nameFor(caller, old)} was made of is signed and trusted, and this alert is not: that one stays as it is`,
    };
  }
  return undefined;
}

/**
 * True when the bringer of an alert that no trusted sender signed may end a broadcast by it: before release, and where
 * they could cancel it by hand, which takes all of its target.
 */
export const mayWithdraw = async (
  tx: Client,
  broadcast: Broadcast,
  caller: BroadcastCaller,
): Promise<boolean> => isUnreleased(broadcast) && (await mayCancelAll(tx, broadcast, caller));

/** True when a caller could cancel a broadcast by hand, as far as its reach goes. */
export async function mayCancelAll(
  tx: Client,
  broadcast: Broadcast,
  caller: BroadcastCaller,
): Promise<boolean> {
  if (caller.cancels.length === 0) return false;
  try {
    await assertReach(tx, broadcast, { ...caller, limits: caller.cancels });
    return true;
  } catch (error) {
    if (error instanceof PlatformError && error.code === "forbidden") return false;
    throw error;
  }
}

/**
 * True when an alert may take the place of a broadcast, which then ends when the alert's own is released: by the word
 * of its trusted author, or where its bringer could cancel all of the other by hand. Any other alert only marks.
 */
export const mayReplace = async (
  tx: Client,
  { caller, signature }: Pick<Import, "caller" | "signature">,
  old: Broadcast,
): Promise<boolean> => signature === "verified" || (await mayCancelAll(tx, old, caller));

/** Cancels a broadcast by an alert. @returns the broadcast as it is now */
export async function cancelOld(tx: Client, work: Import, old: Broadcast, why: string): Promise<Broadcast> {
  const { alert, caller, deps } = work;
  const reason = `CAP ${alert.msgType} ${alert.identifier} of ${alert.sender}: ${why}`;
  const step = await cancelOne(tx, old, { actor: caller.actor, now: deps.now(), reason });
  work.audits.push(step.audit);
  work.cancelled.push(step.broadcast);
  return step.broadcast;
}

/**
 * Marks a broadcast that may still be heard or released as superseded by an alert: its release then needs a person who
 * says that they know. The same mark again is no new one.
 * @returns the broadcast as it is now
 */
export async function mark(
  tx: Client,
  work: Import,
  old: Broadcast,
  by: CapReference & { readonly msgType: string },
  why: string,
): Promise<Broadcast> {
  const { deps, caller } = work;
  const present = old.supersededBy;
  const isSame = present !== null && nameOf(present) === nameOf(by) && present.msgType === by.msgType;
  if (!isCancellable(old, deps.now()) || isSame) return old;
  const { sender, identifier, sent, msgType } = by;
  const supersededBy = { sender, identifier, sent, msgType, at: deps.now().toISOString(), why };
  await markSuperseded(tx, old.broadcastNo, supersededBy);
  const reason = `CAP ${msgType} ${identifier} of ${sender}, sent ${sent}: ${why}`;
  await noteOn(tx, old, "superseded", caller.actor, reason, { cap: nameOf(by) });
  work.audits.push({
    actor: caller.actor,
    action: "broadcast.mark-superseded",
    object: { type: "broadcast", id: old.id },
    reason,
  });
  const after = { ...old, supersededBy };
  work.marked.push(after);
  return after;
}
