import {
  assertIdentifier,
  type Client,
  type KindTable,
  MAX_INT4,
  type Pool,
  withTransaction,
} from "../database/index.ts";
import {
  addedParts,
  correctedDays,
  countedDays,
  dayValues,
  stateBefore,
  walkedColumns,
} from "./count-days.ts";
import { dayOf, keptTable } from "./kept-days.ts";
import { keptBefore } from "./late-readings.ts";
import { remakeOpen } from "./open-days.ts";
import { addToSums, openTable } from "./sums-table.ts";

/**
 * The keeper works in pieces. Each is one transaction that holds the kind's row of `rollup_state`, so two processes
 * never keep one kind at once, and retention waits as well. An interrupted piece has done nothing.
 */

/** `busy`: another process holds the kind. `done`: there is nothing to do now. */
export type Kept = "busy" | "done" | "more";

interface State {
  readonly complete_until: Date;
  readonly next_until: Date | null;
  readonly next_device_no: number;
  readonly sums_below: number;
}

export async function lockState(tx: Client, { kind }: KindTable): Promise<State | undefined> {
  const { rows } = await tx.query<State>(
    `select complete_until, next_until, next_device_no, sums_below from rollup_state
     where kind = $1 for update skip locked`,
    [kind],
  );
  return rows[0];
}

/**
 * Keeps the next readings of a kind: those of `devices` device numbers, of one span (`late-readings.ts`) or, far
 * behind, of one day.
 * @param now milliseconds since 1970; undefined for the database's own clock
 */
export function keepNext(
  pool: Pool,
  table: KindTable,
  { devices, now }: { devices: number; now?: number | undefined },
): Promise<Kept> {
  return withTransaction(pool, async (tx) => {
    const state = await lockState(tx, table);
    if (!state) return "busy";
    const until = state.next_until ?? (await chooseStep(tx, table, state.complete_until, now));
    if (until === undefined) return "done";
    if (until === "skipped") return "more";
    const from = state.complete_until.toISOString();
    const above = state.next_device_no + devices;
    const step = [from, until.toISOString(), state.next_device_no, above];
    await tx.query(keepSql(table), step);
    await tx.query(LOG_EXCHANGED, [...step, table.kind]);
    const { rows } = await tx.query<{ last: number | null }>(lastDeviceSql(table));
    const finished = above > (rows[0]!.last ?? 0);
    if (finished) {
      await tx.query(
        `update rollup_state set complete_until = $2::timestamptz, next_until = null, next_device_no = 0
         where kind = $1`,
        [table.kind, until.toISOString()],
      );
    } else {
      await tx.query(
        "update rollup_state set next_until = $2::timestamptz, next_device_no = $3::int where kind = $1",
        [table.kind, until.toISOString(), above],
      );
    }
    // The open part of these devices is now kept in part.
    await remakeOpen(tx, table, {
      devices: `select distinct device_no from ${openTable(table)} where device_no >= $6::int and device_no < $7::int`,
      values: [state.next_device_no, above],
      keptUntil: until,
    });
    return "more";
  });
}

/**
 * Notes that an operator has dropped readings past the platform, so that their days are not counted again from late
 * readings alone.
 */
export async function noteDroppedReadings(pool: Pool, table: KindTable): Promise<void> {
  await pool.query(
    `update rollup_state s set readings_since = c.oldest
     from (
       select coalesce(min(range_start), (select complete_until from rollup_state where kind = $1)) as oldest
       from timescaledb_information.chunks
       where hypertable_schema = current_schema() and hypertable_name = $2
     ) c
     where s.kind = $1 and s.readings_since < c.oldest
       -- The day that the oldest chunk begins in may have a row of its own readings.
       and exists (select from ${keptTable(table)} k where k.bucket + interval '24 hours' <= c.oldest)`,
    [table.kind, table.table],
  );
}

/**
 * SQL of the moment before which every writing transaction has ended: a transaction that writes for longer than the
 * rule allows may hold readings that no other one can see yet. `now` is SQL too, null for the database's own clock.
 */
export const settledAt = (now: string): string => `least(coalesce(${now}::timestamptz, now()), (
              select min(xact_start) from pg_stat_activity
              where datname = current_database() and backend_xid is not null and pid <> pg_backend_pid()
            ))`;

/**
 * The end of the next step; undefined when nothing is due. Time without a chunk of readings is skipped: readings that
 * come into it later are late, and logged.
 */
async function chooseStep(
  tx: Client,
  table: KindTable,
  from: Date,
  now: number | undefined,
): Promise<Date | "skipped" | undefined> {
  const { rows } = await tx.query<{ settled: Date; midnight: Date; oldest: Date | null }>(
    `select ${settledAt("$3")} as settled,
            ${dayOf("$2::timestamptz")} + interval '24 hours' as midnight,
            (select ${dayOf("min(range_start)")} from timescaledb_information.chunks
             where hypertable_schema = current_schema() and hypertable_name = $1
               and range_end > $2::timestamptz) as oldest`,
    [table.table, from.toISOString(), now === undefined ? null : new Date(now).toISOString()],
  );
  const { settled, midnight, oldest } = rows[0]!;
  const due = keptBefore(settled.getTime());
  if (due <= from.getTime()) return undefined;
  if (oldest === null || oldest > from) {
    const to = new Date(Math.min(due, oldest?.getTime() ?? due));
    await tx.query("update rollup_state set complete_until = $2::timestamptz where kind = $1", [
      table.kind,
      to.toISOString(),
    ]);
    // The day in which the readings end may have a row already, which such an exchange changes.
    await tx.query(LOG_EXCHANGED, [from.toISOString(), to.toISOString(), 0, MAX_INT4, table.kind]);
    return "skipped";
  }
  return new Date(Math.min(due, midnight.getTime()));
}

/**
 * The highest device number with a reading: the last entry of each chunk's index. Asked of one span alone, the index is
 * read to its beginning in every other chunk (4 s for 400,000 meters).
 */
const lastDeviceSql = ({ table }: KindTable): string =>
  `select max(device_no) as last from ${assertIdentifier(table)}`;

/** `$1` from and `$2` until, within one day; `$3` first device number, `$4` behind the last. */
function keepSql(table: KindTable): string {
  const { columns, values } = dayValues(table);
  return `
    with part as not materialized (
      select ${dayOf("$1::timestamptz")} as day, r.*
      from ${assertIdentifier(table.table)} r
      where r.observed_at >= $1::timestamptz and r.observed_at < $2::timestamptz
        and r.device_no >= $3::int and r.device_no < $4::int
    ), d as (${countedDays(table)}),
    w as materialized (
      select d.*${walkedColumns(table, {
        since: { device: "d.device_no", since: "least(b.bucket + interval '24 hours', $1::timestamptz)" },
        end: "$2::timestamptz",
        following: () => "null",
      })} from d ${stateBefore(table, "<=", "d.device_no", "d.day")}
    )${correctedDays(table)}, kept as (
      insert into ${keptTable(table)} as k (${columns.join(", ")})
      select ${values.join(", ")}
      from w left join devices on devices.device_no = w.device_no
      -- Rows of one region lie together then: a county's month of 400,000 meters is read from 3,000 pages, not from 130,000.
      order by devices.region_code, w.device_no
      on conflict (device_no, bucket) do update set ${additions(table).join(", ")}
    ), parts as (${addedParts(table)})
    ${addToSums(table, "parts")}`;
}

/**
 * A register that was exchanged in a span without a reading goes on otherwise all the same: the day is counted again
 * then. Parameters as above, and `$5` the kind.
 */
const LOG_EXCHANGED = `
  insert into rollup_changes (kind, device_no, day)
  select distinct d.kind, d.device_no, ${dayOf("e.at")}
  from register_exchanges e join devices d using (device_no)
  where d.kind = $5 and e.at >= $1::timestamptz and e.at < $2::timestamptz
    and e.device_no >= $3::int and e.device_no < $4::int`;

/** The assignments that add the readings of a further span to a day's row `k`. */
function additions({ columns }: KindTable): string[] {
  const sets = ["readings = k.readings + excluded.readings"];
  for (const { name, type } of columns) {
    const m = assertIdentifier(name);
    if (type === "gauge") {
      sets.push(
        `${m}_count = k.${m}_count + excluded.${m}_count`,
        `${m}_min = least(k.${m}_min, excluded.${m}_min)`,
        `${m}_max = greatest(k.${m}_max, excluded.${m}_max)`,
        `${m}_sum = coalesce(k.${m}_sum + excluded.${m}_sum, k.${m}_sum, excluded.${m}_sum)`,
      );
      continue;
    }
    if (type === "counter") {
      sets.push(
        `${m}_first = coalesce(k.${m}_first, excluded.${m}_first)`,
        `${m}_used = coalesce(k.${m}_used + excluded.${m}_used, k.${m}_used, excluded.${m}_used)`,
        ...["tail", "level", "edge", "past"].map((of) => `${m}_${of} = excluded.${m}_${of}`),
      );
    }
    sets.push(`${m}_last = coalesce(excluded.${m}_last, k.${m}_last)`);
  }
  return sets;
}
