import { PlatformError } from "../../base/errors.ts";
import {
  assertIdentifier,
  type Client,
  type Db,
  type KindTable,
  kindLiteral,
  type QuantityColumn,
} from "../database/index.ts";
import { dayColumns, daySelect, hourColumns, hourSelect } from "./rollups.ts";

/**
 * Days that the platform keeps itself, on every edition.
 *
 * A row of `<table>_1d_kept` is a device's day, made of the readings before `rollup_state.complete_until`; of devices
 * below `next_device_no` before `next_until`. Queries add the readings from then on, and count the days in
 * `rollup_changes` again. One statement sees all of this at one moment, so a day is never counted twice or missed,
 * whatever the keeper (`rollup-keeper.ts`) is doing.
 *
 * For a counter a row has `_used`, the steps of its readings (`usage-sql.ts`), and the state at its end, so that the
 * next reading can be counted from there: `_level` and `_edge`, and `_tail`, which is the count of the newest reading
 * until another follows; `_past` has values that may still turn out to have been wrong, mostly null. The row of a day
 * without a value of the counter holds the state of the day before.
 */

export const keptTable = ({ table }: KindTable): string => `${assertIdentifier(table)}_1d_kept`;

/** A quarter: a county's month is in one or two chunks, and a province's meters make 8 GB of one. */
const CHUNK = "interval '91 days'";

/**
 * The form of kept days that this version makes: form 1 had no usage, and form 2 took every register that stayed below
 * its former peak for one that had begun anew.
 */
const FORM = 3;

/**
 * The day of a moment. The same as `time_bucket` with the zone, which costs a microsecond more: days there have 24
 * hours each, since before any reading.
 */
export const dayOf = (moment: string): string =>
  `time_bucket(interval '24 hours', ${moment}, timestamptz '2015-01-01 00:00:00+08')`;

/** Further columns of a select. */
export const list = (items: readonly string[]): string => items.map((item) => `, ${item}`).join("");

export const countersOf = (columns: readonly QuantityColumn[]): QuantityColumn[] =>
  columns.filter(({ type }) => type === "counter");

/**
 * Days from readings, which are the relation `part` with `day` and the table's columns. `bucket` is when the first was
 * observed, so that a day's parts have an order.
 */
export const daysOfReadings = (part: string, columns: readonly QuantityColumn[], more = ""): string =>
  [
    `select day, min(observed_at) as bucket, device_no, count(*) as readings${more}`,
    ...columns.flatMap(hourColumns).map((column) => `, ${column}`),
    `from ${part} group by day, device_no`,
  ].join("\n");

/** One row per device and day of a relation that may hold several parts of a day. */
const mergedDays = (parts: string, columns: readonly QuantityColumn[]): string =>
  [
    "select day, device_no, sum(readings)::bigint as readings",
    ...columns.flatMap(dayColumns).map((column) => `, ${column}`),
    `from ${parts} group by day, device_no`,
  ].join("\n");

/** True when a reading `r` is not in its kept day yet; `s` is the row of `rollup_state`. */
const NOT_KEPT = "(r.device_no >= s.next_device_no or r.observed_at >= s.next_until)";

/** The moment up to which the readings of a device are in its kept days. */
export const keptUntil = (deviceNo: string): string =>
  `case when ${deviceNo} < s.next_device_no then s.next_until else s.complete_until end`;

/** The columns of a day's row after its device, in the order of the rollup. */
const valuesOf = (columns: readonly QuantityColumn[]): string[] =>
  columns.flatMap(({ name, type }) => {
    const m = assertIdentifier(name);
    if (type === "gauge") return ["count", "min", "max", "sum"].map((of) => `${m}_${of}`);
    return type === "counter" ? [`${m}_first`, `${m}_last`] : [`${m}_last`];
  });

/** Columns of a counter's usage, with their types. */
const USAGE = { used: "bigint", tail: "bigint", level: "bigint", edge: "bigint", past: "bigint[]" } as const;

/** All columns of the kept table, and of them those of a counter's usage. */
export function keptColumns({ columns }: KindTable): { days: string[]; usage: string[] } {
  return {
    days: ["bucket", "device_no", "readings", ...valuesOf(columns)],
    usage: countersOf(columns).flatMap(({ name }) =>
      Object.keys(USAGE).map((of) => `${assertIdentifier(name)}_${of}`),
    ),
  };
}

/** The rollup by day: kept days, newer readings, and days that have changed since they were kept. */
export function keptDaySelect(table: KindTable): string {
  const { columns } = table;
  const names = list(columns.map(({ name }) => `r.${assertIdentifier(name)}`));
  return `
    with state as (select * from rollup_state where kind = ${kindLiteral(table)}),
    changed as (
      select distinct c.device_no, c.day from rollup_changes c, state s
      where c.kind = ${kindLiteral(table)} and c.day >= s.readings_since
    ), part as not materialized (
      select ${dayOf("r.observed_at")} as day, r.device_no, r.observed_at${names}
      from ${table.table} r cross join state s
      where r.observed_at >= (select complete_until from state) and ${NOT_KEPT}
      union all
      select c.day, r.device_no, r.observed_at${names}
      from changed c
      join ${table.table} r on r.device_no = c.device_no
        and r.observed_at >= c.day and r.observed_at < c.day + interval '24 hours'
      cross join state s
      where r.observed_at < ${keptUntil("r.device_no")}
    ), newer as (${daysOfReadings("part", columns)}),
    parts as (
      select k.bucket as day, k.bucket, k.device_no, k.readings${list(valuesOf(columns).map((name) => `k.${name}`))}
      from ${keptTable(table)} k
      where (k.device_no, k.bucket) not in (select device_no, day from changed)
      union all
      select * from newer
    ), days as (${mergedDays("parts", columns)})
    select day as bucket, device_no, readings${list(valuesOf(columns))} from days`;
}

/** True when the days of a kind are kept in this database, in the form of this version. */
export async function hasKeptDays(db: Db, table: KindTable): Promise<boolean> {
  const { rows } = await db.query<{ there: boolean }>(
    `select to_regclass($1) is not null
            and exists (select from rollup_state where kind = $2 and form = ${FORM}) as there`,
    [keptTable(table), table.kind],
  );
  return rows[0]!.there;
}

/**
 * Makes the table of kept days, or widens it. Its types are those of the day's select. Rows that are there stay: a
 * column that a kind has gained has no values before, so they are right.
 */
export async function makeKeptTable(client: Client, table: KindTable): Promise<void> {
  const kept = keptTable(table);
  const usage = countersOf(table.columns).flatMap(({ name }) =>
    Object.entries(USAGE).map(([of, type]) => `, null::${type} as ${assertIdentifier(name)}_${of}`),
  );
  await client.query("drop table if exists wanted_days");
  await client.query(
    `create temporary table wanted_days as
     with ${table.table}_1h as (${hourSelect(table)}), d as (${daySelect(table)})
     select d.*${usage.join("")} from d with no data`,
  );
  await client.query(
    `create table if not exists ${kept} (like wanted_days, primary key (device_no, bucket))`,
  );
  await client.query(
    `select create_hypertable('${kept}', by_range('bucket', ${CHUNK}), create_default_indexes => false, if_not_exists => true)`,
  );
  const { rows } = await client.query<{ name: string; type: string; before: string | null }>(
    `select w.attname as name, format_type(w.atttypid, w.atttypmod) as type,
            format_type(k.atttypid, k.atttypmod) as before
     from pg_attribute w
     left join pg_attribute k on k.attrelid = $1::regclass and k.attname = w.attname and not k.attisdropped
     where w.attrelid = 'wanted_days'::regclass and w.attnum > 0
     order by w.attnum`,
    [kept],
  );
  for (const { name, type, before } of rows) {
    const column = assertIdentifier(name);
    // A quantity that did not exist has no values, so their count is 0.
    const none = name.endsWith("_count") ? " default 0" : "";
    if (before === null) await client.query(`alter table ${kept} add column ${column} ${type}${none}`);
    else if (before !== type) await client.query(`alter table ${kept} alter column ${column} type ${type}`);
  }
  await client.query("drop table wanted_days");
}

/**
 * Begins to keep the days of a kind, from scratch if asked: days whose readings are there are made from them, and days
 * whose readings are gone stay as they are (`carry-days.ts`). Nothing happens to days that are kept already.
 */
export async function beginKeeping(client: Client, table: KindTable, anew: boolean): Promise<void> {
  const kept = keptTable(table);
  if (!anew && (await hasKeptDays(client, table))) return;
  const { rows } = await client.query<{ oldest: string | null; outlived: boolean }>(
    `with readings as (
       select coalesce(
         greatest(
           (select min(range_start) from timescaledb_information.chunks
            where hypertable_schema = current_schema() and hypertable_name = $2),
           (select nullif(readings_since, '-infinity') from rollup_state where kind = $1)
         ),
         (select max(bucket) + interval '24 hours' from ${kept})
       ) as oldest
     )
     select oldest::text, exists (select from ${kept} k where k.bucket + interval '24 hours' <= oldest) as outlived from readings`,
    [table.kind, table.table],
  );
  const { oldest, outlived } = rows[0]!;
  await client.query(`delete from ${kept} where not $2::boolean or bucket >= $1::timestamptz`, [
    oldest,
    outlived,
  ]);
  await client.query("delete from rollup_state where kind = $1", [table.kind]);
  if (!outlived) {
    await client.query(`insert into rollup_state (kind, form) values ($1, ${FORM})`, [table.kind]);
    return;
  }
  // The first day that is whole in the readings; the one before is kept, though some of its readings are still there.
  await client.query(
    `insert into rollup_state (kind, form, readings_since, complete_until)
     select $1, ${FORM}, $2::timestamptz, ${dayOf("$2::timestamptz - interval '1 microsecond'")} + interval '24 hours'`,
    [table.kind, oldest],
  );
}

/** The first day of which all readings are there, by a row of `rollup_state`. */
const WHOLE_SINCE = `${dayOf("readings_since - interval '1 microsecond'")} + interval '24 hours'`;

/**
 * Refuses a change to the sum of a moment's day, where that day cannot be counted from readings any more.
 * @throws PlatformError `readings_dropped`
 */
export async function assertCountable(tx: Client, { kind }: KindTable, at: Date): Promise<void> {
  const { rows } = await tx.query<{ since: Date }>(
    `select ${WHOLE_SINCE} as since from rollup_state
     where kind = $1::text and readings_since > '-infinity' and ${WHOLE_SINCE} > $2::timestamptz`,
    [kind, at.toISOString()],
  );
  if (!rows[0]) return;
  throw new PlatformError(
    "readings_dropped",
    `Readings before ${rows[0].since.toISOString()} have been dropped, so their sums can no longer be changed`,
  );
}

/**
 * Since when days can be counted from readings, for each kind that has lost some: the first day that is whole, in
 * milliseconds since 1970. Readings from before that cannot come into their day any more.
 */
export async function readReadingsSince(db: Db): Promise<[kind: string, since: number][]> {
  const { rows } = await db.query<{ kind: string; since: Date }>(
    `select kind, ${WHOLE_SINCE} as since from rollup_state where readings_since > '-infinity'`,
  );
  return rows.map(({ kind, since }) => [kind, since.getTime()]);
}
