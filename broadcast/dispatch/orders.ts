import { PlatformError } from "../../errors.ts";
import { type BroadcastOrder, insertOrder, readOrders } from "../../store/broadcast-orders.ts";
import type { Db } from "../../store/database.ts";
import { type Order, type StartOrder, startOrderSchema } from "../command.ts";
import { createStopOrder } from "../signing/orders.ts";

export type Sign = (order: Order) => Promise<string>;

/** What an order that we signed ourselves says. */
function contentOf({ commandId, jws }: BroadcastOrder): StartOrder {
  const payload = Buffer.from(jws.split(".")[1] ?? "", "base64url").toString("utf8");
  const parsed = startOrderSchema.safeParse(JSON.parse(payload));
  if (!parsed.success)
    throw new PlatformError("internal", `The stored order ${commandId} is no start order`, {
      cause: parsed.error,
    });
  return parsed.data;
}

const latestStart = (orders: readonly BroadcastOrder[]) =>
  orders.filter(({ type }) => type === "start").at(-1);

/**
 * The order that stops a broadcast, signed at the first time: from the same platform, for the same area and for as
 * long as the order that started it, so that nobody who could obey the one would refuse the other.
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
  const { issuer, area, expiresAt } = contentOf(start);
  const order = createStopOrder({
    issuer,
    broadcastId: broadcast.id,
    issuedAt: now,
    expiresAt: new Date(expiresAt),
    target: area,
  });
  const stop: BroadcastOrder = {
    commandId: `${broadcast.id}.stop`,
    broadcastNo: broadcast.broadcastNo,
    type: "stop",
    attempt: start.attempt,
    jws: await sign(order),
    issuedAt: now,
  };
  if (await insertOrder(db, stop)) return stop;
  return (await find()).find(({ type }) => type === "stop");
}
