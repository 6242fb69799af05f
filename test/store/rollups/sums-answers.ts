import { expect } from "vitest";
import type { Pool } from "../../../store/database/database.ts";
import type { KindTable } from "../../../store/database/kind-table.ts";
import type { Limits } from "../../../store/database/limits.ts";
import type { FleetQuery } from "../../../store/rollups/fleet-pages.ts";
import { readFleetSeries } from "../../../store/rollups/fleet-series.ts";
import type { SeriesPlan } from "../../../store/rollups/series.ts";
import type { SeriesColumn } from "../../../store/rollups/series-cells.ts";
import { canSum } from "../../../store/rollups/sums-series-sql.ts";
import { openTable, sumsFields, sumsTable } from "../../../store/rollups/sums-table.ts";
import { planSeriesOf } from "./kept-readings.ts";

/** What a random story did, so that a test can tell that it has told something. */
export interface Told {
  /** Questions that were answered out of sums, and those of them that asked for least and greatest as well. */
  summed: number;
  extremes: number;
}

/** A pool that notes what the sums answer. */
export const noting = (told: Told, asked: SeriesPlan, pool: Pool): Pool =>
  ({
    query: async (sql: string, values: unknown[]) => {
      const result = await pool.query(sql, values);
      if (result.rows[0]?.unsure === false) {
        told.summed++;
        if (asked.columns.some(({ aggregate }) => aggregate === "min")) told.extremes++;
      }
      return result;
    },
  }) as unknown as Pool;

/** The groups of a fleet's series as plain data. */
export async function groups(
  pool: Pool,
  plan: SeriesPlan,
  groupBy: FleetQuery["groupBy"],
  limits: Limits,
  region?: string,
) {
  const fleet = { kind: plan.table.kind, groupBy, region };
  const { items } = await readFleetSeries(pool, plan, fleet, limits, { limit: 100 });
  return Object.fromEntries(
    items.map(({ regionCode, buckets }) => [
      regionCode,
      buckets.map(({ start, readings, values }) => [start.toISOString(), readings, ...values]),
    ]),
  );
}

/** A plan for what the sums have. */
export async function summable(
  pool: Pool,
  table: KindTable,
  { extremes = true, ...range }: { from: number; to: number; interval: "1d" | "1w"; extremes?: boolean },
): Promise<SeriesPlan> {
  const plan = await planSeriesOf(pool, table, { ...range, overFleet: true });
  const isAsked = ({ aggregate }: SeriesColumn) => extremes || (aggregate !== "min" && aggregate !== "max");
  return { ...plan, columns: plan.columns.filter((column) => canSum([column]) && isAsked(column)) };
}

/** Without groups that are empty, and without digits of which floats make their own. */
export const tidied = (answer: Record<string, unknown[][]>) =>
  Object.fromEntries(
    Object.entries(answer)
      .filter(([, buckets]) => buckets.length > 0)
      .map(([key, buckets]) => [
        key,
        buckets.map((bucket) => bucket.map((v) => (typeof v === "number" ? Number(v.toPrecision(9)) : v))),
      ]),
  );

/** When all is counted, the sums are those of the parts of all devices that have not moved, and nobody has news. */
export async function expectWholeSums(pool: Pool, table: KindTable): Promise<void> {
  const fields = sumsFields(table);
  const sum = ({ name, by }: (typeof fields)[number], value: string) =>
    by === "sum" ? `coalesce(sum(${value}), 0)::bigint as ${name}` : `${by}(${value}) as ${name}`;
  const { rows: expected } = await pool.query(
    `select d.region_code, coalesce(d.tenant_id, '') as tenant_id, p.day, ${fields.map((field) => sum(field, `p.${field.name}`)).join(", ")}
     from (
       select c.device_no, c.bucket as day, ${fields.map(({ name, ofKept }) => `${ofKept("c")} as ${name}`).join(", ")} from ${table.table}_1d_kept c
       union all select device_no, day, ${fields.map(({ name }) => name).join(", ")} from ${openTable(table)}
     ) p join devices d using (device_no)
     where d.device_no not in (select device_no from former_places)
     group by 1, 2, 3 having sum(p.readings) > 0 order by 1, 2, 3`,
  );
  const { rows } = await pool.query(
    `select region_code, tenant_id, day, ${fields.map(({ name }) => name).join(", ")} from ${sumsTable(table)}
     where readings <> 0 order by 1, 2, 3`,
  );
  expect(rows).toEqual(expected);
  expect(expected.length).toBeGreaterThan(3);
}
