import type { Db } from "./database.ts";

export interface PresenceChange {
  readonly deviceNo: number;
  readonly connected: boolean;
  readonly at: Date;
  readonly address: string | undefined;
}

/** Records who is connected; of several changes of a device the newest counts. */
export async function writePresence(db: Db, changes: readonly PresenceChange[]): Promise<void> {
  await db.query({
    name: "write_presence",
    text: `
      insert into device_presence as presence (device_no, connected, changed_at, address)
      select device_no, connected, changed_at, address
      from unnest($1::int4[], $2::bool[], $3::timestamptz[], $4::text[]) as input (device_no, connected, changed_at, address)
      order by device_no
      on conflict (device_no) do update
        set connected = excluded.connected, changed_at = excluded.changed_at, address = excluded.address
        where presence.changed_at <= excluded.changed_at`,
    values: [
      changes.map((change) => change.deviceNo),
      changes.map((change) => change.connected),
      changes.map((change) => change.at.toISOString()),
      changes.map((change) => change.address ?? null),
    ],
  });
}

/** After a start nobody is connected, whatever the last process left behind. */
export async function clearPresence(db: Db, at: Date): Promise<number> {
  const { rowCount } = await db.query(
    "update device_presence set connected = false, changed_at = $1::timestamptz where connected",
    [at.toISOString()],
  );
  return rowCount ?? 0;
}
