import {
  arrayOf,
  type Db,
  Float8Column,
  Int4Column,
  TextColumn,
  TimestampColumn,
} from "../database/index.ts";
import { toldNews } from "../processes/index.ts";
import { type AlarmDoubt, dropOutdated, type EventDoubt, type SilenceDoubt } from "./alarm-doubts.ts";
import type { AlarmSeverity } from "./told.ts";

/** A transition that an alarm rule asks for. `at` in milliseconds since 1970, by the device's clock. */
export interface AlarmTransition {
  readonly action: "raise" | "clear";
  readonly deviceNo: number;
  readonly rule: string;
  readonly severity: AlarmSeverity;
  readonly message: string;
  readonly value: number | undefined;
  readonly at: number;
  /** A raise within this many milliseconds after the last clear goes on with that alarm. Absent: it is a new one. */
  readonly flapMs?: number | undefined;
  /**
   * True where it follows from a reading, or from an event that has an opposite: one that is older than the last change of
   * its alarm has come again or late, because a process was killed or paused, and changes nothing. Of several at one moment,
   * as a clock that is ahead gives them, the last has the last word.
   */
  readonly isOrdered?: boolean;
  /** The reason why it may be outdated, after a reading, an event or a silence. Absent: it is not. */
  readonly doubt?: AlarmDoubt;
  readonly eventDoubt?: EventDoubt;
  readonly silenceDoubt?: SilenceDoubt;
}

/**
 * A transition that took place, as the present holder of the device may see it: a transition from before they had the
 * device is told as of the moment at which they got it, and without values.
 */
export interface AlarmChange extends AlarmTransition {
  readonly alarmNo: number;
}

/** Transitions in one statement at most: when a region goes dark, its silent devices come by the ten thousand. */
const MAX_AT_ONCE = 2000;

/**
 * Applies transitions in the order given, as many in one statement as possible, which tells the news of those that
 * changed something. Raising an active alarm and clearing an inactive one do nothing, so a repetition does no harm; no
 * alarm is raised for a device that was deleted meanwhile.
 * @param applied called after each statement with the number of transitions that it took, and those of them that
 * changed something
 * @param processNo the process that decided on them, which need not learn of them by the news
 * @returns the changes
 */
export async function applyAlarmTransitions(
  db: Db,
  transitions: readonly AlarmTransition[],
  applied: (count: number, changes: readonly AlarmChange[]) => void = () => {},
  processNo: number | null = null,
): Promise<AlarmChange[]> {
  const all: AlarmChange[] = [];
  for (let from = 0; from < transitions.length; ) {
    const { count, chosen } = nextAtOnce(transitions, from);
    const valid = await dropOutdated(db, chosen);
    const changes = valid.length > 0 ? await applyAtOnce(db, valid, processNo) : [];
    for (const change of changes) all.push(change);
    applied(count, changes);
    from += count;
  }
  return all;
}

/**
 * The order of an alarm's transitions decides, so each alarm can be in a statement once. A transition that only repeats
 * the one before is left out: one message may hold thousands of events that raise the same alarm.
 * @returns how many transitions are dealt with, and those of them that do something
 */
function nextAtOnce(
  transitions: readonly AlarmTransition[],
  from: number,
): { readonly count: number; readonly chosen: AlarmTransition[] } {
  const chosen = new Map<string, AlarmTransition>();
  let at = from;
  for (; at < transitions.length; at++) {
    const transition = transitions[at]!;
    const key = `${transition.deviceNo} ${transition.rule}`;
    const before = chosen.get(key);
    if (before === undefined) {
      if (chosen.size === MAX_AT_ONCE) break;
      chosen.set(key, transition);
    } else if (
      before.action !== transition.action ||
      before.doubt ||
      before.eventDoubt ||
      before.silenceDoubt
    )
      break;
  }
  return { count: at - from, chosen: [...chosen.values()] };
}

/** `AlarmNews` of the changes of a statement. */
const NEWS = toldNews(
  "alarm",
  `select jsonb_agg(jsonb_build_object(
            'alarmNo', alarm_no, 'deviceNo', device_no, 'deviceId', id, 'kind', kind, 'regionCode', region_code,
            'tenantId', tenant_id, 'change', case action when 'raise' then 'raised' else 'cleared' end, 'rule', rule,
            'severity', severity, 'message', message, 'value', case when since is null then value end,
            'at', coalesce(since, at), 'by', null) order by n)
       from changes`,
  "$9",
);

async function applyAtOnce(
  db: Db,
  transitions: readonly AlarmTransition[],
  processNo: number | null,
): Promise<AlarmChange[]> {
  const { rows } = await db.query<ChangedRow>({
    name: "apply_alarm_transitions",
    // The share lock waits for a deletion under way, and then does not find the device. The order is for two processes
    // at once, which could deadlock otherwise.
    text: `
      with input as (
        select * from unnest($1::text[], $2::int4[], $3::text[], $4::text[], $5::text[], $6::timestamptz[], $7::float8[],
                             $8::float8[], $10::boolean[]) with ordinality
          as input (action, device_no, rule, severity, message, at, value, flap_ms, is_ordered, n)
      ), living as (
        select device_no, placed_since from devices
        where device_no in (select device_no from input where action = 'raise') and deleted_at is null
        order by device_no for share
      ), last as (
        select input.device_no, input.rule, l.*
        from input cross join lateral (
          select alarm_no, coalesce(last_raised_at, raised_at) as raised_at, cleared_at from alarms
          where device_no = input.device_no and rule = input.rule order by alarm_no desc limit 1
        ) l
      ), repeated as (
        -- A moment at which an alarm is said to be raised may be that of its device's move: nothing is known from that one.
        select device_no, rule
        from input join last using (device_no, rule) join devices d using (device_no)
        where input.is_ordered
          and case input.action
              when 'clear' then input.at < last.raised_at and last.raised_at > d.placed_since
              else greatest(input.at, d.placed_since) < greatest(last.raised_at, last.cleared_at) end
      ), again as (
        -- One that flutters stays one: the last of its rule goes on, where it has just been cleared. Whoever acknowledged it
        -- took it for over, so it wants to be looked at again (the audit has their name and note); that somebody else had the
        -- device then makes it another.
        update alarms a set cleared_at = null, times = a.times + 1, last_raised_at = greatest(input.at, a.raised_at),
          acknowledged_at = null, acknowledged_by = null, acknowledgement_note = null
        from input join living using (device_no) join last using (device_no, rule)
        where input.action = 'raise' and input.flap_ms is not null
          and (input.device_no, input.rule) not in (select * from repeated)
          and a.alarm_no = last.alarm_no
          and a.cleared_at >= input.at - make_interval(secs => input.flap_ms / 1000)
          and a.raised_at >= living.placed_since
        returning a.alarm_no, a.device_no, a.rule
      ), raised as (
        insert into alarms (device_no, rule, severity, message, value, raised_at)
        -- What is raised now is for whoever has the device now, also where it was observed before they had it.
        select device_no, rule, severity, case when at >= placed_since then message else without_values(message) end,
               case when at >= placed_since then value end, greatest(at, placed_since)
        from input join living using (device_no)
        where action = 'raise' and (device_no, rule) not in (select device_no, rule from again)
          and (device_no, rule) not in (select * from repeated)
        order by device_no, rule
        on conflict (device_no, rule) where cleared_at is null do nothing
        returning alarm_no, device_no, rule
      ), cleared as (
        -- The device's clock may have gone backwards; an alarm never clears before it was raised.
        update alarms set cleared_at = greatest(raised_at, input.at)
        from input
        where input.action = 'clear' and alarms.device_no = input.device_no and alarms.rule = input.rule
          and cleared_at is null and (input.device_no, input.rule) not in (select * from repeated)
        returning alarms.alarm_no, alarms.device_no, alarms.rule
      ), changes as (
        select changed.alarm_no, changed.device_no, changed.rule,
               case when d.placed_since > input.at then without_values(input.message) else input.message end as message,
               case when d.placed_since > input.at then d.placed_since end as since,
               input.action, input.severity, input.value, input.at, input.n, d.id, d.kind, d.region_code, d.tenant_id
        from (select * from raised union all select * from again union all select * from cleared) changed
        join input using (device_no, rule)
        join devices d using (device_no)
      ), ${NEWS}
      select alarm_no, device_no, rule, message, since from changes`,
    values: [
      arrayOf(new TextColumn(), transitions, ({ action }) => action),
      arrayOf(new Int4Column(), transitions, ({ deviceNo }) => deviceNo),
      arrayOf(new TextColumn(), transitions, ({ rule }) => rule),
      arrayOf(new TextColumn(), transitions, ({ severity }) => severity),
      arrayOf(new TextColumn(), transitions, ({ message }) => message),
      arrayOf(new TimestampColumn(), transitions, ({ at }) => at),
      // Last: unnest pads the values that alarms of states and events do not have.
      arrayOf(new Float8Column(), transitions, ({ value }) => value),
      arrayOf(new Float8Column(), transitions, ({ flapMs }) => flapMs),
      processNo,
      transitions.map(({ isOrdered }) => isOrdered ?? false),
    ],
  });
  const changed = new Map(rows.map((row) => [`${row.device_no} ${row.rule}`, row]));
  return transitions.flatMap((transition) => {
    const row = changed.get(`${transition.deviceNo} ${transition.rule}`);
    if (!row) return [];
    const { alarm_no: alarmNo, message, since } = row;
    if (since === null) return [{ ...transition, alarmNo }];
    return [{ ...transition, alarmNo, message, value: undefined, at: since.getTime() }];
  });
}

/**
 * Ends the alarms of a device that is taken out of service, and tells it to whoever has the device; what its rules waited
 * for is forgotten. In the transaction that deletes the device, which is locked.
 */
export async function endAlarmsOf(tx: Db, deviceNo: number): Promise<void> {
  await tx.query("delete from alarm_conditions where device_no = $1::int", [deviceNo]);
  await tx.query(
    `with cleared as (
       update alarms set cleared_at = greatest(raised_at, now())
       where device_no = $1::int and cleared_at is null
       returning alarm_no, device_no, rule, severity, message, raised_at, cleared_at
     ), ${toldNews(
       "alarm",
       `select jsonb_agg(jsonb_build_object(
                'alarmNo', a.alarm_no, 'deviceNo', device_no, 'deviceId', d.id, 'kind', d.kind, 'regionCode', d.region_code,
                'tenantId', d.tenant_id, 'change', 'cleared', 'rule', a.rule, 'severity', a.severity, 'message',
                case when a.raised_at >= d.placed_since then a.message else without_values(a.message) end,
                'value', null, 'at', a.cleared_at, 'by', null) order by a.alarm_no)
         from cleared a join devices d using (device_no)`,
     )}
     select`,
    [deviceNo],
  );
}

interface ChangedRow {
  alarm_no: number;
  device_no: number;
  rule: string;
  message: string;
  /** Since when the device has its present place, if the transition is from before that. */
  since: Date | null;
}

/** Active alarms, which the alarm engine needs to know after a restart. */
export async function listActiveAlarms(db: Db): Promise<{ deviceNo: number; rule: string }[]> {
  const { rows } = await db.query<{ device_no: number; rule: string }>(
    "select device_no, rule from alarms where cleared_at is null",
  );
  return rows.map((row) => ({ deviceNo: row.device_no, rule: row.rule }));
}
