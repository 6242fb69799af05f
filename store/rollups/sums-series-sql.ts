import { assertIdentifier, kindLiteral, limitsCondition } from "../database/index.ts";
import { keptTable, list } from "./kept-days.ts";
import { cellOf, literalOf, type SeriesColumn, type SeriesSqlOptions, startOf } from "./series-cells.ts";
import { aggregateOf, cellsOf } from "./series-sql.ts";
import { ALL_DEVICES, hasSum, openTable, type SumsField, sumsFields, sumsTable } from "./sums-table.ts";

/**
 * The SQL of a series by region out of the sums of days (`sums-table.ts`). Devices with news are taken out of the sums,
 * by their parts in them, and counted as a series of devices counts them; all in one statement, so at one moment.
 */

export interface SumsSqlOptions extends SeriesSqlOptions {
  /** The numbers of the parameters: limits, a pattern of region codes or null, digits of the keys, the keys. */
  readonly parameters: {
    readonly limits: number;
    readonly pattern: number;
    readonly length: number;
    readonly keys: number;
  };
}

/** True when the sums have the values that these columns need. */
export const canSum = (columns: readonly SeriesColumn[]): boolean =>
  columns.every(({ metric, aggregate }) =>
    metric.type === "counter"
      ? aggregate === "delta"
      : metric.type === "gauge" &&
        (aggregate === "avg" || aggregate === "sum"
          ? hasSum(metric)
          : aggregate === "min" || aggregate === "max" || aggregate === "count"),
  );

/** Devices of a kind with news, which are counted out of their readings. */
export const hasNews = (device: string): string => `${device} in (select device_no from news)`;

function newsOf(options: SumsSqlOptions): string {
  const kind = kindLiteral(options.table);
  return `news as materialized (
      select e.device_no from ledger_batches b cross join unnest(b.device_nos, b.stored) as e (device_no, stored)
      where e.stored <> 0
      union
      select unnest(n.device_nos) from rollup_news n where n.kind = ${kind}
      union
      select c.device_no from rollup_changes c where c.kind = ${kind}
    )`;
}

/**
 * The columns of a group are `key`, `start`, `readings` and `v0` on. There is at least one row, and each has `unsure`:
 * true when the sums cannot answer now, because they are not whole, or still hold devices that were deleted or have
 * moved. Then nothing else in the row counts.
 */
export function sumsSeriesSql(options: SumsSqlOptions): string {
  const { columns } = options;
  // The number of parts with a value: with none there is no sum.
  const counted = columns.flatMap(({ metric, aggregate }): SeriesColumn[] =>
    aggregate === "delta" || aggregate === "sum" ? [{ metric, aggregate: "count" }] : [],
  );
  const cells = { ...options, columns: [...columns, ...counted] };
  const values = columns.map((column, index) => `${valueWhereAny(column)} as v${index}`);
  return `with ${cellsOf(cells, [wholeSums(cells), ...lessOf(cells)], [newsOf(options)])}
select u.unsure, g.*
from (select ${unsure(options)} as unsure) u
left join (
  select c.key, c.start, sum(c.readings)::bigint as readings${list(values)}
  from cells c
  group by 1, 2
  having sum(c.readings) > 0
) g on true
order by g.key, g.start`;
}

function valueWhereAny(column: SeriesColumn): string {
  const value = aggregateOf(column);
  if (column.aggregate !== "delta" && column.aggregate !== "sum") return value;
  return `case when sum(c.${assertIdentifier(column.metric.name)}_count) > 0 then ${value} end`;
}

function unsure({ table, columns }: SumsSqlOptions): string {
  const kind = kindLiteral(table);
  const conditions = [
    `(select s.sums_below from rollup_state s where s.kind = ${kind}) is distinct from ${ALL_DEVICES}`,
    `exists (select from rollup_moved w where w.kind = ${kind})`,
  ];
  if (columns.some(({ aggregate }) => aggregate === "min" || aggregate === "max")) {
    conditions.push(`exists (select from rollup_changes c where c.kind = ${kind} and c.takes_away)`);
  }
  return conditions.join("\n    or ");
}

/** The rows of the sums. */
function wholeSums(options: SumsSqlOptions): string {
  const { table, from, to, parameters } = options;
  const { limits, pattern, length, keys } = parameters;
  const { join, start } = startOf(options, "s.day");
  const names = sumsFields(table).map(({ name }) => name);
  return `
    select s.key, ${start}, s.day, s.readings${fieldsOf(options, "s", "")}
    from (
      select k.key, own.region_code, nullif(own.tenant_id, '') as tenant_id, ${kindLiteral(table)}::text as kind,
             null::text as id, own.day, ${names.map((name) => `own.${name}`).join(", ")}
      from unnest($${keys}::text[]) as k (key)
      -- A region with all that is inside; ':' follows the digits.
      join ${sumsTable(table)} own on own.region_code ~>=~ k.key and own.region_code ~<~ (k.key || ':')
        and own.day >= ${literalOf(from.getTime())} and own.day < ${literalOf(to.getTime())}
      where left(own.region_code, $${length}::int) = k.key
    ) s ${join}
    where ($${pattern}::text is null or s.region_code like $${pattern}::text) and ${limitsCondition("s", limits)}`;
}

/** The parts of devices with news that are in the sums and no longer true, or are counted out of readings. */
function lessOf(options: SumsSqlOptions): string[] {
  const { table } = options;
  const kept = startOf(options, "c.bucket");
  const open = startOf(options, "o.day");
  return [
    `
    select m.key, ${kept.start}, c.bucket, -c.readings${fieldsOf(options, "c", "-", true)}
    from members m
    join ${keptTable(table)} c on c.device_no = m.device_no and c.bucket >= m.since
      and c.bucket >= $3::timestamptz and c.bucket < $4::timestamptz ${kept.join}
    where m.dirty`,
    `
    select m.key, ${open.start}, o.day, -o.readings${fieldsOf(options, "o", "-")}
    from members m
    join ${openTable(table)} o on o.device_no = m.device_no and o.day >= $3::timestamptz and o.day < $4::timestamptz ${open.join}`,
  ];
}

/**
 * The fields of a cell out of a row of the sums, of open days or of kept ones. A part that is taken away has neither
 * least nor greatest.
 */
function fieldsOf(options: SumsSqlOptions, row: string, sign: "" | "-", kept = false): string {
  const fields = new Map<string, SumsField>(sumsFields(options.table).map((field) => [field.name, field]));
  return cellOf(options.columns, (name) => {
    const field = fields.get(name)!;
    if (sign === "-" && field.type === "real") return undefined;
    const value = kept ? field.ofKept(row) : `${row}.${name}`;
    // Cells are in the quantity's unit.
    return `${sign}${value}${field.scale === undefined ? "" : ` / ${field.scale}::double precision`}`;
  });
}
