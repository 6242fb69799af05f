import { PlatformError } from "../../base/errors.ts";
import { type AuditActor, appendAudit } from "../audit/index.ts";
import {
  type Db,
  decodeCursor,
  encodeCursor,
  type Limits,
  limitsCondition,
  limitsParameter,
  type Page,
  type Pool,
  toPage,
  withTransaction,
} from "../database/index.ts";
import { joinPlace } from "../places/index.ts";
import { tellNews } from "../processes/index.ts";
import type { AlarmNews, AlarmSeverity } from "./told.ts";

/** An alarm, with the place that its device had when it was raised. */
export interface Alarm {
  readonly id: number;
  readonly deviceId: string;
  /** Its name, unless the device belongs to another tenant by now, who may have named it. */
  readonly deviceName: string | null;
  readonly kind: string;
  readonly regionCode: string;
  /**
   * The names of the region and of those around it, the province first. English is the Chinese name where no English
   * one is known.
   */
  readonly regionPath: { readonly zh: string[]; readonly en: string[] };
  /** The device's owner; null: the platform's operator. */
  readonly tenantId: string | null;
  readonly rule: string;
  readonly severity: AlarmSeverity;
  readonly message: string;
  /** The value that raised it, where there is one. */
  readonly value: number | null;
  readonly state: "active" | "cleared";
  readonly raisedAt: Date;
  /** How many times it was raised: an alarm that comes again soon after it was cleared goes on. */
  readonly times: number;
  readonly lastRaisedAt: Date;
  readonly acknowledgedAt: Date | null;
  readonly acknowledgedBy: string | null;
  /** The note of the person who acknowledged it. */
  readonly note: string | null;
  readonly clearedAt: Date | null;
}

interface AlarmRow {
  alarm_no: number;
  device_no: number;
  id: string;
  name: string | null;
  path_zh: string[] | null;
  path_en: string[] | null;
  kind: string;
  region_code: string;
  tenant_id: string | null;
  rule: string;
  severity: AlarmSeverity;
  message: string;
  value: number | null;
  raised_at: Date;
  raised_key: string;
  acknowledged_at: Date | null;
  acknowledged_by: string | null;
  acknowledgement_note: string | null;
  cleared_at: Date | null;
  times: number;
  last_raised_at: Date | null;
}

const SELECT_ALARM = `
  select a.alarm_no, a.device_no, d.id, d.kind, d.region_code, d.tenant_id, a.rule, a.severity, a.message, a.value,
         a.raised_at, a.raised_at::text as raised_key, a.acknowledged_at, a.acknowledged_by, a.acknowledgement_note,
         a.cleared_at, a.times, a.last_raised_at,
         case when a.raised_at >= named.placed_since then named.name end as name, path.zh as path_zh, path.en as path_en
  from alarms a
  ${joinPlace("d", "a.device_no", "a.raised_at")}
  join devices named on named.device_no = a.device_no
  left join lateral (
    select array_agg(r.name order by r.code) as zh, array_agg(coalesce(r.name_en, r.name) order by r.code) as en
    from unnest(array[2, 4, 6, 9, 12]) as length join regions r on r.code = left(d.region_code, length)
    where length <= char_length(d.region_code)
  ) path on true`;

const toAlarm = (row: AlarmRow): Alarm => ({
  id: row.alarm_no,
  deviceId: row.id,
  deviceName: row.name,
  kind: row.kind,
  regionCode: row.region_code,
  regionPath: { zh: row.path_zh ?? [], en: row.path_en ?? [] },
  tenantId: row.tenant_id,
  rule: row.rule,
  severity: row.severity,
  message: row.message,
  value: row.value,
  state: row.cleared_at === null ? "active" : "cleared",
  raisedAt: row.raised_at,
  times: row.times,
  lastRaisedAt: row.last_raised_at ?? row.raised_at,
  acknowledgedAt: row.acknowledged_at,
  acknowledgedBy: row.acknowledged_by,
  note: row.acknowledgement_note,
  clearedAt: row.cleared_at,
});

export interface AlarmFilter {
  readonly state: "active" | "cleared" | "all";
  /** The numbers that one id has had. */
  readonly deviceNos?: readonly number[] | undefined;
  readonly region?: string | undefined;
  readonly kind?: string | undefined;
  readonly severity?: AlarmSeverity | undefined;
  readonly acknowledged?: boolean | undefined;
  readonly rules?: readonly string[] | undefined;
  /** Raised from this moment on. */
  readonly from?: Date | undefined;
  /** Raised before this moment. */
  readonly to?: Date | undefined;
}

export const ALARM_SORTS = ["raisedAt", "severity"] as const;
export type AlarmSort = (typeof ALARM_SORTS)[number];

const SEVERITIES: readonly AlarmSeverity[] = ["critical", "major", "minor", "warning"];
/** SQL of the urgency of the alarm `a`: 1 is the most urgent. */
export const SEVERITY_RANK = `array_position('{${SEVERITIES.join(",")}}'::text[], a.severity)`;
const rankOf = ({ severity }: AlarmRow): number => SEVERITIES.indexOf(severity) + 1;

/** Alarms, newest first, or the most urgent first and the newest first among equals. */
export async function listAlarms(
  db: Db,
  filter: AlarmFilter,
  limits: Limits,
  page: { readonly limit: number; readonly cursor?: string | undefined; readonly sort?: AlarmSort },
): Promise<Page<Alarm>> {
  const bySeverity = page.sort === "severity";
  const list = bySeverity ? "alarms/severity" : "alarms";
  const [rank, ...after] = bySeverity
    ? (decodeCursor(list, ["rank", "time", "integer"], page.cursor) ?? [null, null, null])
    : [null, ...(decodeCursor(list, ["time", "integer"], page.cursor) ?? [null, null])];
  const { rows } = await db.query<AlarmRow>(
    `${SELECT_ALARM}
     where ${limitsCondition("d", 1)}
       and ($2::text = 'all' or (a.cleared_at is null) = ($2::text = 'active'))
       and ($3::int[] is null or a.device_no = any ($3::int[]))
       and ($4::text is null or d.region_code like $4::text)
       and ($5::text is null or d.kind = $5::text)
       and ($6::text is null or a.severity = $6::text)
       and ($7::boolean is null or (a.acknowledged_at is not null) = $7::boolean)
       and ($8::text[] is null or a.rule = any ($8::text[]))
       and ($9::timestamptz is null or a.raised_at >= $9::timestamptz)
       and ($10::timestamptz is null or a.raised_at < $10::timestamptz)
       and ($12::timestamptz is null or ${bySeverity ? `${SEVERITY_RANK} > $11::int or (${SEVERITY_RANK} = $11::int and ` : "($11::int is null and "}
            (a.raised_at, a.alarm_no) < ($12::timestamptz, $13::bigint)))
     order by ${bySeverity ? `${SEVERITY_RANK}, ` : ""}a.raised_at desc, a.alarm_no desc
     limit $14::int`,
    [
      limitsParameter(limits),
      filter.state,
      filter.deviceNos ?? null,
      filter.region === undefined ? null : `${filter.region}%`,
      filter.kind ?? null,
      filter.severity ?? null,
      filter.acknowledged ?? null,
      filter.rules ?? null,
      filter.from?.toISOString() ?? null,
      filter.to?.toISOString() ?? null,
      rank,
      ...after,
      page.limit + 1,
    ],
  );
  return toPage(rows, page.limit, toAlarm, (row) =>
    encodeCursor(list, [...(bySeverity ? [rankOf(row)] : []), row.raised_key, row.alarm_no]),
  );
}

/**
 * Acknowledges an alarm. `isLatched` is true for a kind's rule whose alarm only an acknowledgement clears; such an
 * alarm is cleared by this as well. Acknowledging again changes nothing: the first name, time and note stay. The news of
 * it go to those who had the device when it was raised.
 * @throws PlatformError `alarm_not_found`
 */
export async function acknowledgeAlarm(
  pool: Pool,
  alarmNo: number,
  { by, note, at }: { readonly by: string; readonly note: string | undefined; readonly at: Date },
  isLatched: (kind: string, rule: string) => boolean,
  limits: Limits,
  actor: AuditActor,
): Promise<Alarm> {
  return withTransaction(pool, async (tx) => {
    const before = await findAlarm(tx, alarmNo, limits, "for update of a");
    if (!before) throw new PlatformError("alarm_not_found", `There is no alarm ${alarmNo}`);
    const acknowledged = before.acknowledged_at === null;
    const cleared = before.cleared_at === null && isLatched(before.kind, before.rule);
    if (acknowledged || cleared) {
      // The device's clock set raised_at and may be ahead of ours: nothing ends before it began.
      await tx.query(
        `update alarms
         set acknowledged_at = coalesce(acknowledged_at, greatest(raised_at, $2::timestamptz)),
             acknowledged_by = coalesce(acknowledged_by, $3::text),
             acknowledgement_note = case when acknowledged_at is null then $5::text else acknowledgement_note end,
             cleared_at = case when $4::boolean then greatest(raised_at, $2::timestamptz) else cleared_at end
         where alarm_no = $1::bigint`,
        [alarmNo, at.toISOString(), by, cleared, note ?? null],
      );
    }
    const after = (await findAlarm(tx, alarmNo, limits))!;
    if (acknowledged || cleared) {
      await appendAudit(tx, {
        actor,
        action: "alarm.acknowledge",
        object: { type: "alarm", id: String(alarmNo) },
        before: toAudit(before),
        after: toAudit(after),
      });
      const told = [
        ...(acknowledged
          ? [toNews(after, "acknowledged", after.acknowledged_at!, after.acknowledged_by)]
          : []),
        ...(cleared ? [toNews(after, "cleared", after.cleared_at!, null)] : []),
      ];
      await tellNews(tx, [{ topic: "alarm", payload: told }]);
    }
    return toAlarm(after);
  });
}

const toNews = (row: AlarmRow, change: AlarmNews["change"], at: Date, by: string | null): AlarmNews => ({
  alarmNo: row.alarm_no,
  deviceNo: row.device_no,
  deviceId: row.id,
  kind: row.kind,
  regionCode: row.region_code,
  tenantId: row.tenant_id,
  change,
  rule: row.rule,
  severity: row.severity,
  message: row.message,
  value: row.value,
  at: at.toISOString(),
  by,
});

const toAudit = (row: AlarmRow) => ({
  deviceId: row.id,
  rule: row.rule,
  acknowledgedBy: row.acknowledged_by,
  acknowledgedAt: row.acknowledged_at,
  note: row.acknowledgement_note,
  clearedAt: row.cleared_at,
});

async function findAlarm(db: Db, alarmNo: number, limits: Limits, lock = ""): Promise<AlarmRow | undefined> {
  const { rows } = await db.query<AlarmRow>(
    `${SELECT_ALARM} where a.alarm_no = $1::bigint and ${limitsCondition("d", 2)} ${lock}`,
    [alarmNo, limitsParameter(limits)],
  );
  return rows[0];
}
