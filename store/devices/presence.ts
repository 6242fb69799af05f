import type { Db } from "../database/index.ts";

/** A device came or went. */
export interface PresenceChange {
  readonly deviceNo: number;
  readonly connected: boolean;
  readonly changedAt: Date;
  /** The peer's address as the socket gave it. */
  readonly address?: string | undefined;
}

/**
 * Records that devices came and went. An older change never overwrites a newer one, so that a takeover (the new
 * connection opens before the old one is seen to close) ends as connected. Each device may have at most one change in
 * one call.
 * @param instance the process that they connected to
 */
export async function recordPresence(
  db: Db,
  changes: readonly PresenceChange[],
  instance: string,
): Promise<void> {
  if (changes.length === 0) return;
  await db.query(
    `insert into device_presence as p (device_no, connected, changed_at, address, instance)
     select c.*, $5::text from unnest($1::int[], $2::boolean[], $3::timestamptz[], $4::text[]) as c
     -- One order for all, or two writing processes could deadlock.
     order by 1
     on conflict (device_no) do update
       set connected = excluded.connected, changed_at = excluded.changed_at, address = excluded.address,
           instance = excluded.instance
       where excluded.changed_at >= p.changed_at`,
    [
      changes.map((change) => change.deviceNo),
      changes.map((change) => change.connected),
      changes.map((change) => change.changedAt.toISOString()),
      changes.map((change) => change.address ?? null),
      instance,
    ],
  );
}

/**
 * Marks every device of a process as gone. It serves the start after a crash: devices that were connected then are not
 * connected now.
 * @returns how many were marked
 */
export async function disconnectAll(db: Db, at: Date, instance: string): Promise<number> {
  const { rowCount } = await db.query(
    "update device_presence set connected = false, changed_at = $1::timestamptz where connected and instance = $2::text",
    [at.toISOString(), instance],
  );
  return rowCount ?? 0;
}
