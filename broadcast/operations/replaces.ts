import { type Fault, PlatformError } from "../../base/errors.ts";
import { type Broadcast, findBroadcast, getBroadcasts } from "../../store/broadcast/index.ts";
import type { Client } from "../../store/database/index.ts";
import { assertReach, type BroadcastCaller, broadcastReach, refusesToReplace } from "../lifecycle/index.ts";

/**
 * The numbers of the broadcasts that a draft is to replace, as the caller has named them. The caller must see each, and
 * have the same rights over all of its reach: it is cancelled when the draft is released.
 * @throws PlatformError `invalid_request` with each one that is unknown, the draft itself or of another mode;
 * `forbidden` for one that reaches beyond the caller's limits
 */
export async function findReplaced(
  tx: Client,
  caller: BroadcastCaller,
  draft: Pick<Broadcast, "mode"> & { readonly id?: string },
  ids: readonly string[],
): Promise<number[]> {
  const reach = broadcastReach(caller.sees, caller.actor.tenantId);
  const faults: Fault[] = [];
  const numbers = new Set<number>();
  for (const [index, id] of ids.entries()) {
    const refuse = (message: string) => faults.push({ path: `/replaces/${index}`, message });
    const older = await findBroadcast(tx, id, reach);
    if (!older) refuse(`there is no broadcast '${id}'`);
    else if (older.id === draft.id) refuse("a broadcast does not replace itself");
    else {
      const reason = refusesToReplace(draft, older);
      if (reason === undefined) await assertReach(tx, older, caller);
      if (reason === undefined) numbers.add(older.broadcastNo);
      else refuse(reason);
    }
  }
  if (faults.length > 0) throw refused(faults);
  return [...numbers];
}

/**
 * Checks again the broadcasts that a draft replaces when its mode changes and the caller has not named them again.
 * @throws PlatformError `invalid_request` when one of them is of another mode now
 */
export async function assertStillReplaces(
  tx: Client,
  draft: Broadcast,
  mode: Broadcast["mode"],
): Promise<void> {
  const older = draft.replacesNos.length === 0 ? [] : await getBroadcasts(tx, draft.replacesNos);
  const faults = older.flatMap((each) => {
    const reason = refusesToReplace({ mode }, each);
    return reason === undefined ? [] : [{ path: "/mode", message: `${reason}: give 'replaces' anew` }];
  });
  if (faults.length > 0) throw refused(faults);
}

const refused = (faults: Fault[]) =>
  new PlatformError(
    "invalid_request",
    faults.map(({ path, message }) => `body${path}: ${message}`).join("; "),
    {
      faults,
    },
  );
