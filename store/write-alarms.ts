import type { AlarmSeverity } from "./alarms.ts";
import type { Db } from "./database.ts";

/** A transition that an alarm rule asks for. `at` in milliseconds since 1970, by the device's clock. */
export interface AlarmTransition {
  readonly action: "raise" | "clear";
  readonly deviceNo: number;
  readonly rule: string;
  readonly severity: AlarmSeverity;
  readonly message: string;
  readonly value: number | undefined;
  readonly at: number;
}

/** A transition that took place. */
export interface AlarmChange extends AlarmTransition {
  readonly alarmNo: number;
}

/**
 * Applies transitions in the order given. Raising what is active and clearing what is not do nothing, so a
 * repeated batch does no harm.
 * @returns what changed
 */
export async function applyAlarmTransitions(
  db: Db,
  transitions: readonly AlarmTransition[],
): Promise<AlarmChange[]> {
  const changes: AlarmChange[] = [];
  for (const transition of transitions) {
    const { deviceNo, rule, at } = transition;
    const when = new Date(at).toISOString();
    const { rows } =
      transition.action === "raise"
        ? await db.query<{ alarm_no: number }>({
            name: "raise_alarm",
            text: `insert into alarms (device_no, rule, severity, message, value, raised_at)
                   values ($1, $2, $3, $4, $5, $6)
                   on conflict (device_no, rule) where cleared_at is null do nothing
                   returning alarm_no`,
            values: [deviceNo, rule, transition.severity, transition.message, transition.value ?? null, when],
          })
        : await db.query<{ alarm_no: number }>({
            name: "clear_alarm",
            // The device's clock may have gone backwards; an alarm never clears before it was raised.
            text: `update alarms set cleared_at = greatest(raised_at, $3::timestamptz)
                   where device_no = $1 and rule = $2 and cleared_at is null
                   returning alarm_no`,
            values: [deviceNo, rule, when],
          });
    const alarmNo = rows[0]?.alarm_no;
    if (alarmNo !== undefined) changes.push({ ...transition, alarmNo });
  }
  return changes;
}

/** Active alarms, which the alarm engine needs to know after a restart. */
export async function listActiveAlarms(db: Db): Promise<{ deviceNo: number; rule: string }[]> {
  const { rows } = await db.query<{ device_no: number; rule: string }>(
    "select device_no, rule from alarms where cleared_at is null",
  );
  return rows.map((row) => ({ deviceNo: row.device_no, rule: row.rule }));
}
