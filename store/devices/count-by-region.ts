import { type Db, type Limits, limitsCondition, limitsParameter } from "../database/index.ts";
import { type DeviceStatus, statusParameter, statusSql } from "./device-status.ts";
import { joinLastSeen } from "./devices.ts";
import type { StatusClock } from "./list-devices.ts";

/** The devices of one kind and status in one region. */
export interface RegionDevices {
  /** The device's region, cut to the asked length; shorter for a device that is registered above it. */
  readonly code: string;
  readonly kind: string;
  readonly status: DeviceStatus;
  readonly devices: number;
  /** Those of them that have a connection. */
  readonly connected: number;
}

/**
 * Counts the devices in and below a region by the beginning of their region's code, kind and status.
 * @param length digits of the regions that they are counted in
 */
export async function countDevicesByRegion(
  db: Db,
  { region, length }: { readonly region: string | undefined; readonly length: number },
  limits: Limits,
  { rhythms, now }: StatusClock,
): Promise<RegionDevices[]> {
  const { rows } = await db.query<RegionDevices>(
    `select left(d.region_code, $3::int) as code, d.kind, ${statusSql("$4")} as status, count(*)::int as devices,
            (count(*) filter (where p.connected))::int as connected
     from devices d
     left join device_presence p on p.device_no = d.device_no
     ${joinLastSeen(1)}
     where d.deleted_at is null and ${limitsCondition("d", 1)} and d.region_code like $2::text
     group by 1, 2, 3`,
    [limitsParameter(limits), `${region ?? ""}%`, length, statusParameter(rhythms, now)],
  );
  return rows;
}
