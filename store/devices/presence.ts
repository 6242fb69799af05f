import type { Db } from "../database/index.ts";
import { toldNews } from "../processes/index.ts";

/** A device came or went. */
export interface PresenceChange {
  readonly deviceNo: number;
  readonly connected: boolean;
  readonly changedAt: Date;
  /** The peer's address as the socket gave it. */
  readonly address?: string | undefined;
  /** Names its connection to other processes, which end an older one of that name. */
  readonly connection?: string | undefined;
}

/** A change of presence in the news (topic `presence`). */
export interface PresenceNews {
  readonly deviceNo: number;
  readonly connected: boolean;
  readonly at: string;
  /** The new connection of one that came. */
  readonly connection?: string;
  /** The process that tells: the one that has that connection, or had the one that ended. */
  readonly instance?: string;
}

/** `PresenceNews` of each device. */
const NEWS = toldNews(
  "presence",
  `select jsonb_agg(jsonb_build_object('deviceNo', device_no, 'connected', connected, 'at', changed_at))
       from written`,
);

/** The same with connections, for the parameters of `recordPresence`. */
const NEWS_WITH_CONNECTIONS = toldNews(
  "presence",
  `select jsonb_agg(jsonb_strip_nulls(jsonb_build_object(
            'deviceNo', device_no, 'connected', connected, 'at', changed_at, 'connection', named.connection,
            'instance', case when named.connection is not null or not connected then $5::text end)))
       from written join unnest($1::int[], $6::text[]) as named (device_no, connection) using (device_no)`,
);

/**
 * Records that devices came and went, and tells the news of those whose presence changed. An older change never
 * overwrites a newer one, so that a takeover (the new connection opens before the old one is seen to close) ends as
 * connected. Nor does the end of a connection at one process change a device that is connected to another one by now.
 * A device that was connected to two, and leaves the later one, is gone here until the other process has heard of it in
 * the news, and says that it is still there.
 * Each device may have at most one change in one call.
 * @param instance the process that they connected to
 */
export async function recordPresence(
  db: Db,
  changes: readonly PresenceChange[],
  instance: string,
): Promise<void> {
  if (changes.length === 0) return;
  await db.query(
    `with written as (
       insert into device_presence as p (device_no, connected, changed_at, address, instance)
       select c.*, $5::text from unnest($1::int[], $2::boolean[], $3::timestamptz[], $4::text[]) as c
       -- One order for all, or two writing processes could deadlock.
       order by 1
       on conflict (device_no) do update
         set connected = excluded.connected, changed_at = excluded.changed_at, address = excluded.address,
             instance = excluded.instance
         where excluded.changed_at >= p.changed_at
           and (excluded.connected or not p.connected or p.instance = excluded.instance)
       returning device_no, connected, changed_at
     ), ${NEWS_WITH_CONNECTIONS}
     select`,
    [
      changes.map((change) => change.deviceNo),
      changes.map((change) => change.connected),
      changes.map((change) => change.changedAt.toISOString()),
      changes.map((change) => change.address ?? null),
      instance,
      changes.map((change) => change.connection ?? null),
    ],
  );
}

/**
 * Marks every device of a process as gone. It serves the start after a crash: devices that were connected then are not
 * connected now.
 * @returns how many were marked
 */
export async function disconnectAll(db: Db, at: Date, instance: string): Promise<number> {
  const { rows } = await db.query<{ count: number }>(
    `with written as (
       update device_presence set connected = false, changed_at = greatest(changed_at, $1::timestamptz)
       where connected and instance = $2::text
       returning device_no, connected, changed_at
     ), ${NEWS}
     select count(*)::int as count from written`,
    [at.toISOString(), instance],
  );
  return rows[0]!.count;
}

/**
 * Marks devices as gone whose process was not heard for long: it was killed and did not come back, or it is paused. They
 * are gone since it was last heard.
 * @param silentMs how long a process may be silent, by the database's clock
 * @param limit devices in one call at most
 * @returns how many were marked
 */
export async function disconnectLost(db: Db, silentMs: number, limit: number): Promise<number> {
  const { rows } = await db.query<{ count: number }>(
    `with lost as (
       select p.device_no, q.heard_at from processes q join device_presence p using (instance)
       where q.heard_at < clock_timestamp() - make_interval(secs => $1::float8 / 1000) and p.connected
       order by p.device_no limit $2::int for update of p
     ), written as (
       update device_presence p set connected = false, changed_at = greatest(p.changed_at, lost.heard_at)
       from lost where p.device_no = lost.device_no
       returning p.device_no, p.connected, p.changed_at
     ), ${NEWS}
     select count(*)::int as count from written`,
    [silentMs, limit],
  );
  return rows[0]!.count;
}
