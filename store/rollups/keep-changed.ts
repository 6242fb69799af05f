import {
  assertIdentifier,
  type KindTable,
  kindLiteral,
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
import { type Kept, lockState } from "./keep-days.ts";
import { remakeExtremes } from "./keep-sums.ts";
import { countersOf, keptColumns, keptTable, keptUntil, list } from "./kept-days.ts";
import { remakeOpen } from "./open-days.ts";
import { addToSums, joinPlaceInSums, PLACE_IN_SUMS, sumsFields } from "./sums-table.ts";
import { inSteps, pastOf, shiftAt, WALKED } from "./usage-sql.ts";

/**
 * Counts days again that have changed since they were kept: the first day of each device in the oldest `limit` entries
 * of the log. Where the state at its end comes out otherwise, the next day of the device has changed as well and is
 * logged; mostly it does not. Days of which retention has dropped readings stay as they are.
 */
export function keepChanged(pool: Pool, table: KindTable, { limit }: { limit: number }): Promise<Kept> {
  return withTransaction(pool, async (tx) => {
    const state = await lockState(tx, table);
    if (!state) return "busy";
    const { rows } = await tx.query<{ device_no: number; day: Date; takes_away: boolean }>(TAKE_CHANGES, [
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
    // Open days go on from the kept ones.
    await remakeOpen(tx, table, {
      devices: "select unnest($6::int[]) as device_no",
      values: [pairs[0]],
      keptUntil: state.complete_until,
    });
    const less = rows.filter((row) => row.takes_away);
    if (less.length > 0) {
      await remakeExtremes(
        tx,
        table,
        `select distinct ${PLACE_IN_SUMS.region} as region_code, ${PLACE_IN_SUMS.tenant} as tenant_id, t.day
         from unnest($1::int[], $2::timestamptz[]) as t (device_no, day) ${joinPlaceInSums("t.device_no")}`,
        [less.map((row) => row.device_no), less.map(({ day }) => day.toISOString())],
      );
    }
    return "more";
  });
}

const DAY_MS = 24 * 3_600_000;

/**
 * `$1` kind, `$2` how many. Entries that come into the log meanwhile stay there, also for the same day, and so do later
 * days of a device: they go on from its first.
 */
const TAKE_CHANGES = `
  with oldest as materialized (
    select change_no, device_no, day from rollup_changes where kind = $1 order by change_no limit $2::int
  ), firsts as materialized (
    select device_no, min(day) as day from oldest group by device_no
  ), taken as (
    delete from rollup_changes where change_no in (
      select o.change_no from oldest o join firsts f on f.device_no = o.device_no and f.day = o.day
    )
    returning device_no, day, takes_away
  )
  select device_no, day, bool_or(takes_away) as takes_away from taken group by device_no, day`;

/** `$1` and `$2` days of devices, one of each; `$3` the first day, `$4` the end of the last. */
function redoSql(table: KindTable): string {
  const kept = keptTable(table);
  const { columns, values } = dayValues(table);
  const raw = assertIdentifier(table.table);
  const counters = countersOf(table.columns);
  const before = sumsFields(table).map(({ type, ofKept }) => (type === "real" ? "null" : `-${ofKept("o")}`));
  const sets = columns.slice(2).map((column) => `${column} = excluded.${column}`);
  // The next reading judges the newest reading of the day.
  const since = { device: "p.device_no", since: "coalesce(b.bucket + interval '24 hours', '-infinity')" };
  const end = `least(p.day + interval '24 hours', ${keptUntil("p.device_no")})`;
  const following = (counter: (typeof counters)[number]) => `(
        select ${inSteps(counter, `n.${counter.name}`)} + ${shiftAt(counter, since, "n.observed_at")} from ${raw} n
        where n.device_no = p.device_no and n.observed_at >= p.day + interval '24 hours'
          and n.observed_at < ${keptUntil("p.device_no")} and n.${counter.name} is not null
        order by n.observed_at limit 1)`;
  const ends = counters.flatMap(({ name }) => [
    ...(["tail", "level", "edge"] as const).map((of) => ({
      old: `o.${name}_${of}`,
      made: `w.${name}_walk[${WALKED[of]}]`,
    })),
    { old: `o.${name}_past`, made: pastOf(`w.${name}_walk`) },
  ]);
  const otherwise =
    ends.length === 0
      ? ""
      : `, next as (
      insert into rollup_changes (kind, device_no, day)
      select ${kindLiteral(table)}, w.device_no, n.bucket
      from w
      cross join state s
      left join ${kept} o on o.device_no = w.device_no and o.bucket = w.day
      cross join lateral (
        select n.bucket from ${kept} n where n.device_no = w.device_no and n.bucket > w.day order by n.bucket limit 1
      ) n
      where n.bucket >= s.readings_since and (o.device_no is null
        or (${ends.map(({ old }) => old).join(", ")}) is distinct from (${ends.map(({ made }) => made).join(", ")}))
    )`;
  return `
    with state as materialized (
      select * from rollup_state where kind = ${kindLiteral(table)}
    ), pairs as materialized (
      select p.* from unnest($1::int[], $2::timestamptz[]) as p (device_no, day), state s where p.day >= s.readings_since
    ), part as not materialized (
      select p.day, r.*
      from pairs p
      join ${raw} r on r.device_no = p.device_no
        and r.observed_at >= p.day and r.observed_at < p.day + interval '24 hours'
      cross join state s
      where r.observed_at >= $3::timestamptz and r.observed_at < $4::timestamptz and r.observed_at < ${keptUntil("r.device_no")}
    ), d as (${countedDays(table)}),
    w as materialized (
      select p.device_no, p.day, d.bucket, d.readings${list(
        keptColumns(table)
          .days.slice(3)
          .map((column) => `d.${column}`),
      )}${walkedColumns(table, { since, end, following })}
      from pairs p
      cross join state s
      left join d on d.device_no = p.device_no and d.day = p.day
      ${stateBefore(table, "<", "p.device_no", "p.day")}
    )${correctedDays(table)}${otherwise}, emptied as (
      delete from ${kept} k using w
      where k.device_no = w.device_no and k.bucket = w.day and w.readings is null
        and k.bucket >= $3::timestamptz and k.bucket < $4::timestamptz
    ), made as (
      insert into ${kept} as k (${columns.join(", ")})
      select ${values.join(", ")} from w where w.readings is not null
      on conflict (device_no, bucket) do update set ${sets.join(", ")}
    ), parts as (
      ${addedParts(table)}
      union all
      select o.device_no, o.bucket, ${before.join(", ")}
      from w join ${kept} o on o.device_no = w.device_no and o.bucket = w.day
      where o.bucket >= $3::timestamptz and o.bucket < $4::timestamptz
    )
    ${addToSums(table, "parts")}`;
}
