import { type BroadcastOrder, insertOrder, readOrders } from "../../store/broadcast/index.ts";
import type { Db } from "../../store/database/index.ts";
import type { Order } from "../contract/index.ts";
import { readStoredOrder, stopOf } from "../orders/index.ts";

export type Sign = (order: Order) => Promise<string>;

const latestStart = (orders: readonly BroadcastOrder[]) =>
  orders.filter(({ type }) => type === "start").at(-1);

/**
 * The order that stops a broadcast, signed at the first time.
 * @returns undefined when there is no start order, so nothing to stop
 */
export async function ensureStopOrder(
  db: Db,
  broadcast: { readonly broadcastNo: number; readonly id: string },
  sign: Sign,
  now: Date,
): Promise<BroadcastOrder | undefined> {
  const find = async () => readOrders(db, [broadcast.broadcastNo]);
  const orders = await find();
  const stored = orders.find(({ type }) => type === "stop");
  const start = latestStart(orders);
  if (stored || !start) return stored;
  const stop: BroadcastOrder = {
    commandId: `${broadcast.id}.stop`,
    broadcastNo: broadcast.broadcastNo,
    type: "stop",
    attempt: start.attempt,
    jws: await sign(stopOf(readStoredOrder(start), now)),
    issuedAt: now,
  };
  if (await insertOrder(db, stop)) return stop;
  return (await find()).find(({ type }) => type === "stop");
}
