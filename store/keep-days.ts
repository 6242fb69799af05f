import { type Client, type Pool, withTransaction } from "./database.ts";
import {
  countersOf,
  dayOf,
  daysOfReadings,
  KEPT_UNTIL,
  keptColumns,
  keptTable,
  kindLiteral,
} from "./kept-days.ts";
import { assertIdentifier, type KindTable } from "./kind-table.ts";
import { keptBefore } from "./late-readings.ts";

/**
 * What the keeper does, in pieces. Each is one transaction that holds the kind's row of `rollup_state`, so two
 * processes never keep one kind at once, and retention waits as well. A piece that is interrupted has done nothing.
 */

/** `busy`: somebody else holds the kind. `done`: there is nothing to do now. */
export type Kept = "busy" | "done" | "more";

interface State {
  readonly complete_until: Date;
  readonly next_until: Date | null;
  readonly next_device_no: number;
}

async function lockState(tx: Client, { kind }: KindTable): Promise<State | undefined> {
  const { rows } = await tx.query<State>(
    `select complete_until, next_until, next_device_no from rollup_state
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
    await tx.query(keepSql(table), [from, until.toISOString(), state.next_device_no, above]);
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
    return "more";
  });
}

/**
 * Where the next step ends; undefined when nothing is due. Time without a chunk of readings is skipped: what comes
 * into it later is late, and logged.
 */
async function chooseStep(
  tx: Client,
  table: KindTable,
  from: Date,
  now: number | undefined,
): Promise<Date | "skipped" | undefined> {
  // A transaction that writes longer than the rule allows for may hold readings that nobody can see yet.
  const { rows } = await tx.query<{ settled: Date; midnight: Date; oldest: Date | null }>(
    `select least(coalesce($3::timestamptz, now()), (
              select min(xact_start) from pg_stat_activity
              where datname = current_database() and backend_xid is not null and pid <> pg_backend_pid()
            )) as settled,
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
  const kept = keptTable(table);
  const { days, priors } = keptColumns(table);
  const counters = countersOf(table).map(({ name }) => assertIdentifier(name));
  const lookup = counters.map((m) => `coalesce(b.${m}_last, b.${m}_prior) as ${m}_prior`).join(", ");
  const before =
    counters.length === 0
      ? ""
      : `left join lateral (
           select ${lookup} from ${kept} b
           where b.device_no = d.device_no and b.bucket < d.day order by b.bucket desc limit 1
         ) p on true`;
  const values = days.map((column) => (column === "bucket" ? "d.day" : `d.${column}`));
  return `
    with part as not materialized (
      select ${dayOf("$1::timestamptz")} as day, r.*
      from ${assertIdentifier(table.table)} r
      where r.observed_at >= $1::timestamptz and r.observed_at < $2::timestamptz
        and r.device_no >= $3::int and r.device_no < $4::int
    ), d as (${daysOfReadings("part", table.columns)})
    insert into ${kept} as k (${[...days, ...priors].join(", ")})
    select ${[...values, ...priors.map((prior) => `p.${prior}`)].join(", ")}
    from d left join devices on devices.device_no = d.device_no ${before}
    -- Rows of one region lie together then: a county's month of 400,000 meters is read from 3,000 pages, not from 130,000.
    order by devices.region_code, d.device_no
    on conflict (device_no, bucket) do update set ${additions(table).join(", ")}`;
}

/** How the readings of a further span are added to a day's row `k`. */
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
    if (type === "counter") sets.push(`${m}_first = coalesce(k.${m}_first, excluded.${m}_first)`);
    sets.push(`${m}_last = coalesce(excluded.${m}_last, k.${m}_last)`);
  }
  return sets;
}

/**
 * Makes the days anew that have changed since they were kept: the oldest `limit` entries of the log, which may name
 * a day several times. A day whose readings retention has dropped, or some of them, stays as it is.
 */
export function keepChanged(pool: Pool, table: KindTable, { limit }: { limit: number }): Promise<Kept> {
  return withTransaction(pool, async (tx) => {
    if (!(await lockState(tx, table))) return "busy";
    const { rows } = await tx.query<{ device_no: number; day: Date; taken: number }>(TAKE_CHANGES, [
      table.kind,
      limit,
    ]);
    if (rows.length === 0) return "done";
    const times = rows.map(({ day }) => day.getTime());
    // Bounds in plain words, so that the planner leaves out the chunks of other times.
    const first = new Date(Math.min(...times)).toISOString();
    const end = new Date(Math.max(...times) + DAY_MS).toISOString();
    const pairs = [rows.map((row) => row.device_no), rows.map(({ day }) => day.toISOString())];
    await tx.query(redoSql(table), [...pairs, first, end]);
    if (countersOf(table).length > 0) await tx.query(priorsSql(table), [...pairs, first]);
    return rows[0]!.taken < limit ? "done" : "more";
  });
}

const DAY_MS = 24 * 3_600_000;

/** `$1` kind, `$2` how many. What comes into the log meanwhile stays there, also for the same day. */
const TAKE_CHANGES = `
  with taken as (
    delete from rollup_changes where change_no in (
      select change_no from rollup_changes where kind = $1 order by change_no limit $2::int
    ) returning device_no, day
  )
  select device_no, day, (select count(*)::int from taken) as taken from taken group by device_no, day`;

/** `$1` and `$2` the days of devices, `$3` the first day, `$4` the end of the last. */
function redoSql(table: KindTable): string {
  const kept = keptTable(table);
  const { days } = keptColumns(table);
  const values = days.map((column) => (column === "bucket" ? "d.day" : `d.${column}`));
  const sets = days.slice(2).map((column) => `${column} = excluded.${column}`);
  return `
    with pairs as materialized (
      select * from unnest($1::int[], $2::timestamptz[]) as p (device_no, day)
    ), state as materialized (
      select * from rollup_state where kind = ${kindLiteral(table)}
    ), part as not materialized (
      select p.day, r.*
      from pairs p
      join ${assertIdentifier(table.table)} r on r.device_no = p.device_no
        and r.observed_at >= p.day and r.observed_at < p.day + interval '24 hours'
      cross join state s
      where r.observed_at >= $3::timestamptz and r.observed_at < $4::timestamptz and r.observed_at < ${KEPT_UNTIL}
    ), d as (${daysOfReadings("part", table.columns)})
    insert into ${kept} as k (${days.join(", ")})
    select ${values.join(", ")} from d
    on conflict (device_no, bucket) do update set ${sets.join(", ")}
    -- Readings are never deleted one by one: a day that has not become more has lost what it was made of, or had been
    -- kept after the change.
    where excluded.readings > k.readings and excluded.bucket >= (select readings_since from state)`;
}

/**
 * Puts the value before each day right, from the first changed day of each device up to the first one behind the last
 * that has a value of each counter. `$1` and `$2` as above, `$3` the first day of all.
 */
function priorsSql(table: KindTable): string {
  const kept = keptTable(table);
  const counters = countersOf(table).map(({ name }) => assertIdentifier(name));
  const list = (of: (m: string) => string) => counters.map(of).join(", ");
  return `
    with devices as materialized (
      select d.*, (
        select min(e.bucket) from ${kept} e
        where e.device_no = d.device_no and e.bucket > d.last_day
          and ${counters.map((m) => `e.${m}_last is not null`).join(" and ")}
      ) as until
      from (
        select device_no, min(day) as first_day, max(day) as last_day
        from unnest($1::int[], $2::timestamptz[]) as p (device_no, day) group by device_no
      ) d
    ), days as (
      select d.device_no, b.* from devices d cross join lateral (
        select b.bucket, false as wanted, ${list((m) => `coalesce(b.${m}_last, b.${m}_prior) as ${m}`)}
        from ${kept} b where b.device_no = d.device_no and b.bucket < d.first_day
        order by b.bucket desc limit 1
      ) b
      union all
      select k.device_no, k.bucket, true, ${list((m) => `k.${m}_last`)}
      from devices d join ${kept} k on k.device_no = d.device_no and k.bucket >= d.first_day
      where k.bucket >= $3::timestamptz and (d.until is null or k.bucket <= d.until)
    ), before as (
      select device_no, bucket, wanted,
             ${list((m) => `last(${m}, bucket) filter (where ${m} is not null) over earlier as ${m}`)}
      from days
      window earlier as (partition by device_no order by bucket rows between unbounded preceding and 1 preceding)
    )
    update ${kept} k set ${list((m) => `${m}_prior = b.${m}`)}
    from before b
    where b.wanted and k.device_no = b.device_no and k.bucket = b.bucket and k.bucket >= $3::timestamptz
      and (${counters.map((m) => `k.${m}_prior is distinct from b.${m}`).join(" or ")})`;
}
