import { assertIdentifier, type KindTable, type QuantityColumn } from "../database/index.ts";
import { countersOf, daysOfReadings, keptColumns, keptTable, list } from "./kept-days.ts";
import { sumsFields } from "./sums-table.ts";
import { pastOf, readingsOf, type Since, shiftsSql, WALKED, walkSql } from "./usage-sql.ts";

/**
 * The counting parts of the keeper's statements (`keep-days.ts`, `keep-changed.ts`). Readings are the relation `part`
 * with `day`; `d` are days of it, and `w` the same with the state that each day goes on from and the result.
 */

const namesOf = (columns: readonly QuantityColumn[]): string[] =>
  countersOf(columns).map(({ name }) => assertIdentifier(name));

/** Days of `part`, with the readings of each counter as an array, and when they were observed. */
export const countedDays = ({ columns }: KindTable): string =>
  daysOfReadings(
    "part",
    columns,
    countersOf(columns).length === 0
      ? ""
      : list([
          "array_agg(part.observed_at order by part.observed_at) as moments",
          ...countersOf(columns).map(
            (counter) => `${readingsOf(counter, "part")} as ${counter.name}_readings`,
          ),
        ]),
  );

/**
 * The newest kept row before a day of `d`, or of that day itself, as `b`: `before` is its day, `<counter>_was` is true
 * if it has a value, `<counter>_owed` is the count of the newest reading so far, `<counter>_walk` the result of the
 * readings.
 * @param end SQL of where the readings end; `following` of the next reading, for a counter
 */
export function walkedColumns(
  { columns }: KindTable,
  { since, end, following }: { since: Since; end: string; following: (counter: QuantityColumn) => string },
): string {
  const counters = countersOf(columns);
  if (counters.length === 0) return ", null::timestamptz as before";
  return list([
    "b.bucket as before",
    ...counters.flatMap((counter) => {
      const m = assertIdentifier(counter.name);
      const walk = walkSql(counter, {
        level: `b.${m}_level`,
        edge: `b.${m}_edge`,
        past: `b.${m}_past`,
        readings: `d.${m}_readings`,
        shifts: shiftsSql(counter, since, "d.moments", end),
        following: following(counter),
      });
      return [`b.${m}_last is not null as ${m}_was`, `b.${m}_tail as ${m}_owed`, `${walk} as ${m}_walk`];
    }),
  ]);
}

export const stateBefore = (table: KindTable, compare: "<" | "<=", device: string, day: string): string =>
  countersOf(table.columns).length === 0
    ? ""
    : `left join lateral (
      select b.* from ${keptTable(table)} b
      where b.device_no = ${device} and b.bucket ${compare} ${day} order by b.bucket desc limit 1
    ) b on true`;

/** True when the newest reading before is of the day itself, so that the day's own row has its count. */
const isHere = (m: string): string => `coalesce(w.before = w.day and w.${m}_was, false)`;

/** The columns of a day's row of usage from `w`, in the order of `keptColumns`. */
function usageValues({ columns }: KindTable): string[] {
  return namesOf(columns).flatMap((m) => {
    const walk = (of: keyof typeof WALKED) => `w.${m}_walk[${WALKED[of]}]`;
    return [
      `case when ${isHere(m)} then coalesce(${walk("sum")}, 0) + ${walk("edgeStep")} - w.${m}_owed else ${walk("sum")} end`,
      walk("tail"),
      walk("level"),
      walk("edge"),
      pastOf(`w.${m}_walk`),
    ];
  });
}

/**
 * Common table expressions that correct rows of earlier days whose newest reading counts otherwise now that others
 * follow: rare, as after an outlier right before midnight.
 */
export function correctedDays(table: KindTable): string {
  const kept = keptTable(table);
  const names = namesOf(table.columns);
  if (names.length === 0) return "";
  const differs = (m: string) =>
    `(not ${isHere(m)} and w.${m}_walk[${WALKED.edgeStep}] is distinct from w.${m}_owed)`;
  const moved = names.flatMap((m) => [
    `w.${m}_walk[${WALKED.edgeStep}] as ${m}_tail`,
    `w.${m}_walk[${WALKED.edgeStep}] - w.${m}_owed as ${m}_more`,
    `case when ${differs(m)} then (
        select max(k.bucket) from ${kept} k
        where k.device_no = w.device_no and k.bucket < w.day and k.${m}_last is not null) end as ${m}_owner`,
  ]);
  const sets = names.flatMap((m) => [
    `${m}_used = k.${m}_used + case when k.bucket = v.${m}_owner then v.${m}_more else 0 end`,
    `${m}_tail = case when k.bucket >= v.${m}_owner then v.${m}_tail else k.${m}_tail end`,
  ]);
  return `, moved as materialized (
      select w.device_no, w.day${list(moved)} from w where ${names.map(differs).join(" or ")}
    ), corrected as (
      update ${kept} k set ${sets.join(", ")}
      from moved v
      where k.device_no = v.device_no and k.bucket < v.day and k.bucket >= least(${names.map((m) => `v.${m}_owner`).join(", ")})
    )`;
}

/** The values of a day's row from `w`, in the order of `keptColumns`. */
export function dayValues(table: KindTable): { columns: string[]; values: string[] } {
  const { days, usage } = keptColumns(table);
  return {
    columns: [...days, ...usage],
    values: [...days.map((column) => (column === "bucket" ? "w.day" : `w.${column}`)), ...usageValues(table)],
  };
}

/**
 * Selects of the additions of `w` to the sums, and of the moves of `correctedDays`: `(device_no, day)` with the fields
 * of `sumsFields`. Days without readings add nothing.
 */
export function addedParts(table: KindTable): string {
  const usage = new Map(
    usageValues(table).map((value, i) => [`w.${keptColumns(table).usage[i]}`, value] as const),
  );
  const fields = sumsFields(table);
  const counters = namesOf(table.columns);
  const added = fields.map(({ name, ofKept }) => {
    // Usage comes from the walk, and a day that has a row with a value gets no second one.
    if (usage.has(`w.${name}`)) return usage.get(`w.${name}`)!;
    const counter = counters.find((m) => name === `${m}_count`);
    return counter ? `(w.${counter}_last is not null and not ${isHere(counter)})::int` : ofKept("w");
  });
  const own = `select w.device_no, w.day, ${fields.map(({ name }, i) => `${added[i]} as ${name}`).join(", ")}
      from w where w.readings is not null`;
  const moved = counters.map((m) => {
    const values = fields.map(({ name, type }) =>
      name === `${m}_used` ? `v.${m}_more` : type === "real" ? "null::real" : "0",
    );
    return `
      union all
      select v.device_no, v.${m}_owner, ${values.join(", ")} from moved v where v.${m}_owner is not null`;
  });
  return `${own}${moved.join("")}`;
}
