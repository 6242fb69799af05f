import {
  arrayOf,
  arrivalOf,
  assertIdentifier,
  type Db,
  Int4Column,
  type KindTable,
  TimestampColumn,
} from "../database/index.ts";

/** A device that was heard, in milliseconds since 1970 by the platform's clock. */
export interface Heard {
  readonly deviceNo: number;
  readonly at: number;
}

/** Records that devices were heard. An older moment never overwrites a newer one. Each device once at most. */
export async function recordLastSeen(db: Db, heard: readonly Heard[]): Promise<void> {
  if (heard.length === 0) return;
  await db.query({
    name: "record_last_seen",
    text: `insert into device_last_seen as s (device_no, seen_at)
     select * from unnest($1::int4[], $2::timestamptz[])
     -- One order for all, or two writing processes could deadlock.
     order by 1
     on conflict (device_no) do update set seen_at = excluded.seen_at where excluded.seen_at > s.seen_at`,
    values: [
      arrayOf(new Int4Column(), heard, ({ deviceNo }) => deviceNo),
      arrayOf(new TimestampColumn(), heard, ({ at }) => at),
    ],
  });
}

/**
 * When devices of one kind were last heard, as far as the database knows: by any process, or by the arrival of the
 * newest reading, which may be younger than the note of it where a process was killed. It takes one look at the index
 * for each device.
 * @returns milliseconds since 1970 by device number; no entry for devices that were never heard
 */
export async function readLastHeard(
  db: Db,
  { table }: KindTable,
  deviceNos: readonly number[],
): Promise<Map<number, number>> {
  const { rows } = await db.query<{ device_no: number; heard: Date }>(
    `select own.device_no, greatest(s.seen_at, newest.received_at) as heard
     from unnest($1::int[]) as own (device_no)
     left join device_last_seen s using (device_no)
     left join lateral (
       select ${arrivalOf("r")} as received_at from ${assertIdentifier(table)} r
       where r.device_no = own.device_no order by r.observed_at desc limit 1
     ) newest on true
     where greatest(s.seen_at, newest.received_at) is not null`,
    [deviceNos],
  );
  return new Map(rows.map((row) => [row.device_no, row.heard.getTime()]));
}
