import {
  type PlayWindow,
  readOpenBroadcasts,
  readOrders,
  readReplies,
  readSpeakerReadings,
  readTargets,
} from "../../store/broadcast/index.ts";
import type { Db, KindTable } from "../../store/database/index.ts";
import { CLOCK_TOLERANCE_MS } from "../contract/index.ts";
import type { ProofRules, SpeakerReading } from "../proof/index.ts";
import { OnAirBroadcast } from "./on-air.ts";
import { CORRECTED_FOR_MS } from "./settings.ts";
import type { CommittedReply } from "./speaker-facts.ts";
import { type OnAir, OnAirTarget } from "./target.ts";

export interface ReadOnAir {
  readonly broadcasts: OnAir[];
  /** All replies and readings of speakers, to be taken in as if they came now. */
  readonly replies: readonly CommittedReply[];
  readonly readings: readonly SpeakerReading[];
}

/** The part to read, if not all. */
export interface WhichOnAir {
  readonly broadcastNo?: number;
  /** True when it was released just now, so that no speaker can have answered. */
  readonly fresh?: boolean;
}

/** The time in which its speakers may have played it, by clocks that are off as far as allowed. */
export function playWindow({ broadcastNo, releasedAt, expiresAt, asked }: OnAir): PlayWindow {
  // A reading that began before the expiry is read to its end, by the slowest voice at half the speed.
  const lastReadingMs = asked.readingSeconds * 2000;
  return {
    broadcastNo,
    from: new Date(releasedAt - CLOCK_TOLERANCE_MS),
    to: new Date(expiresAt + lastReadingMs + CLOCK_TOLERANCE_MS),
  };
}

/**
 * Reads broadcasts on the air, and ended ones that may still be corrected: a query each for broadcasts, orders,
 * targets, replies and readings.
 * @param speakers the tables of speakers' readings
 */
export async function readOnAir(
  db: Db,
  speakers: readonly KindTable[],
  now: Date,
  rules: ProofRules,
  only: WhichOnAir = {},
): Promise<ReadOnAir> {
  const endedSince = new Date(now.getTime() - CORRECTED_FOR_MS);
  const rows = await readOpenBroadcasts(db, now, endedSince, only.broadcastNo);
  if (rows.length === 0) return { broadcasts: [], replies: [], readings: [] };
  const numbers = rows.map(({ broadcastNo }) => broadcastNo);
  const orders = await readOrders(db, numbers);
  const byNo = new Map<number, OnAir>();
  for (const row of rows) {
    const own = orders.filter(({ broadcastNo }) => broadcastNo === row.broadcastNo);
    byNo.set(row.broadcastNo, new OnAirBroadcast<OnAirTarget>(row, own));
  }
  for (const row of await readTargets(db, numbers)) {
    const broadcast = byNo.get(row.broadcastNo)!;
    broadcast.add(new OnAirTarget(broadcast, row), row.regionCode);
  }
  const broadcasts = [...byNo.values()];
  if (only.fresh) return { broadcasts, replies: [], readings: [] };
  return {
    broadcasts,
    replies: await readReplies(
      db,
      orders.map(({ commandId }) => commandId),
    ),
    readings: await readSpeakerReadings(db, speakers, broadcasts.map(playWindow), rules),
  };
}
