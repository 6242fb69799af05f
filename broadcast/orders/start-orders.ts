import { type Broadcast, insertOrder, readOrders, reopenTargets } from "../../store/broadcast/index.ts";
import type { Client } from "../../store/database/index.ts";
import { completeMessage, draftOf } from "../drafting/index.ts";
import type { BroadcastDeps } from "../lifecycle/index.ts";
import { createStartOrder, fitAgain, packCommand } from "../signing/index.ts";
import { anotherAttempt, readStoredOrder } from "./stored-order.ts";

/** The signer and its platform's name. */
type Signing = Pick<BroadcastDeps, "issuer" | "keys">;

/**
 * Signs the order of one attempt, once for all speakers, and stores it. A later attempt repeats the first one: a person
 * has approved that.
 * @param again device ids that may play it although an earlier attempt has ended there
 */
export async function storeStart(
  tx: Client,
  { issuer, keys }: Signing,
  broadcast: Broadcast,
  attempt: number,
  now: Date,
  again: readonly string[] = [],
): Promise<void> {
  const { broadcastNo, id: broadcastId } = broadcast;
  const first = attempt > 1 ? await firstStart(tx, broadcastNo) : undefined;
  const order = first
    ? anotherAttempt(readStoredOrder(first), { attempt, issuedAt: now, again })
    : createStartOrder({
        issuer,
        broadcastId,
        message: completeMessage(draftOf(broadcast)),
        issuedAt: now,
        expiresAt: broadcast.expiresAt!,
        attempt,
        again,
      });
  const command = { commandId: `${broadcastId}.${attempt}`, jws: await keys.sign(order) };
  // Better to learn it now than when no speaker takes it.
  packCommand(command);
  await insertOrder(tx, { ...command, broadcastNo, type: "start", attempt, issuedAt: now });
}

const firstStart = async (tx: Client, broadcastNo: number) =>
  (await readOrders(tx, [broadcastNo])).find(({ type }) => type === "start");

/** Another attempt, and its speakers. */
export interface NextAttempt {
  readonly attempt: number;
  /** The number of targets that wait again; 0: there is nothing to try again. */
  readonly targets: number;
  /** Ids of speakers that had ended unheard, for the order to name, and the number for which it has no room. */
  readonly again: readonly string[];
  readonly notAgain: number;
}

/**
 * Opens failed targets again for another attempt, whose order `storeStart` makes. In the transaction of the caller, who
 * holds the lock of the broadcast and moves it.
 */
export async function reopenForRetry(
  tx: Client,
  { broadcastNo, attempt: last }: Broadcast,
): Promise<NextAttempt> {
  const attempt = last + 1;
  const { targets, unheard } = await reopenTargets(tx, broadcastNo, attempt);
  const first = await firstStart(tx, broadcastNo);
  const again = first ? fitAgain(unheard, first.jws) : [];
  return { attempt, targets, again, notAgain: unheard.length - again.length };
}
