import { assertIdentifier, type Client, type KindTable } from "../database/index.ts";
import { countersOf, keptTable } from "./kept-days.ts";
import { pastOf, stepsPerUnit, WALKED, walkSql } from "./usage-sql.ts";

/** Days from before the platform kept them on every edition whose readings are gone: nothing else is left of these. */

/**
 * Copies the days of a continuous aggregate that are older than all readings into kept days.
 * @param rollup the continuous aggregate; it may lack columns that the kind has gained since
 */
export async function carryDays(client: Client, table: KindTable, rollup: string): Promise<void> {
  const { rows } = await client.query<{ columns: string }>(
    `select string_agg(quote_ident(a.attname), ', ' order by a.attnum) as columns
     from pg_attribute a
     join pg_attribute k on k.attrelid = $2::regclass and k.attname = a.attname and not k.attisdropped
     where a.attrelid = $1::regclass and a.attnum > 0 and not a.attisdropped`,
    [rollup, keptTable(table)],
  );
  const { columns } = rows[0]!;
  await client.query(
    `insert into ${keptTable(table)} (${columns})
     select ${columns} from ${rollup}
     where bucket < coalesce((
       select min(range_start) from timescaledb_information.chunks
       where hypertable_schema = current_schema() and hypertable_name = $1
     ), 'infinity')
     on conflict do nothing`,
    [table.table],
  );
}

/**
 * Counts the usage of kept days without one by their first and last values, which are all that is left of their
 * readings: a reset within a day, and the effect of an outlier on its first or last value, stay unseen.
 */
export async function countCarriedDays(client: Client, table: KindTable): Promise<void> {
  const kept = keptTable(table);
  for (const counter of countersOf(table.columns)) {
    const m = assertIdentifier(counter.name);
    // Kept days are in the quantity's unit, whatever the readings are in.
    const steps = (of: string) => `round((k.${m}_${of} * ${stepsPerUnit(counter)})::numeric)::bigint`;
    await client.query(`
      with walked as materialized (
        select k.device_no, max(k.bucket) as newest, array_agg(k.bucket order by k.bucket) filter (where e.first) as days,
               ${walkSql(counter, {
                 level: "null",
                 edge: "null",
                 past: "null",
                 readings: "array_agg(e.value order by k.bucket, e.first desc)",
                 shifts: "null",
                 following: "null",
               })} as result
        from ${kept} k
        cross join lateral (values (true, ${steps("first")}), (false, ${steps("last")})) as e (first, value)
        where k.${m}_last is not null and k.${m}_used is null
        group by k.device_no
      )
      update ${kept} k
      set ${m}_used = w.result[${WALKED.firstStep - 2} + 2 * d.n] + w.result[${WALKED.firstStep - 1} + 2 * d.n],
          ${m}_tail = w.result[${WALKED.tail}], ${m}_level = w.result[${WALKED.level}], ${m}_edge = w.result[${WALKED.edge}],
          ${m}_past = ${pastOf("w.result")}
      from walked w cross join lateral unnest(w.days) with ordinality as d (day, n)
      where k.device_no = w.device_no and k.bucket = d.day`);
    // A following day without a value holds the state as well.
    await client.query(`
      update ${kept} k
      set ${m}_tail = b.${m}_tail, ${m}_level = b.${m}_level, ${m}_edge = b.${m}_edge, ${m}_past = b.${m}_past
      from ${kept} b
      where k.${m}_edge is null and k.${m}_last is null and b.device_no = k.device_no and b.bucket = (
        select max(bucket) from ${kept} e where e.device_no = k.device_no and e.bucket < k.bucket and e.${m}_last is not null
      )`);
  }
}
