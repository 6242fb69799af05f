import {
  assertIdentifier,
  CLAIMED,
  type KindTable,
  kindLiteral,
  lengthAtMost,
  notedMet,
  SHORT,
  sqlType,
} from "../database/index.ts";
import { countFormerStored } from "../ledger/index.ts";
import { dayOf } from "../rollups/index.ts";
import { keepLateLatest } from "./latest-table.ts";

/** SQL of the statements that store readings, for one kind's table. */

interface Statement {
  readonly name: string;
  readonly text: string;
}

const statements = new WeakMap<KindTable, Map<string, Statement>>();

/** The statement that stores the new readings of a batch. Made once for each table. */
export function statementOf(
  table: KindTable,
  { late, claimed, former }: { late: boolean; claimed: boolean; former: boolean },
): Statement {
  let made = statements.get(table);
  if (!made) {
    made = new Map();
    statements.set(table, made);
  }
  const name = `insert_${former ? "former_" : ""}${late ? "late_" : ""}${claimed ? "once_" : ""}${table.table}`;
  let statement = made.get(name);
  if (!statement) {
    statement = { name, text: insertSql(table, late, claimed, former) };
    made.set(name, statement);
  }
  return statement;
}

/** The columns of a batch in their order, and their parameters from `$first` on. */
function columnsOf(table: KindTable, first: number) {
  const metrics = table.columns.map((column) => assertIdentifier(column.name));
  const names = ["device_no", "observed_at", "received_after", ...metrics, "extra"];
  const types = ["int4", "timestamptz", "int4", ...table.columns.map(sqlType), "jsonb"];
  const parameters = types.map((type, index) => `$${first + index}::${type}[]`).join(", ");
  return { metrics, names: names.join(", "), parameters, next: first + types.length };
}

/**
 * One statement is one transaction and one round trip. Measured against a bare insert on 2 cores (4,000 rows of 8
 * quantities): see bench/README.md. The ledger's count costs a hash aggregate over the stored rows.
 *
 * They go in by one order for all, or two batches with the same moments could deadlock. It costs nothing: of devices in
 * any order, 4,000 rows take about a sixth less time, as neighbours in the index come one after the other.
 *
 * Rows that meet another reading, in the table or in the batch, are left undecided: `met` numbers them from 1. The
 * filter `where cardinality…` spares every batch without such rows the search for them. The code that decides on them
 * counts them, so that each item is in the ledger with the transaction that decided it.
 *
 * `late`: new rows that are older than the last parameter are also logged in rollup_changes (`late-readings.ts`), where
 * the platform keeps days itself, which a row of rollup_state says; and put among the newest values where they are
 * newer. `claimed`: the first three parameters are a claim. `former`: some may be from a former place of their device.
 */
function insertSql(table: KindTable, late: boolean, claimed: boolean, former: boolean): string {
  const first = claimed ? 4 : 1;
  const { names, parameters, next } = columnsOf(table, first);
  const met = `
        select array_agg(n::int4 order by n) as rows from (
          select input.n, stored.device_no is null
              or row_number() over (partition by input.device_no, input.observed_at order by input.n) > 1 as met
          from input left join stored using (device_no, observed_at)
        ) looked
        where (select count(*) from stored) < (select count(*) from input) and met`;
  return `
    with ${claimed ? `${CLAIMED}, ` : ""}input as (
      select * from unnest(${parameters}) with ordinality as input (${names}, n)${claimed ? "\n      where exists (select from claimed)" : ""}
    ), stored as (
      insert into ${assertIdentifier(table.table)} (${names})
      select ${names} from input order by device_no, observed_at, n
      on conflict do nothing
      returning ${late ? "*" : "device_no, observed_at"}
    ), ledger as (
      insert into ledger_batches (device_nos, received, stored, rejected)
      select array_agg(device_no), array_agg(n), array_agg(n), array_agg(0)
      from (select device_no, count(*)::int as n from stored group by 1) counts
      having count(*) > 0
    )${former ? `, ${countFormerStored("stored")}` : ""}${late ? lateParts(table, `$${next}`) : ""}, ${claimed ? notedMet(met) : `noted as (${met})`}
    select ${claimed ? "(select count(*)::int from claimed)" : "1"} as claimed,
      (select count(*)::int from stored) as stored, (select rows from noted) as met`;
}

/**
 * Puts values into rows that have none of them yet. Rows older than the last parameter are late, as above. It is an
 * insert, because that goes to the rows' chunks and locks no other; an update of the hypertable would lock all of them,
 * and wait for a process that holds an old one. A row that has gone meanwhile, by retention or a repair, is made of the
 * values.
 */
export function mergeSql(table: KindTable): string {
  const { metrics, names, parameters, next } = columnsOf(table, 1);
  const set = metrics.map((name) => `${name} = coalesce(there.${name}, excluded.${name})`);
  return `
    with stored as (
      insert into ${assertIdentifier(table.table)} as there (${names})
      select ${names} from unnest(${parameters}) as input (${names})
      on conflict (device_no, observed_at) do update set
        ${[...set, "extra = case when excluded.extra is null then there.extra else excluded.extra || coalesce(there.extra, '{}') end"].join(",\n        ")}
      returning there.*
    )${lateParts(table, `$${next}`)}
    select count(*)::int as changed from stored`;
}

/**
 * The rows of these devices and moments, numbers and extra as the table has them.
 * @param long true: an extra that may be long is read as well, and not only reported as present
 */
export function findSql(table: KindTable, long: boolean): string {
  const metrics = table.columns.map((column) => `there.${assertIdentifier(column.name)}`);
  const length = lengthAtMost("there.extra");
  return `
    select there.device_no, there.observed_at, case when ${long} or ${length} <= ${SHORT} then there.extra::text end as extra,
      case when not ${long} and ${length} > ${SHORT} and there.extra is not null then ${length} end as "length at most",
      ${metrics.join(", ")}
    from ${assertIdentifier(table.table)} there
    join unnest($1::int4[], $2::timestamptz[]) as wanted (device_no, observed_at)
      on there.device_no = wanted.device_no and there.observed_at = wanted.observed_at
    where there.observed_at between $3::timestamptz and $4::timestamptz`;
}

/**
 * The values that devices had sent for these moments, as the table had them before each correction by a person; the
 * earliest first. It includes the quantities that a correction took away. A reading that was voided after a correction
 * is gone with it: the present one came later.
 */
export function sentSql(table: KindTable): string {
  const metrics = table.columns.map((column) => `there.${assertIdentifier(column.name)}`);
  return `
    select there.device_no, there.observed_at, null::text as extra, ${metrics.join(", ")},
      array(
        select correction ->> 'metric' from repairs p, jsonb_array_elements(p.corrections) correction
        where p.repair_no = m.repair_no and correction -> 'set' = 'null'
      ) as "taken away"
    from repaired_readings m
    join unnest($1::int4[], $2::timestamptz[]) as wanted (device_no, observed_at)
      on m.device_no = wanted.device_no and m.observed_at = wanted.observed_at
    cross join lateral jsonb_populate_record(null::${assertIdentifier(table.table)}, m.original) there
    where m.is_active and m.is_corrected and not exists (
      select from repaired_readings gone
      where gone.device_no = m.device_no and gone.observed_at = m.observed_at and gone.is_active
        and not gone.is_corrected and gone.repair_no > m.repair_no)
    order by m.repair_no`;
}

/** The first moment from $2 on, by milliseconds, at which the device $1 has no reading; looked for up to $3. */
export function freeSql(table: KindTable): string {
  return `
    select coalesce((
      select min(after) from (
        select observed_at + interval '1 millisecond' as after, lead(observed_at) over (order by observed_at) as next
        from ${assertIdentifier(table.table)}
        where device_no = $1::int4 and observed_at between $2::timestamptz and $3::timestamptz
      ) taken where next is null or next > after
    ), $2::timestamptz) as free`;
}

/**
 * The consequences of late rows of `stored`, a relation of whole rows: their days are logged, newer values are kept.
 */
function lateParts(table: KindTable, before: string): string {
  return `, late as (
      insert into rollup_changes (kind, device_no, day)
      select distinct state.kind, stored.device_no, ${dayOf("stored.observed_at")}
      from stored join rollup_state state on state.kind = ${kindLiteral(table)}
      where stored.observed_at < ${before}::timestamptz
    )${keepLateLatest(table, before)}`;
}
