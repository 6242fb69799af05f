import {
  arrayOf,
  arrivalOf,
  assertIdentifier,
  type Db,
  Int4Column,
  type KindTable,
  TextColumn,
  TimestampColumn,
} from "../database/index.ts";
import { toldNews } from "../processes/index.ts";

/** A rule of a device waits: its condition holds, or is over, and has to last. */
export interface AlarmWait {
  readonly deviceNo: number;
  readonly rule: string;
  /** True: the condition of an active alarm is over; false: it holds, and the alarm is yet to be raised. */
  readonly isOver: boolean;
  /** From when on, by the device's clock; epoch milliseconds. */
  readonly since: number;
}

/** A rule begins to wait, or ends it. */
export interface WaitChange extends Omit<AlarmWait, "since"> {
  /** Undefined: it waits no longer. */
  readonly since: number | undefined;
  /** The newest moment of the device that the rules have looked at by then. */
  readonly at: number;
}

/** `WaitChange` in the news (topic `alarm_wait`); moments are texts of ISO 8601, and null where it ends. */
export interface WaitNews extends Omit<AlarmWait, "since"> {
  readonly since: string | null;
  readonly at: string;
}

const NEWS = toldNews(
  "alarm_wait",
  `select jsonb_agg(jsonb_build_object(
            'deviceNo', device_no, 'rule', rule, 'isOver', is_over, 'since', since, 'at', at) order by n)
       from input`,
  "$6",
);

/** Changes in one statement at most. */
const MAX_AT_ONCE = 2000;

/**
 * Writes which rules wait, and tells it where other processes have to know. The last change of each rule counts. A device
 * that was deleted meanwhile waits for nothing.
 * @param processNo this process, which knows it already; undefined: there are no others to be told
 * @param written called after each statement with the number of changes that it took
 */
export async function writeWaits(
  db: Db,
  changes: readonly WaitChange[],
  processNo: number | undefined,
  written: (count: number) => void,
): Promise<void> {
  for (let from = 0; from < changes.length; from += MAX_AT_ONCE) {
    const some = changes.slice(from, from + MAX_AT_ONCE);
    await writeAtOnce(db, some, processNo);
    written(some.length);
  }
}

async function writeAtOnce(
  db: Db,
  changes: readonly WaitChange[],
  processNo: number | undefined,
): Promise<void> {
  const newest = new Map(changes.map((change) => [`${change.deviceNo} ${change.rule}`, change]));
  const some = [...newest.values()];
  const tells = processNo !== undefined;
  await db.query({
    name: tells ? "tell_alarm_waits" : "write_alarm_waits",
    text: `
      with input as (
        select * from unnest($1::int4[], $2::text[], $3::boolean[], $4::timestamptz[], $5::timestamptz[]) with ordinality
          as input (device_no, rule, is_over, at, since, n)
      ), living as (
        select device_no from devices
        where device_no in (select device_no from input where since is not null) and deleted_at is null
        order by device_no for share
      ), begun as (
        insert into alarm_conditions as c (device_no, rule, is_over, since)
        select device_no, rule, is_over, since from input join living using (device_no)
        where since is not null
        -- One order for all, or two processes could deadlock.
        order by device_no, rule
        on conflict (device_no, rule) do update set is_over = excluded.is_over, since = excluded.since
      ), ended as (
        delete from alarm_conditions c using input
        where input.since is null and c.device_no = input.device_no and c.rule = input.rule
      )${tells ? `, ${NEWS}` : ""}
      select`,
    values: [
      arrayOf(new Int4Column(), some, ({ deviceNo }) => deviceNo),
      arrayOf(new TextColumn(), some, ({ rule }) => rule),
      some.map(({ isOver }) => isOver),
      arrayOf(new TimestampColumn(), some, ({ at }) => at),
      // Last: unnest pads the moments that are not there.
      arrayOf(new TimestampColumn(), some, ({ since }) => since),
      ...(tells ? [processNo] : []),
    ],
  });
}

/** All rules that wait, which the alarm engine needs to know after a restart. */
export async function listWaits(db: Db): Promise<AlarmWait[]> {
  const { rows } = await db.query<{ device_no: number; rule: string; is_over: boolean; since: Date }>(
    "select device_no, rule, is_over, since from alarm_conditions",
  );
  return rows.map(({ device_no: deviceNo, rule, is_over: isOver, since }) => ({
    deviceNo,
    rule,
    isOver,
    since: since.getTime(),
  }));
}

/** A device of which it is asked whether another process has taken in anything newer. */
export interface AskedForNewer {
  readonly deviceNo: number;
  /** Epoch milliseconds. */
  readonly after: number;
  /** The moments of readings that the asker knows itself. */
  readonly except: readonly number[];
}

/**
 * The moment of the newest stored reading of each device that the asker does not know; none where there is none. A clock
 * that is ahead counts as the platform's.
 */
export async function findNewerReadings(
  db: Db,
  { table }: KindTable,
  asked: readonly AskedForNewer[],
): Promise<(number | undefined)[]> {
  const known = asked.flatMap(({ deviceNo, except }) => except.map((at) => ({ deviceNo, at })));
  const oldest = asked.reduce((least, { after }) => Math.min(least, after), Number.POSITIVE_INFINITY);
  const at = `least(r.observed_at, ${arrivalOf("r")})`;
  const { rows } = await db.query<{ at: Date | null }>(
    `with known as materialized (
       select * from unnest($3::int4[], $4::timestamptz[]) as known (device_no, observed_at)
     )
     select newer.at
     from unnest($1::int4[], $2::timestamptz[]) with ordinality as asked (device_no, after, n)
     left join lateral (
       select ${at} as at from ${assertIdentifier(table)} r
       where r.device_no = asked.device_no and r.observed_at > asked.after and r.observed_at > $5::timestamptz
         and ${at} > asked.after and (r.device_no, r.observed_at) not in (select device_no, observed_at from known)
       order by r.observed_at desc limit 1
     ) newer on true
     order by asked.n`,
    [
      arrayOf(new Int4Column(), asked, ({ deviceNo }) => deviceNo),
      arrayOf(new TimestampColumn(), asked, ({ after }) => after),
      arrayOf(new Int4Column(), known, ({ deviceNo }) => deviceNo),
      arrayOf(new TimestampColumn(), known, (each) => each.at),
      new Date(oldest).toISOString(),
    ],
  );
  return rows.map((row) => row.at?.getTime());
}
