import { PlatformError } from "../../errors.ts";
import { type BroadcastOrder, insertOrder, readOrders } from "../../store/broadcast-orders.ts";
import { reopenTargets } from "../../store/broadcast-targets.ts";
import { lockBroadcasts, moveBroadcast } from "../../store/broadcasts.ts";
import { type Db, type Pool, withTransaction } from "../../store/database.ts";
import { type Order, type StartOrder, startOrderSchema } from "../command.ts";
import { createStopOrder, fitAgain } from "../signing/orders.ts";

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

/**
 * Opens failed targets again for another attempt with an order of its own, the same but for its number and date, and for
 * whom it names in `again`.
 * @returns how many
 */
export function orderRetry(pool: Pool, broadcastNo: number, sign: Sign, now: Date): Promise<number> {
  return withTransaction(pool, async (tx) => {
    const [broadcast] = await lockBroadcasts(tx, [broadcastNo]);
    const orders = await readOrders(tx, [broadcastNo]);
    const start = latestStart(orders);
    if (!broadcast || !start) throw new Error(`Broadcast ${broadcastNo} was never released`);
    const { state, attempt: last, expiresAt, id } = broadcast;
    // Cancelled or expired since somebody asked for it.
    if ((state !== "dispatching" && state !== "playing") || expiresAt === null || expiresAt <= now) return 0;
    const attempt = last + 1;
    const reopened = await reopenTargets(tx, broadcastNo, attempt);
    if (reopened.targets === 0) return 0;
    const again = fitAgain(reopened.silent, orders.find(({ type }) => type === "start")!.jws);
    // Whoever the last attempt named may have sounded in it.
    const { again: _before, ...content } = contentOf(start);
    const order = startOrderSchema.parse({
      ...content,
      attempt,
      issuedAt: now.toISOString(),
      ...(again.length > 0 ? { again } : {}),
    });
    const jws = await sign(order);
    await insertOrder(tx, {
      commandId: `${id}.${attempt}`,
      broadcastNo,
      type: "start",
      attempt,
      jws,
      issuedAt: now,
    });
    await moveBroadcast(tx, broadcastNo, { state, attempt });
    return reopened.targets;
  });
}
