import type { Db } from "../database/index.ts";

/** A signed order of a broadcast, kept so that a restart sends the very same command again. */
export interface BroadcastOrder {
  /** `<broadcast id>.<attempt>` or `<broadcast id>.stop`. */
  readonly commandId: string;
  readonly broadcastNo: number;
  readonly type: "start" | "stop";
  /** Of a stop: the highest attempt at that time. */
  readonly attempt: number;
  /** Compact JWS. */
  readonly jws: string;
  readonly issuedAt: Date;
}

/**
 * Stores an order. One command id has one order for ever: if two are signed at once, the first stays.
 * @returns true when this one was stored
 */
export async function insertOrder(db: Db, order: BroadcastOrder): Promise<boolean> {
  const { rowCount } = await db.query(
    `insert into broadcast_orders (command_id, broadcast_no, type, attempt, jws, issued_at)
     values ($1, $2, $3, $4, $5, $6::timestamptz)
     on conflict (command_id) do nothing`,
    [order.commandId, order.broadcastNo, order.type, order.attempt, order.jws, order.issuedAt.toISOString()],
  );
  return rowCount === 1;
}

/** The signed text of the order that was made last; undefined where there was none yet. */
export async function findNewestJws(db: Db): Promise<string | undefined> {
  const { rows } = await db.query<{ jws: string }>(
    "select jws from broadcast_orders order by issued_at desc, command_id desc limit 1",
  );
  return rows[0]?.jws;
}

/** Every order of these broadcasts, the first attempt first. */
export async function readOrders(db: Db, broadcastNos: readonly number[]): Promise<BroadcastOrder[]> {
  const { rows } = await db.query<{
    command_id: string;
    broadcast_no: number;
    type: "start" | "stop";
    attempt: number;
    jws: string;
    issued_at: Date;
  }>(
    `select command_id, broadcast_no, type, attempt, jws, issued_at
     from broadcast_orders where broadcast_no = any ($1::bigint[]) order by broadcast_no, attempt, type`,
    [broadcastNos],
  );
  return rows.map((row) => ({
    commandId: row.command_id,
    broadcastNo: row.broadcast_no,
    type: row.type,
    attempt: row.attempt,
    jws: row.jws,
    issuedAt: row.issued_at,
  }));
}
