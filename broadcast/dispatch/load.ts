import { readReplies, readSpeakerReadings } from "../../store/broadcast-evidence.ts";
import { readOrders } from "../../store/broadcast-orders.ts";
import { readTargets } from "../../store/broadcast-targets.ts";
import type { Db } from "../../store/database.ts";
import type { KindTable } from "../../store/kind-table.ts";
import { readOpenBroadcasts } from "../../store/open-broadcasts.ts";
import { CLOCK_TOLERANCE_MS } from "../command.ts";
import type { SpeakerReading } from "../proof.ts";
import type { CommittedReply } from "./feed.ts";
import { OnAir } from "./on-air.ts";
import { OnAirTarget } from "./target.ts";

export interface Loaded {
  readonly broadcasts: OnAir[];
  /** All that speakers have answered and measured, to be taken in as if it came now. */
  readonly replies: readonly CommittedReply[];
  readonly readings: readonly SpeakerReading[];
}

/**
 * Reads what is on the air: a query each for broadcasts, orders, targets, replies and readings.
 * @param speakers where speakers' readings lie
 * @param only one broadcast; absent: all
 * @param fresh it was released just now, so that nobody can have answered
 */
export async function load(
  db: Db,
  speakers: KindTable,
  now: Date,
  only: { readonly broadcastNo?: number; readonly fresh?: boolean } = {},
): Promise<Loaded> {
  const rows = await readOpenBroadcasts(db, now, only.broadcastNo);
  if (rows.length === 0) return { broadcasts: [], replies: [], readings: [] };
  const numbers = rows.map(({ broadcastNo }) => broadcastNo);
  const orders = await readOrders(db, numbers);
  const byNo = new Map<number, OnAir>();
  for (const row of rows) {
    const own = orders.filter(({ broadcastNo }) => broadcastNo === row.broadcastNo);
    byNo.set(row.broadcastNo, new OnAir(row, own));
  }
  for (const row of await readTargets(db, numbers)) {
    const broadcast = byNo.get(row.broadcastNo)!;
    broadcast.add(new OnAirTarget(broadcast, row));
  }
  const broadcasts = [...byNo.values()];
  if (only.fresh) return { broadcasts, replies: [], readings: [] };
  const since = Math.min(...broadcasts.map(({ releasedAt }) => releasedAt)) - CLOCK_TOLERANCE_MS;
  return {
    broadcasts,
    replies: await readReplies(
      db,
      orders.map(({ commandId }) => commandId),
    ),
    readings: await readSpeakerReadings(db, speakers, numbers, new Date(since)),
  };
}
