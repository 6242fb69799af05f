import { PlatformError } from "../errors.ts";
import { type AuditEntry, appendAudit } from "../store/audit.ts";
import { type Broadcast, type BroadcastSource, getBroadcasts, lockBroadcasts } from "../store/broadcasts.ts";
import {
  type AlertKey,
  findAlert,
  findReferenced,
  findSuccessor,
  insertAlert,
  lockAlerts,
  type StoredAlert,
} from "../store/cap-alerts.ts";
import { type Client, withTransaction } from "../store/database.ts";
import type { CapAlert, CapReference } from "./cap/alert.ts";
import { type ImportResult, importAlert } from "./cap/import.ts";
import { parseAlert } from "./cap/parse.ts";
import { type SignatureState, verifySignatures } from "./cap/signature.ts";
import { type Draft, draftOf } from "./draft.ts";
import type { BroadcastDeps, Caller } from "./service.ts";
import { storeDraft } from "./service-drafts.ts";
import { afterCancel, canBeCancelled, cancelOne, isUnreleased, noteOn } from "./service-release.ts";
import { countOutside, selectAllSpeakers } from "./targets.ts";
import { seesBroadcast } from "./visibility.ts";

/** What became of an alert. */
export interface CapImport {
  /** It had come before, and nothing was done again. */
  readonly duplicate: boolean;
  readonly disposition: "broadcast" | "cancel" | "acknowledged";
  /** The drafts that were made of it, or the broadcasts that it cancels or speaks of. */
  readonly items: readonly Broadcast[];
  readonly signature: SignatureState;
  readonly warnings: readonly { readonly rule: string; readonly message: string }[];
}

type Warning = CapImport["warnings"][number];
type Outcome = Omit<CapImport, "duplicate" | "signature">;

const keyOf = ({ sender, identifier, sent }: CapReference): AlertKey => ({
  sender,
  identifier,
  sent: new Date(sent),
});

const nameOf = ({ sender, identifier, sent }: CapReference) => `${sender},${identifier},${sent}`;

/** What the parts of an import have in common. */
interface Import {
  readonly deps: BroadcastDeps;
  readonly caller: Caller;
  readonly alert: CapAlert;
  readonly signature: SignatureState;
  readonly audits: AuditEntry[];
  /** Broadcasts that are cancelled by it, to be told to the speakers after the commit. */
  readonly cancelled: Broadcast[];
}

/**
 * Takes an alert in CAP 1.2. It becomes drafts, cancels, or is recorded; nothing is ever released by it. The same
 * alert again (sender, identifier, sent) does nothing.
 * @throws PlatformError `cap_invalid` with every fault, `cap_not_for_broadcast`, `cap_expired`
 */
export async function importCap(deps: BroadcastDeps, caller: Caller, xml: Buffer): Promise<CapImport> {
  const parsed = parseAlert(xml);
  if (!parsed.ok) {
    const [first] = parsed.faults;
    throw new PlatformError(
      "cap_invalid",
      `${parsed.faults.length} fault(s); the first is at line ${first?.line}, ${first?.path}: ${first?.message}`,
      { faults: [...parsed.faults] },
    );
  }
  const { alert } = parsed;
  const now = deps.now();
  const { state: signature } = verifySignatures(xml, deps.trustedCertificates.get(alert.sender) ?? [], now);
  const result = importAlert(alert, { now });
  const audits: AuditEntry[] = [];
  const cancelled: Broadcast[] = [];
  const work: Import = { deps, caller, alert, signature, audits, cancelled };

  const done = await withTransaction(deps.pool, async (tx) => {
    await lockAlerts(tx);
    const before = await findAlert(tx, keyOf(alert));
    const repetition = before && (await readRepetition(tx, work, before));
    if (repetition) return repetition;
    const outcome = result.disposition === "refused" ? undefined : await apply(tx, work, result);
    await insertAlert(tx, {
      ...keyOf(alert),
      msgType: alert.msgType,
      status: alert.status,
      disposition: result.disposition,
      signature,
      receivedFrom: caller.actor.id,
      xml,
      broadcastNos: outcome?.items.map(({ broadcastNo }) => broadcastNo) ?? [],
      references: alert.references.map(keyOf),
    });
    audits.push({
      actor: caller.actor,
      action: "cap-alert.import",
      object: { type: "cap-alert", id: nameOf(alert) },
      after: {
        disposition: result.disposition,
        signature,
        broadcasts: outcome?.items.map(({ id }) => id) ?? [],
        ...(result.disposition === "refused" ? { reason: result.reason } : {}),
      },
    });
    for (const audit of audits) await appendAudit(tx, audit);
    return outcome && { ...outcome, duplicate: false };
  });

  for (const broadcast of cancelled) await afterCancel(deps, broadcast);
  if (!done) {
    const { code, reason } = result as Extract<ImportResult, { disposition: "refused" }>;
    throw new PlatformError(code, `The alert ${alert.identifier} of ${alert.sender} is refused: ${reason}`);
  }
  if (!done.duplicate) for (const item of done.items) deps.onChanged(item);
  const more = [...parsed.warnings, ...result.warnings, ...signatureWarnings(signature)];
  const warnings = [...done.warnings, ...more].map(({ rule, message }) => ({ rule, message }));
  const items = done.items.filter((broadcast) => isSeen(caller, broadcast));
  return { ...done, items, signature, warnings };
}

/**
 * What was made of an alert when it came before; undefined when it is to be taken as if it were new. That is so for
 * one that is trusted after one that was not, which anybody may have forged; and for somebody who sees nothing of
 * what another office has made of it.
 */
async function readRepetition(
  tx: Client,
  { caller, signature }: Import,
  before: StoredAlert,
): Promise<(Outcome & { duplicate: true }) | undefined> {
  if (before.disposition === "refused") return undefined;
  if (signature === "verified" && before.signature !== "verified") return undefined;
  const items = await getBroadcasts(tx, before.broadcastNos);
  const isOwn = before.receivedFrom === caller.actor.id;
  if (!isOwn && !items.some((broadcast) => isSeen(caller, broadcast))) return undefined;
  const disposition = before.disposition as Outcome["disposition"];
  return { duplicate: true, disposition, items, warnings: [] };
}

function signatureWarnings(state: SignatureState): Warning[] {
  const texts: Partial<Record<SignatureState, string>> = {
    absent: "it carries no signature: check who sent it",
    untrusted: "nobody whom this platform trusts has signed it: check who sent it",
    invalid: "its signature does not match its content: it may have been altered",
  };
  const message = texts[state];
  return message === undefined ? [] : [{ rule: `signature_${state}`, message }];
}

function apply(tx: Client, work: Import, result: Exclude<ImportResult, { disposition: "refused" }>) {
  switch (result.disposition) {
    case "broadcast":
      return makeDrafts(tx, work, result);
    case "cancel":
      return cancelReferenced(tx, work, result);
    case "acknowledged":
      return recordAnswer(tx, work, result);
  }
}

/**
 * The broadcasts that an alert refers to, and the references that nobody knows. What its bringer does not see counts
 * as unknown, unless the alert itself is trusted: neither its existence is told, nor can a stranger touch it.
 */
async function findAll(tx: Client, { caller, signature }: Import, references: readonly CapReference[]) {
  const numbers = new Set<number>();
  const unknown: CapReference[] = [];
  for (const reference of references) {
    const { known, broadcastNos } = await findReferenced(tx, keyOf(reference));
    const found = await getBroadcasts(tx, broadcastNos);
    const touched = found.filter((broadcast) => signature === "verified" || isSeen(caller, broadcast));
    if (!known || (found.length > 0 && touched.length === 0)) unknown.push(reference);
    for (const { broadcastNo } of touched) numbers.add(broadcastNo);
  }
  return { broadcasts: await lockBroadcasts(tx, [...numbers]), unknown };
}

const isSeen = ({ actor, sees }: Caller, broadcast: Broadcast) =>
  seesBroadcast(sees, actor.tenantId, broadcast);

const unknownWarning = (reference: CapReference): Warning => ({
  rule: "reference_unknown",
  message: `it refers to ${nameOf(reference)}, which this platform has never seen: a human decides`,
});

/**
 * Drafts of an Alert or Update. What an Update replaces is never released any more; what of it is on air goes on
 * until the Update is released, because an old warning is better than none.
 */
async function makeDrafts(
  tx: Client,
  work: Import,
  { messages, replaces }: Extract<ImportResult, { disposition: "broadcast" }>,
): Promise<Outcome> {
  const { deps, caller, alert, signature } = work;
  const { broadcasts: referenced, unknown } = await findAll(tx, work, replaces);
  // Only the author of an alert may replace it.
  const older = referenced.filter((broadcast) => isFrom(broadcast, alert.sender));
  const warnings: Warning[] = [...unknown.map(unknownWarning), ...foreign(referenced, older, alert)];
  const drafts = messages.map(({ draft }): Draft => ({ ...draft, mode: draft.mode ?? "training" }));
  if (messages.some(({ draft }) => draft.mode === undefined)) {
    warnings.push({
      rule: "mode_assumed",
      message: "without a mode it is taken for a training, which never sounds",
    });
  }
  for (const [index, { missing }] of messages.entries()) {
    for (const { path, message } of missing) {
      warnings.push({ rule: "incomplete", message: `message ${index + 1}, ${path}: ${message}` });
    }
  }
  const source: BroadcastSource = {
    sender: alert.sender,
    identifier: alert.identifier,
    sent: alert.sent,
    msgType: alert.msgType,
    signature,
    warnings: warnings.map(({ message }) => message),
  };
  const items: Broadcast[] = [];
  for (const [index, draft] of drafts.entries()) {
    const replacedByThis = older.filter((old) => successorOf(old, drafts) === index);
    const stored = await storeDraft(tx, deps, caller.actor, draft, {
      action: "import",
      source,
      replaces: replacedByThis.map(({ broadcastNo }) => broadcastNo),
    });
    items.push(stored.broadcast);
    work.audits.push(stored.audit);
  }
  const names = items.map(({ id }) => id).join(", ");
  for (const old of older.filter(isUnreleased)) {
    if (signature === "verified" || (await mayWithdraw(tx, old, caller))) {
      await cancelOld(tx, work, old, `updated by ${names}`);
    }
  }
  const successor = await findSuccessor(tx, keyOf(alert), caller.actor.id);
  if (successor) {
    const why = `its ${successor.msgType} ${successor.identifier} came before it`;
    warnings.push({ rule: "already_replaced", message: `${why}: its drafts are cancelled` });
    for (const [index, item] of items.entries()) {
      await cancelOld(tx, work, item, why);
      items[index] = work.cancelled.at(-1)!;
    }
  }
  return { disposition: "broadcast", items, warnings };
}

/** Which of an Update's messages takes the place of an older one: that of the same event, or the first. */
const successorOf = (old: Broadcast, drafts: readonly Draft[]): number =>
  Math.max(
    0,
    drafts.findIndex(({ eventCode }) => eventCode === old.eventCode),
  );

/** Whether a broadcast was made of this sender's alert, or is ours under that name. */
const isFrom = (broadcast: Broadcast, sender: string) =>
  (broadcast.source?.sender ?? broadcast.capSender) === sender;

const foreign = (all: readonly Broadcast[], own: readonly Broadcast[], alert: CapAlert): Warning[] =>
  all.length === own.length
    ? []
    : [
        {
          rule: "reference_foreign",
          message: `it refers to an alert of another sender than ${alert.sender}`,
        },
      ];

async function cancelOld(tx: Client, work: Import, old: Broadcast, why: string): Promise<void> {
  const { alert, caller, deps } = work;
  const reason = `CAP ${alert.msgType} ${alert.identifier} of ${alert.sender}: ${why}`;
  const step = await cancelOne(tx, old, { actor: caller.actor, now: deps.now(), reason });
  work.audits.push(step.audit);
  work.cancelled.push(step.broadcast);
}

/**
 * A Cancel ends what was made of the alert. Before release that is done at once, so that it is never aired. What is
 * on air ends at once when the Cancel's own author has signed it and is trusted; otherwise the wish is noted on the
 * broadcast, and a person decides.
 */
async function cancelReferenced(
  tx: Client,
  work: Import,
  { cancels, mode }: Extract<ImportResult, { disposition: "cancel" }>,
): Promise<Outcome> {
  const { alert, caller, signature } = work;
  const now = work.deps.now();
  const { broadcasts, unknown } = await findAll(tx, work, cancels);
  const warnings: Warning[] = unknown.map(unknownWarning);
  const items: Broadcast[] = [];
  for (const broadcast of broadcasts) {
    const isOwn = isFrom(broadcast, alert.sender) && fits(mode, broadcast);
    const mayEnd = signature === "verified" || (await mayWithdraw(tx, broadcast, caller));
    if (isOwn && mayEnd && canBeCancelled(broadcast, now)) {
      await cancelOld(tx, work, broadcast, alert.note ?? "cancelled by its author");
      items.push(work.cancelled.at(-1)!);
      continue;
    }
    const why = `CAP Cancel ${alert.identifier} of ${alert.sender}, signature ${signature}${alert.note === undefined ? "" : `: ${alert.note}`}`;
    await noteOn(tx, broadcast, "cancel_proposed", caller.actor, why, { cap: nameOf(alert), signature });
    work.audits.push({
      actor: caller.actor,
      action: "broadcast.propose-cancel",
      object: { type: "broadcast", id: broadcast.id },
      reason: why,
    });
    if (canBeCancelled(broadcast, now)) {
      warnings.push({
        rule: "cancel_proposed",
        message: `${broadcast.id} goes on until a person cancels it: ${why}`,
      });
    }
    items.push(broadcast);
  }
  return { disposition: "cancel", items, warnings };
}

/** An exercise's Cancel does not end what is actual. */
const fits = (mode: Broadcast["mode"], broadcast: Broadcast) => mode === broadcast.mode;

/**
 * Whether whoever brings an alert that nobody vouches for may end a broadcast by it: before release, and where they
 * could cancel it by hand, which is all of its target.
 */
async function mayWithdraw(tx: Client, broadcast: Broadcast, { cancels }: Caller): Promise<boolean> {
  if (!isUnreleased(broadcast) || cancels.length === 0) return false;
  return countOutside(await selectAllSpeakers(tx, draftOf(broadcast).target), cancels) === 0;
}

/** An Ack or Error about alerts of ours. It is recorded, and never aired. */
async function recordAnswer(
  tx: Client,
  work: Import,
  { accepted, references, note }: Extract<ImportResult, { disposition: "acknowledged" }>,
): Promise<Outcome> {
  const { alert, caller } = work;
  const { broadcasts, unknown } = await findAll(tx, work, references);
  for (const broadcast of broadcasts) {
    const reason = `${alert.sender}${note === undefined ? "" : `: ${note}`}`;
    const details = { cap: nameOf(alert) };
    await noteOn(tx, broadcast, accepted ? "acknowledged" : "error_reported", caller.actor, reason, details);
  }
  return { disposition: "acknowledged", items: broadcasts, warnings: unknown.map(unknownWarning) };
}
