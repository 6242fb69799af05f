import { PlatformError } from "../../base/errors.ts";
import { appendAudit } from "../../store/audit/index.ts";
import {
  type Broadcast,
  findAlert,
  findDocument,
  findIssued,
  getBroadcasts,
  insertAlert,
  lockAlerts,
  storeDocument,
} from "../../store/broadcast/index.ts";
import { type Client, type Db, withTransaction } from "../../store/database/index.ts";
import type { AlertJudgement, ImportResult, SignatureState } from "../cap/index.ts";
import type { BroadcastCaller, BroadcastDeps } from "../lifecycle/index.ts";
import { afterCancel } from "./cancel.ts";
import { cancelReferenced, markReferenced, recordAnswer } from "./cap-cancels.ts";
import { makeDrafts } from "./cap-drafts.ts";
import { findSameName, readRepetition, warnSameName } from "./cap-names.ts";
import { type AlertOutcome, type Import, isSeen, keyOf, nameOf } from "./cap-reach.ts";
import { issuedNames } from "./export-cap.ts";

/** The outcome of an alert. */
export interface CapImport extends AlertOutcome {
  /** True when it had come before, and nothing was done again. */
  readonly duplicate: boolean;
  /** The drafts that were made of it, or the broadcasts that it cancels or refers to. */
  readonly items: readonly Broadcast[];
  readonly signature: SignatureState;
}

/**
 * Takes an alert in CAP 1.2. It becomes drafts, cancels, or is recorded; it never releases anything. The same document
 * again does nothing.
 * @throws PlatformError `cap_invalid` with every fault, `cap_not_for_broadcast`, `cap_expired`, `cap_busy`,
 * `cap_too_complex`; the broadcasts that a refused Update refers to are marked nevertheless
 */
export async function importCap(
  deps: BroadcastDeps,
  caller: BroadcastCaller,
  xml: Buffer,
): Promise<CapImport> {
  // A person with many applications stands in one line with all of them.
  const by = caller.actor.ownerId ?? caller.actor.id ?? caller.actor.type;
  const judged = await deps.judge.judge(xml, deps.now(), by);
  if (!judged.ok) throw invalid(judged);
  const { head: alert, signature, result, warnings } = judged;
  const takeInTurn = (tx: Client) =>
    takeLocked(tx, { deps, caller, alert, signature, warnings }, xml, result);
  // A connection is taken when it is this caller's turn: waiting callers would hold one each.
  const { done, work } = await deps.imports.run(by, () => withTransaction(deps.pool, takeInTurn));

  await Promise.all(work.cancelled.map((broadcast) => afterCancel(deps, broadcast)));
  for (const broadcast of work.marked) deps.onChanged(broadcast);
  if (!done) {
    const { code, reason } = result as Extract<ImportResult, { disposition: "refused" }>;
    const marked = work.marked.filter((broadcast) => isSeen(caller, broadcast)).map(({ id }) => id);
    const more = marked.length === 0 ? "" : `; marked as superseded by it: ${marked.join(", ")}`;
    throw new PlatformError(
      code,
      `The alert ${alert.identifier} of ${alert.sender} is refused: ${reason}${more}`,
    );
  }
  if (!done.duplicate) for (const item of done.items) deps.onChanged(item);
  return {
    ...done,
    items: done.items.filter((broadcast) => isSeen(caller, broadcast)),
    signature,
    warnings: [...done.warnings, ...work.warnings],
  };
}

async function takeLocked(
  tx: Client,
  given: Pick<Import, "deps" | "caller" | "alert" | "signature"> & Pick<CapImport, "warnings">,
  xml: Buffer,
  result: ImportResult,
) {
  await lockAlerts(tx);
  const document = await storeDocument(tx, xml);
  const warnings = [...given.warnings];
  const work: Import = { ...given, warnings, document, audits: [], cancelled: [], marked: [] };
  return { done: await take(tx, work, result), work };
}

function invalid({ faults }: Extract<AlertJudgement, { ok: false }>): PlatformError {
  const [first] = faults;
  return new PlatformError(
    "cap_invalid",
    `${faults.length} fault(s); the first is at line ${first?.line}, ${first?.path}: ${first?.message}`,
    { faults: [...faults] },
  );
}

/** The effect of an alert, in its transaction. Undefined: it is refused, and on record. */
async function take(
  tx: Client,
  work: Import,
  result: ImportResult,
): Promise<(AlertOutcome & { duplicate: boolean }) | undefined> {
  const { alert, caller, signature, document, audits } = work;
  const own = await findOwn(tx, work);
  if (own) return own;
  const before = await findAlert(tx, keyOf(alert));
  const repetition = before && (await readRepetition(tx, work, before, result));
  if (repetition) return repetition;
  const sameName = before && (await findSameName(tx, work, before));
  if (sameName) work.warnings.unshift(sameName.warning);
  const outcome = await apply(tx, work, result);
  if (sameName && outcome?.disposition === "broadcast") {
    await warnSameName(tx, work, sameName.others, outcome.items);
  }
  await insertAlert(tx, {
    ...keyOf(alert),
    msgType: alert.msgType,
    status: alert.status,
    disposition: result.disposition,
    signature,
    receivedFrom: caller.actor.id,
    document,
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
}

function apply(tx: Client, work: Import, result: ImportResult): Promise<AlertOutcome | undefined> {
  switch (result.disposition) {
    case "broadcast":
      return makeDrafts(tx, work, result);
    case "cancel":
      return cancelReferenced(tx, work, result);
    case "acknowledged":
      return recordAnswer(tx, work, result);
    case "refused":
      return refuse(tx, work, result.reason);
  }
}

async function refuse(tx: Client, work: Import, reason: string): Promise<undefined> {
  const { msgType } = work.alert;
  if (msgType === "Update" || msgType === "Cancel") await markReferenced(tx, work, reason);
}

/**
 * The broadcast of an alert of ours that comes back over another platform's feed: nothing is made of it, whoever has
 * signed it. Undefined for any other alert.
 */
async function findOwn(
  tx: Client,
  { alert, caller }: Import,
): Promise<(AlertOutcome & { duplicate: true }) | undefined> {
  const number = await findIssued(tx, alert.sender, issuedNames(alert.identifier));
  if (number === undefined) return undefined;
  const items = await getBroadcasts(tx, [number]);
  const name = items.filter((broadcast) => isSeen(caller, broadcast)).map(({ id }) => ` ${id}`);
  const message = `it bears the name of this platform's own broadcast${name.join("")}: nothing was made of it`;
  const disposition = alert.msgType === "Cancel" ? "cancel" : "broadcast";
  return { duplicate: true, disposition, items, warnings: [{ rule: "own_alert", message }] };
}

/**
 * The document of which a broadcast was made, byte for byte.
 * @throws PlatformError `alert_not_found` when it was not made of one, or that is no longer kept
 */
export async function readAlertDocument(db: Db, broadcast: Broadcast): Promise<Buffer> {
  const digest = broadcast.source?.document;
  const xml = digest === undefined ? undefined : await findDocument(db, digest);
  if (xml) return xml;
  const why =
    digest === undefined
      ? "was not made of an alert"
      : "was made of an alert that is no longer kept: nothing of it was released for long";
  throw new PlatformError("alert_not_found", `The broadcast '${broadcast.id}' ${why}`);
}
