import { type Db, type Limits, limitsCondition, limitsParameter } from "../database/index.ts";
import { joinPlace } from "../places/index.ts";
import type { AlarmSeverity } from "./told.ts";

/** The active alarms of one severity in one region. */
export interface RegionAlarms {
  /** The region in which they were raised, cut to the asked length; shorter where the device stood above it. */
  readonly code: string;
  readonly severity: AlarmSeverity;
  readonly active: number;
  readonly unacknowledged: number;
}

/**
 * Counts active alarms in and below a region by the beginning of its code, and by severity.
 * @param length digits of the regions that they are counted in
 */
export async function countAlarmsByRegion(
  db: Db,
  { region, length }: { readonly region: string | undefined; readonly length: number },
  limits: Limits,
): Promise<RegionAlarms[]> {
  const { rows } = await db.query<RegionAlarms>(
    `select left(d.region_code, $3::int) as code, a.severity, count(*)::int as active,
            count(*) filter (where a.acknowledged_at is null)::int as unacknowledged
     from alarms a
     ${joinPlace("d", "a.device_no", "a.raised_at")}
     where a.cleared_at is null and ${limitsCondition("d", 1)} and d.region_code like $2::text
     group by 1, 2`,
    [limitsParameter(limits), `${region ?? ""}%`, length],
  );
  return rows;
}
