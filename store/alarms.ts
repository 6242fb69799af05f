import { PlatformError } from "../errors.ts";
import { type AuditActor, appendAudit } from "./audit.ts";
import { decodeCursor, encodeCursor, type Page, toPage } from "./cursor.ts";
import { type Db, type Pool, withTransaction } from "./database.ts";
import { joinPlace } from "./device-spans.ts";
import { type Limits, limitsCondition, limitsParameter } from "./limits.ts";

export type AlarmSeverity = "critical" | "major" | "minor" | "warning";

/** With the place that its device had when it was raised. */
export interface Alarm {
  readonly id: number;
  readonly deviceId: string;
  readonly kind: string;
  readonly regionCode: string;
  /** The device's owner; null: the platform's operator. */
  readonly tenantId: string | null;
  readonly rule: string;
  readonly severity: AlarmSeverity;
  readonly message: string;
  /** The value that raised it, where there is one. */
  readonly value: number | null;
  readonly state: "active" | "cleared";
  readonly raisedAt: Date;
  readonly acknowledgedAt: Date | null;
  readonly acknowledgedBy: string | null;
  readonly clearedAt: Date | null;
}

interface AlarmRow {
  alarm_no: number;
  device_no: number;
  id: string;
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
  cleared_at: Date | null;
}

const SELECT_ALARM = `
  select a.alarm_no, a.device_no, d.id, d.kind, d.region_code, d.tenant_id, a.rule, a.severity, a.message, a.value,
         a.raised_at, a.raised_at::text as raised_key, a.acknowledged_at, a.acknowledged_by, a.cleared_at
  from alarms a
  ${joinPlace("d", "a.device_no", "a.raised_at")}`;

const toAlarm = (row: AlarmRow): Alarm => ({
  id: row.alarm_no,
  deviceId: row.id,
  kind: row.kind,
  regionCode: row.region_code,
  tenantId: row.tenant_id,
  rule: row.rule,
  severity: row.severity,
  message: row.message,
  value: row.value,
  state: row.cleared_at === null ? "active" : "cleared",
  raisedAt: row.raised_at,
  acknowledgedAt: row.acknowledged_at,
  acknowledgedBy: row.acknowledged_by,
  clearedAt: row.cleared_at,
});

export interface AlarmFilter {
  readonly state: "active" | "cleared" | "all";
  /** The numbers that one id has had. */
  readonly deviceNos?: readonly number[] | undefined;
  readonly region?: string | undefined;
  readonly kind?: string | undefined;
  readonly severity?: AlarmSeverity | undefined;
}

/** Alarms, newest first. */
export async function listAlarms(
  db: Db,
  filter: AlarmFilter,
  limits: Limits,
  page: { readonly limit: number; readonly cursor?: string | undefined },
): Promise<Page<Alarm>> {
  const after = decodeCursor("alarms", ["time", "integer"], page.cursor);
  const { rows } = await db.query<AlarmRow>(
    `${SELECT_ALARM}
     where ${limitsCondition("d", 1)}
       and ($2::text = 'all' or (a.cleared_at is null) = ($2::text = 'active'))
       and ($3::int[] is null or a.device_no = any ($3::int[]))
       and ($4::text is null or d.region_code like $4::text)
       and ($5::text is null or d.kind = $5::text)
       and ($6::text is null or a.severity = $6::text)
       and ($7::timestamptz is null or (a.raised_at, a.alarm_no) < ($7::timestamptz, $8::bigint))
     order by a.raised_at desc, a.alarm_no desc
     limit $9::int`,
    [
      limitsParameter(limits),
      filter.state,
      filter.deviceNos ?? null,
      filter.region === undefined ? null : `${filter.region}%`,
      filter.kind ?? null,
      filter.severity ?? null,
      ...(after ?? [null, null]),
      page.limit + 1,
    ],
  );
  return toPage(rows, page.limit, toAlarm, (row) => encodeCursor("alarms", [row.raised_key, row.alarm_no]));
}

export interface Acknowledgement {
  readonly alarm: Alarm;
  readonly deviceNo: number;
  /** Whether this call acknowledged it; false when somebody had before, whose name and time stay. */
  readonly acknowledged: boolean;
  /** Whether this call also cleared it. */
  readonly cleared: boolean;
}

/**
 * Acknowledges an alarm. `isLatched` says of a kind's rule whether nothing but acknowledgement clears it; such
 * an alarm is cleared by this as well. Acknowledging again changes nothing.
 * @throws PlatformError `alarm_not_found`
 */
export async function acknowledgeAlarm(
  pool: Pool,
  alarmNo: number,
  by: string,
  at: Date,
  isLatched: (kind: string, rule: string) => boolean,
  limits: Limits,
  actor: AuditActor,
): Promise<Acknowledgement> {
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
             cleared_at = case when $4::boolean then greatest(raised_at, $2::timestamptz) else cleared_at end
         where alarm_no = $1::bigint`,
        [alarmNo, at.toISOString(), by, cleared],
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
    }
    return { alarm: toAlarm(after), deviceNo: after.device_no, acknowledged, cleared };
  });
}

const toAudit = (row: AlarmRow) => ({
  deviceId: row.id,
  rule: row.rule,
  acknowledgedBy: row.acknowledged_by,
  acknowledgedAt: row.acknowledged_at,
  clearedAt: row.cleared_at,
});

async function findAlarm(db: Db, alarmNo: number, limits: Limits, lock = ""): Promise<AlarmRow | undefined> {
  const { rows } = await db.query<AlarmRow>(
    `${SELECT_ALARM} where a.alarm_no = $1::bigint and ${limitsCondition("d", 2)} ${lock}`,
    [alarmNo, limitsParameter(limits)],
  );
  return rows[0];
}
