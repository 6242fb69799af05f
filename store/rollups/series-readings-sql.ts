import { assertIdentifier, kindLiteral, type QuantityColumn } from "../database/index.ts";
import { keptTable, keptUntil, list } from "./kept-days.ts";
import { dayStart } from "./late-readings.ts";
import { literalOf, type SeriesSqlOptions } from "./series-cells.ts";
import { inSteps, readingsOf, type Since, shiftAt, shiftsSql, walkSql } from "./usage-sql.ts";

/**
 * The readings of a series that are not in kept days, and the usage that counters counted in them. Each device has a
 * moment `since` from which on its readings are looked at; the time before is known from its kept days, at least as the
 * state that a counter goes on from:
 *
 * - in a series of days, from the end of its kept days;
 * - from its first changed day on where there is one (`dirty`), since all days after it may be different now;
 * - in other series from the day in which the range begins.
 */

export interface SeriesMembers extends SeriesSqlOptions {
  readonly used: readonly QuantityColumn[];
  /** The counters whose usage the query needs. */
  readonly counters: readonly QuantityColumn[];
}

/** SQL of a device's `since`: `f` is the device, `c` its first changed day, `s` the row of `rollup_state`. */
export const sinceOf = ({ source, counters }: SeriesMembers): string =>
  source === "1d"
    ? `least(c.day, ${keptUntil("f.device_no")})`
    : counters.length > 0
      ? `least(c.day, ${keptUntil("f.device_no")}, $5::timestamptz)`
      : "$3::timestamptz";

/** `state`, `members` and `part`, the readings of members since then in the range. */
export function newerReadings(options: SeriesMembers): string[] {
  const { table, source, counters, used, asKept = false } = options;
  const raw = assertIdentifier(table.table);
  const columns = list(used.map(({ name }) => `r.${assertIdentifier(name)}`));
  const fromKept = !asKept && (source === "1d" || counters.length > 0);
  const kept = options.keptUntil.getTime();
  // In plain words where possible, so that the planner leaves out the chunks before and knows how much is left.
  const bound =
    source === "1d"
      ? kept
      : counters.length > 0
        ? Math.min(kept, dayStart(options.from.getTime()))
        : options.from.getTime();
  return [
    // Mostly there are no changes, and after an outage tens of thousands: "in" hashes them whatever the planner
    // expects.
    `state as materialized (
      select coalesce(s.complete_until, '-infinity') as complete_until, coalesce(s.next_device_no, 0) as next_device_no,
             s.next_until, coalesce(s.readings_since, '-infinity') as readings_since
      from (select) one left join rollup_state s on s.kind = ${kindLiteral(table)}
    )`,
    `changed as materialized (
      select r.device_no, min(r.day) as day from rollup_changes r, state s
      where ${fromKept} and r.kind = ${kindLiteral(table)} and r.day >= s.readings_since
        and r.device_no = any (array(select device_no from fleet))
      group by r.device_no
    )`,
    `members as materialized (
      select f.device_no, f.key, ${sinceOf(options)} as since, c.day is not null as dirty
      from fleet f cross join state s left join changed c on c.device_no = f.device_no
    )`,
    `part as not materialized (
      select m.key, r.device_no, r.observed_at${columns}
      from members m join ${raw} r on r.device_no = m.device_no
      where not m.dirty and r.device_no = any (array(select device_no from members where not dirty))
        and r.observed_at >= ${literalOf(bound)} and r.observed_at >= m.since and r.observed_at < $4::timestamptz
      union all
      select m.key, r.device_no, r.observed_at${columns}
      from members m join ${raw} r on r.device_no = m.device_no and r.observed_at >= m.since
      where m.dirty and r.observed_at < $4::timestamptz
    )`,
  ];
}

/**
 * The columns of `walked` after its device: the moments of `row`, and the result of its readings (`readingArrays`),
 * going on from the kept row `b`.
 * @param end SQL of where the readings end; `behind` the condition for a reading `n` after them
 */
export function walkColumns(
  { table, counters }: SeriesMembers,
  { row, since, end, behind }: { row: string; since: Since; end: string; behind: string },
): string {
  const names = counters.map(({ name }) => assertIdentifier(name));
  const walks = counters.map((counter, i) =>
    walkSql(counter, {
      level: `b.${names[i]}_level`,
      edge: `b.${names[i]}_edge`,
      past: `b.${names[i]}_past`,
      readings: `${row}.${names[i]}_readings`,
      shifts: shiftsSql(counter, since, `${row}.at`, end),
      following: `(
        select ${inSteps(counter, `n.${names[i]}`)} + ${shiftAt(counter, since, "n.observed_at")}
        from ${assertIdentifier(table.table)} n
        where n.device_no = ${since.device} and ${behind} and n.${names[i]} is not null
        order by n.observed_at limit 1)`,
    }),
  );
  return list([
    `${row}.at`,
    "b.bucket as before",
    ...names.map((m) => `b.${m}_tail as ${m}_owed`),
    ...walks.map((walk, i) => `${walk} as ${names[i]}_walk`),
  ]);
}

/** The readings of each counter in a group of `r` as arrays, and when they were observed. */
export const readingArrays = ({ counters }: SeriesMembers): string =>
  list([
    "array_agg(r.observed_at order by r.observed_at) as at",
    ...counters.map((counter) => `${readingsOf(counter, "r")} as ${counter.name}_readings`),
  ]);

/**
 * `walked`: for each device the moments of those readings (`at`) and the result of `usage_steps` for each counter,
 * going on from the newest kept row before them (`before`), which has counted `<counter>_owed` for its newest reading.
 *
 * A device without a reading there is in it as well where a reading after the range may judge its newest kept one.
 * Mostly that one was kept long ago, so it is looked for in kept days first.
 */
export function walkedUsage(options: SeriesMembers): string {
  const { table, counters, source } = options;
  const kept = keptTable(table);
  const names = counters.map(({ name }) => assertIdentifier(name));
  const columns = walkColumns(options, {
    row: "u",
    since: {
      device: "m.device_no",
      since: "coalesce(least(b.bucket + interval '24 hours', m.since), '-infinity')",
    },
    end: "$4::timestamptz",
    behind: "n.observed_at >= $4::timestamptz and n.observed_at >= m.since",
  });
  const waits =
    source === "1d"
      ? `m.dirty or (
        select true from ${kept} k
        where k.device_no = m.device_no and k.bucket >= $4::timestamptz and ${names.map((m) => `k.${m}_last is not null`).join(" and ")}
        limit 1) is null`
      : "false";
  return `walked as materialized (
      select m.device_no, m.key${columns}
      from members m
      left join (
        select r.device_no${readingArrays(options)}
        from part r group by r.device_no
      ) u on u.device_no = m.device_no
      left join lateral (
        select k.* from ${kept} k where k.device_no = m.device_no and k.bucket < m.since order by k.bucket desc limit 1
      ) b on true
      where u.device_no is not null or ${waits}
    )`;
}
