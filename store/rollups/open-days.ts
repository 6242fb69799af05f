import { type Client, type KindTable, ROLLUP_TIME_ZONE } from "../database/index.ts";
import type { SeriesColumn } from "./series-cells.ts";
import { cellsOf } from "./series-sql.ts";
import { addToSums, hasSum, openTable, sumsFields } from "./sums-table.ts";

/**
 * Open days: the sums of readings that are not in kept days yet, counted as a series counts them (`series-sql.ts`), and
 * put into the sums of regions.
 */

/** Before any reading and after any that will come. */
const FIRST = "2015-01-01T00:00:00+08:00";
const LAST = "2200-01-01T00:00:00+08:00";

/** The aggregates of each quantity, as columns of a series. */
function openColumns({ columns }: KindTable): SeriesColumn[] {
  const counted = columns.flatMap((metric): SeriesColumn[] => {
    if (metric.type === "counter") return [{ metric, aggregate: "delta" }];
    if (metric.type !== "gauge") return [];
    return [
      { metric, aggregate: "min" },
      { metric, aggregate: "max" },
      ...(hasSum(metric) ? [{ metric, aggregate: "sum" } as const] : []),
    ];
  });
  const metrics = columns.filter(({ type }) => type === "gauge" || type === "counter");
  return [...counted, ...metrics.map((metric): SeriesColumn => ({ metric, aggregate: "count" }))];
}

/** The fields of open days, out of the cells `c` of a day. */
function fromCells(table: KindTable): string {
  return sumsFields(table)
    .map(({ name, type, by, scale }) => {
      if (type === "real") return `${by}(c.${name}) as ${name}`;
      const sum = scale === undefined ? `sum(c.${name})` : `round((sum(c.${name}) * ${scale})::numeric)`;
      return `coalesce(${sum}, 0)::bigint as ${name}`;
    })
    .join(", ");
}

/** Parts of `relation` as they are added to the sums, or taken away. */
export function signedParts(table: KindTable, relation: string, sign: "" | "-"): string {
  const values = sumsFields(table).map(({ name, type }) => {
    if (sign === "") return `x.${name}`;
    return type === "real" ? "null" : `-x.${name}`;
  });
  return `select x.device_no, x.day, ${values.join(", ")} from ${relation} x`;
}

export interface Remade {
  /** A select of `device_no`, each once; its parameters start at `$6`. */
  readonly devices: string;
  readonly values: readonly unknown[];
  /** A moment from which on all readings of these devices are not in kept days. */
  readonly keptUntil: Date;
}

/** Counts the open days of devices again, in a transaction that holds the kind's row of `rollup_state`. */
export async function remakeOpen(tx: Client, table: KindTable, remade: Remade): Promise<void> {
  await tx.query(remakeSql(table, remade), ["1 day", ROLLUP_TIME_ZONE, FIRST, LAST, FIRST, ...remade.values]);
}

function remakeSql(table: KindTable, { devices, keptUntil }: Remade): string {
  const open = openTable(table);
  const names = sumsFields(table).map(({ name }) => name);
  const cells = cellsOf(
    {
      table,
      columns: openColumns(table),
      source: "1d",
      bucketOf: undefined,
      fleet: `select asked.device_no, asked.device_no::text as key from (${devices}) asked
        where asked.device_no not in (select device_no from rollup_apart)`,
      byDevice: true,
      from: new Date(FIRST),
      to: new Date(LAST),
      keptUntil,
      asKept: true,
    },
    [],
  );
  return `with ${cells},
    made as materialized (
      select c.key::int as device_no, c.start as day, ${fromCells(table)} from cells c group by c.key, c.start
    ), before as materialized (
      select o.* from ${open} o where o.device_no = any (array(select device_no from fleet))
    ), gone as (
      delete from ${open} o using before b
      where o.device_no = b.device_no and o.day = b.day
        and not exists (select from made m where m.device_no = b.device_no and m.day = b.day)
    ), written as (
      insert into ${open} (device_no, day, ${names.join(", ")})
      select m.device_no, m.day, ${names.map((name) => `m.${name}`).join(", ")} from made m
      on conflict (device_no, day) do update set ${names.map((name) => `${name} = excluded.${name}`).join(", ")}
    ), parts as (
      ${signedParts(table, "made", "")}
      union all
      ${signedParts(table, "before", "-")}
    )
    ${addToSums(table, "parts")}`;
}

/** True when a kind has a quantity whose least and greatest values are kept. */
export const hasExtremes = ({ columns }: KindTable): boolean => columns.some(({ type }) => type === "gauge");
