import type { Db } from "../database/index.ts";

/** What a device is bound to at a door. */
export interface DeviceBinding {
  readonly deviceNo: number;
  readonly door: string;
  /** What has come, in the door's own words. */
  readonly holder: string;
  /** Follows from the device's token: with another mark the binding is void. */
  readonly mark: Buffer;
  /** Of the token from which the mark follows. */
  readonly tokenHash: Buffer;
}

/**
 * Binds a device to the first that comes, until its token is changed.
 * @returns the holder that it is bound to; undefined where its token is another one by now, and nothing was bound
 */
export async function bindDevice(db: Db, binding: DeviceBinding): Promise<string | undefined> {
  const before = await holderOf(db, binding);
  if (before !== undefined) return before;
  const { deviceNo, door, holder, mark, tokenHash } = binding;
  // A process may have heard nothing yet of a change of the token, and must not put the former mark in the place of the
  // present one. The lock holds such a change back until this is committed.
  const { rowCount } = await db.query(
    `insert into device_bindings as b (device_no, door, holder, mark)
     select d.device_no, $2::text, $3::text, $4::bytea
     from (select device_no from devices where device_no = $1::int and token_hash = $5::bytea for share) d
     on conflict (device_no, door) do update
       set holder = excluded.holder, mark = excluded.mark, bound_at = now()
       where b.mark <> excluded.mark`,
    [deviceNo, door, holder, mark, tokenHash],
  );
  if ((rowCount ?? 0) > 0) return holder;
  // A statement of its own: another process may have bound it while the one above waited.
  return holderOf(db, binding);
}

/** The holder by a mark, as long as the token is the one from which the mark follows. */
async function holderOf(
  db: Db,
  { deviceNo, door, mark, tokenHash }: DeviceBinding,
): Promise<string | undefined> {
  const { rows } = await db.query<{ holder: string }>(
    `select b.holder from device_bindings b join devices d using (device_no)
     where b.device_no = $1::int and b.door = $2::text and b.mark = $3::bytea and d.token_hash = $4::bytea`,
    [deviceNo, door, mark, tokenHash],
  );
  return rows[0]?.holder;
}
