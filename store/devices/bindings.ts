import type { Db } from "../database/index.ts";

/** What a device is bound to at a door. */
export interface DeviceBinding {
  readonly deviceNo: number;
  readonly door: string;
  /** What has come, in the door's own words. */
  readonly holder: string;
  /** Follows from the device's token: with another mark the binding is void. */
  readonly mark: Buffer;
}

/**
 * Binds a device to the first that comes, until its token is changed.
 * @returns false where it is bound to another
 */
export async function bindDevice(db: Db, { deviceNo, door, holder, mark }: DeviceBinding): Promise<boolean> {
  const { rowCount } = await db.query(
    `insert into device_bindings as b (device_no, door, holder, mark)
     values ($1::int, $2::text, $3::text, $4::bytea)
     on conflict (device_no, door) do update
       set holder = excluded.holder, mark = excluded.mark, bound_at = now()
       where b.mark <> excluded.mark`,
    [deviceNo, door, holder, mark],
  );
  if ((rowCount ?? 0) > 0) return true;
  // A statement of its own: another process may have bound it while the one above waited.
  const { rows } = await db.query<{ holder: string }>(
    "select holder from device_bindings where device_no = $1::int and door = $2::text",
    [deviceNo, door],
  );
  return rows[0]?.holder === holder;
}
