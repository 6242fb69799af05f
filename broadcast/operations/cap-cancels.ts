import type { Broadcast } from "../../store/broadcast/index.ts";
import type { Client } from "../../store/database/index.ts";
import type { ImportResult } from "../cap/index.ts";
import { isCancellable } from "../lifecycle/index.ts";
import {
  type AlertOutcome,
  cancelOld,
  findAll,
  type Import,
  mark,
  mayWithdraw,
  nameFor,
  nameOf,
  shortNote,
  unknownWarnings,
  whyNoPower,
} from "./cap-reach.ts";
import { noteOn } from "./remark.ts";

/**
 * A Cancel ends the broadcasts made of the alert. Before release that is done at once, so that they are never aired. A
 * broadcast on air ends at once when the Cancel's own author has signed it and is trusted; otherwise the wish is noted
 * on the broadcast, and a person decides.
 */
export async function cancelReferenced(
  tx: Client,
  work: Import,
  { cancels }: Extract<ImportResult, { disposition: "cancel" }>,
): Promise<AlertOutcome> {
  const { alert, caller, signature } = work;
  const said = alert.note === undefined ? undefined : shortNote(alert.note);
  const { broadcasts, unknown } = await findAll(tx, work, cancels);
  const warnings = unknownWarnings(unknown);
  const items: Broadcast[] = [];
  for (const broadcast of broadcasts) {
    const powerless = whyNoPower(work, broadcast);
    if (powerless) warnings.push(powerless);
    const mayEnd =
      powerless === undefined && (signature === "verified" || (await mayWithdraw(tx, broadcast, caller)));
    if (mayEnd && isCancellable(broadcast, work.deps.now())) {
      items.push(await cancelOld(tx, work, broadcast, said ?? "cancelled by its author"));
      continue;
    }
    items.push(
      powerless === undefined
        ? await mark(tx, work, broadcast, alert, said ?? "its author says that it is over")
        : broadcast,
    );
    const note = said === undefined ? "" : `: ${said}`;
    const why = `CAP Cancel ${alert.identifier} of ${alert.sender}, signature ${signature}${note}`;
    await noteOn(tx, broadcast, "cancel_proposed", caller.actor, why, { cap: nameOf(alert), signature });
    work.audits.push({
      actor: caller.actor,
      action: "broadcast.propose-cancel",
      object: { type: "broadcast", id: broadcast.id },
      reason: why,
    });
    if (isCancellable(broadcast, work.deps.now())) {
      warnings.push({
        rule: "cancel_proposed",
        message: `${nameFor(caller, broadcast)} goes on until a person cancels it: ${why}`,
      });
    }
  }
  return { disposition: "cancel", items, warnings };
}

/** An Ack or Error about alerts of ours. It is recorded, and never aired. */
export async function recordAnswer(
  tx: Client,
  work: Import,
  { accepted, references, note }: Extract<ImportResult, { disposition: "acknowledged" }>,
): Promise<AlertOutcome> {
  const { alert, caller } = work;
  const { broadcasts, unknown } = await findAll(tx, work, references);
  for (const broadcast of broadcasts) {
    const reason = `${alert.sender}${note === undefined ? "" : `: ${shortNote(note)}`}`;
    const details = { cap: nameOf(alert), status: alert.status };
    await noteOn(tx, broadcast, accepted ? "acknowledged" : "error_reported", caller.actor, reason, details);
  }
  return { disposition: "acknowledged", items: broadcasts, warnings: unknownWarnings(unknown) };
}

/**
 * An Update of which nothing is made (it has expired, has no info, or is not for the public) still says that the alerts
 * that it refers to are out of date.
 * @returns the broadcasts that are marked by it
 */
export async function markReferenced(tx: Client, work: Import, why: string): Promise<void> {
  const { broadcasts } = await findAll(tx, work, work.alert.references);
  for (const broadcast of broadcasts) {
    if (whyNoPower(work, broadcast) === undefined) {
      await mark(tx, work, broadcast, work.alert, `it was refused: ${why}`);
    }
  }
}
