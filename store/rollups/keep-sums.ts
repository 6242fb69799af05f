import { type Client, type KindTable, kindLiteral, type Pool, withTransaction } from "../database/index.ts";
import { type Kept, lockState } from "./keep-days.ts";
import { keptTable } from "./kept-days.ts";
import { hasExtremes, remakeOpen, signedParts } from "./open-days.ts";
import { ALL_DEVICES, addToSums, openTable, sumsFields, sumsTable } from "./sums-table.ts";

/** The keeper's work on the sums (`sums-table.ts`), in pieces like those of `keep-days.ts`. */

/** Counts the open days of devices with news: those of the oldest `entries` entries. */
export function keepOpen(pool: Pool, table: KindTable, { entries }: { entries: number }): Promise<Kept> {
  return withTransaction(pool, async (tx) => {
    const state = await lockState(tx, table);
    if (!state) return "busy";
    // Entries that are committed after this statement stay in the log, also where the next one sees their readings
    // already.
    const { rows } = await tx.query<{ device_nos: number[] | null }>(
      `with taken as (
         delete from rollup_news where news_no in (
           select news_no from rollup_news where kind = $1 order by news_no limit $2::int)
         returning device_nos
       )
       select array_agg(distinct device_no) as device_nos from taken cross join unnest(taken.device_nos) as device_no`,
      [table.kind, entries],
    );
    const deviceNos = rows[0]!.device_nos;
    if (deviceNos === null) return "done";
    await remakeOpen(tx, table, {
      devices: "select unnest($6::int[]) as device_no",
      values: [deviceNos],
      keptUntil: state.complete_until,
    });
    return "more";
  });
}

/**
 * Takes the next `devices` device numbers into the sums: at first those of a database from before there were sums. A
 * new beginning clears what a former one may have left.
 */
export function fillSums(pool: Pool, table: KindTable, { devices }: { devices: number }): Promise<Kept> {
  return withTransaction(pool, async (tx) => {
    const state = await lockState(tx, table);
    if (!state) return "busy";
    const from = state.sums_below;
    if (from === ALL_DEVICES) return "done";
    if (from === 0) {
      await tx.query(`delete from ${sumsTable(table)}`);
      await tx.query(`delete from ${openTable(table)}`);
      await tx.query("delete from rollup_moved where kind = $1", [table.kind]);
      await tx.query(
        `insert into rollup_apart (device_no) select distinct device_no from former_places where kind = $1
         on conflict do nothing`,
        [table.kind],
      );
    }
    const above = from + devices;
    await remakeOpen(tx, table, {
      devices:
        "select device_no from devices where kind = $6 and device_no >= $7::int and device_no < $8::int",
      values: [table.kind, from, above],
      keptUntil: state.complete_until,
    });
    await tx.query(
      addToSums(table, `(${partsOf(table, "", "between $1::int and $2::int - 1")})`, {
        below: String(ALL_DEVICES),
      }),
      [from, above],
    );
    await tx.query(
      `update rollup_state set sums_below = case
         when $2::int > (select coalesce(max(device_no), 0) from devices) then $3::int else $2::int end
       where kind = $1`,
      [table.kind, above, ALL_DEVICES],
    );
    return "more";
  });
}

/**
 * Takes devices out of the sums of a place that they no longer have. Devices that have had an earlier place stay out:
 * their readings are counted by the place that they had at each moment, device by device. The others still have one
 * place.
 */
export function keepMoved(pool: Pool, table: KindTable, { entries }: { entries: number }): Promise<Kept> {
  return withTransaction(pool, async (tx) => {
    if (!(await lockState(tx, table))) return "busy";
    const { rows } = await tx.query<{ device_no: number; region_code: string; tenant_id: string }>(
      `with taken as (
         delete from rollup_moved where move_no in (
           select move_no from rollup_moved where kind = $1 order by move_no limit $2::int)
         returning *
       )
       select distinct on (device_no) device_no, region_code, coalesce(tenant_id, '') as tenant_id
       from taken order by device_no, move_no`,
      [table.kind, entries],
    );
    if (rows.length === 0) return "done";
    const deviceNos = rows.map((row) => row.device_no);
    const left = [deviceNos, rows.map((row) => row.region_code), rows.map((row) => row.tenant_id)];
    const parts = `(${partsOf(table, "-", "= any ($1::int[])")})`;
    await tx.query(
      addToSums(
        table,
        `(select own.*, l.region_code, l.tenant_id from ${parts} own
          join unnest($1::int[], $2::text[], $3::text[]) as l (device_no, region_code, tenant_id) using (device_no))`,
        { placed: true },
      ),
      left,
    );
    await tx.query(
      `insert into rollup_apart (device_no)
       select distinct device_no from former_places where device_no = any ($1::int[]) on conflict do nothing`,
      [deviceNos],
    );
    await tx.query(addToSums(table, `(${partsOf(table, "", "= any ($1::int[])")})`), [deviceNos]);
    await remakeExtremes(
      tx,
      table,
      `select distinct l.region_code, l.tenant_id, own.day
       from unnest($1::int[], $2::text[], $3::text[]) as l (device_no, region_code, tenant_id)
       join ${parts} own using (device_no)`,
      left,
    );
    await tx.query(
      `delete from ${openTable(table)} where device_no = any ($1::int[])
         and device_no in (select device_no from rollup_apart)`,
      [deviceNos],
    );
    return "more";
  });
}

/**
 * A select of all parts of devices, as they are added to the sums or taken away; `which` follows their number in SQL.
 */
function partsOf(table: KindTable, sign: "" | "-", which: string): string {
  const kept = sumsFields(table).map(({ name, type, ofKept }) =>
    sign === "-" && type === "real" ? `null::real as ${name}` : `${sign}${ofKept("c")} as ${name}`,
  );
  return `select c.device_no, c.bucket as day, ${kept.join(", ")}
          from ${keptTable(table)} c where c.device_no ${which}
          union all
          ${signedParts(table, openTable(table), sign)} where x.device_no ${which}`;
}

/**
 * Looks for the least and greatest values of places on some days again, since the readings that had them may be gone.
 * Everything else is taken away by its former amount.
 * @param keys a select of places and days of the sums: `(region_code, tenant_id, day)`, each once
 */
export async function remakeExtremes(
  tx: Client,
  table: KindTable,
  keys: string,
  values: readonly unknown[],
): Promise<void> {
  if (!hasExtremes(table)) return;
  const names = sumsFields(table).filter(({ type }) => type === "real");
  const of = (alias: string) => names.map(({ name }) => `${alias}.${name}`).join(", ");
  const kind = kindLiteral(table);
  await tx.query(
    `with keys as materialized (${keys}),
     own as materialized (
       select k.region_code, k.tenant_id, k.day, d.device_no
       from keys k
       join devices d on d.region_code = k.region_code and coalesce(d.tenant_id, '') = k.tenant_id
       where d.kind = ${kind} and d.device_no not in (select device_no from rollup_apart)
         -- Their turn will come, and until then nobody asks for it.
         and d.device_no not in (select device_no from rollup_moved)
         and d.device_no < (select sums_below from rollup_state where kind = ${kind})
     ), found as (
       select region_code, tenant_id, day, ${names.map(({ name, by }) => `${by}(${name}) as ${name}`).join(", ")}
       from (
         select o.region_code, o.tenant_id, o.day, ${of("c")}
         from own o join ${keptTable(table)} c on c.device_no = o.device_no and c.bucket = o.day
         union all
         select o.region_code, o.tenant_id, o.day, ${of("x")}
         from own o join ${openTable(table)} x on x.device_no = o.device_no and x.day = o.day
       ) parts group by 1, 2, 3
     )
     update ${sumsTable(table)} s set ${names.map(({ name }) => `${name} = f.${name}`).join(", ")}
     from keys k left join found f using (region_code, tenant_id, day)
     where s.region_code = k.region_code and s.tenant_id = k.tenant_id and s.day = k.day`,
    [...values],
  );
}
