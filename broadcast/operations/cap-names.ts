import {
  type Broadcast,
  getBroadcasts,
  lockBroadcasts,
  type StoredAlert,
  warnBroadcast,
} from "../../store/broadcast/index.ts";
import type { Client } from "../../store/database/index.ts";
import type { ImportResult, ImportWarning } from "../cap/index.ts";
import { type AlertOutcome, type Import, isSeen, nameOf } from "./cap-reach.ts";
import { noteOn } from "./remark.ts";

/** Earlier imports under an alert's own name: sender, identifier and time of sending. */

const RULE = "same_name_other_content";

/**
 * The broadcasts made of a document when it came before; undefined when it is to be taken as if it were new. That is so
 * for another document under the same name, which may be the forgery or the original; for a document that is trusted
 * now, and was not; and for a caller who sees none of the broadcasts that another office has made of it.
 */
export async function readRepetition(
  tx: Client,
  { caller, signature, document }: Import,
  before: StoredAlert,
  result: ImportResult,
): Promise<(AlertOutcome & { duplicate: true }) | undefined> {
  if (!before.documents.includes(document)) return undefined;
  const all = await getBroadcasts(tx, before.broadcastNos);
  const made = all.filter(({ source }) => source?.document === document);
  const wasVerified =
    made.length > 0
      ? made.some(({ source }) => source?.signature === "verified")
      : before.signature === "verified";
  if (signature === "verified" && !wasVerified) return undefined;
  const items = made.length > 0 ? made : all;
  const isOwn = before.receivedFrom === caller.actor.id;
  if (!isOwn && !items.some((broadcast) => isSeen(caller, broadcast))) return undefined;
  const disposition = result.disposition === "refused" ? before.disposition : result.disposition;
  return { duplicate: true, disposition: disposition as AlertOutcome["disposition"], items, warnings: [] };
}

/**
 * The broadcasts made of other documents under an alert's own name, as far as its bringer may know of them, with the
 * warning; undefined when nothing else came under it.
 */
export async function findSameName(
  tx: Client,
  { alert, caller, signature, document }: Import,
  before: StoredAlert,
): Promise<{ readonly others: readonly Broadcast[]; readonly warning: ImportWarning } | undefined> {
  if (before.documents.every((one) => one === document)) return undefined;
  const all = (await getBroadcasts(tx, before.broadcastNos)).filter(
    ({ source }) =>
      source?.document !== undefined &&
      source.document !== document &&
      source.sender === alert.sender &&
      source.identifier === alert.identifier,
  );
  const others = all.filter((broadcast) => signature === "verified" || isSeen(caller, broadcast));
  if (all.length > 0 && others.length === 0) return undefined;
  const seen = others.filter((broadcast) => isSeen(caller, broadcast)).map(({ id }) => id);
  const which = seen.length === 0 ? "" : ` (${seen.slice(0, 10).join(", ")})`;
  const message = `another document with other content came under its name ${nameOf(alert)} before it${which}: one of them may be forged, ask its sender`;
  return { others, warning: { rule: RULE, message } };
}

/** Puts the same warning on the broadcasts made of the others: once, however many come. */
export async function warnSameName(
  tx: Client,
  { alert, caller, marked }: Import,
  others: readonly Broadcast[],
  items: readonly Broadcast[],
): Promise<void> {
  const unwarned = others.filter(({ source }) => !source?.warnings.some(({ rule }) => rule === RULE));
  const numbers = unwarned.map(({ broadcastNo }) => broadcastNo);
  for (const old of await lockBroadcasts(tx, numbers)) {
    const message = `another document with other content came under its name ${nameOf(alert)} after it (${items.map(({ id }) => id).join(", ")}): one of them may be forged, ask its sender`;
    const warning: ImportWarning = { rule: RULE, message };
    await warnBroadcast(tx, old.broadcastNo, [warning]);
    await noteOn(tx, old, "warned", caller.actor, message, { warnings: [warning] });
    const source = old.source && { ...old.source, warnings: [warning, ...old.source.warnings] };
    marked.push({ ...old, source });
  }
}
