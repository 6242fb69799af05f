import type { Db } from "../database/index.ts";

/**
 * The devices whose replies and readings may prove or stop something at the moment: those of broadcasts that are
 * dispatched, played or being stopped, and those not proven of broadcasts that have ended since a moment.
 */
export async function readDevicesOnAir(db: Db, now: Date, endedSince: Date): Promise<number[]> {
  const { rows } = await db.query<{ device_no: number }>(
    `select distinct t.device_no
     from broadcasts b join broadcast_targets t using (broadcast_no)
     where b.released_at is not null and b.expires_at is not null
       and (b.state in ('dispatching', 'playing') or (b.state = 'cancelled' and b.expires_at > $1::timestamptz)
            or (b.state in ('completed', 'failed', 'expired', 'cancelled') and b.ended_at > $2::timestamptz
                and t.state <> 'sounded'))`,
    [now.toISOString(), endedSince.toISOString()],
  );
  return rows.map((row) => row.device_no);
}
