import type { KindTable, Pool } from "../../store/database/index.ts";
import { RHYTHMS } from "./rhythms.ts";

/** What readings weigh on the database's disk as inserted, in bytes a reading, in the province's mix. */
export interface Weight {
  readonly whole: number;
  readonly indexes: number;
}

/** Of each kind's readings by itself, then mixed as the rhythms mix them. */
export async function weigh(pool: Pool, tables: readonly KindTable[]): Promise<Weight> {
  const perSecond = new Map<string, number>();
  for (const { kind, devices, intervalSeconds } of RHYTHMS) {
    perSecond.set(kind, (perSecond.get(kind) ?? 0) + devices / intervalSeconds);
  }
  const weights: (Weight & { readonly share: number })[] = [];
  for (const [kind, share] of perSecond) {
    const { table } = tables.find((one) => one.kind === kind)!;
    const { rows } = await pool.query<{ readings: number; whole: number; indexes: number }>(
      `select (select count(*) from ${table}) as readings, coalesce(sum(total_bytes), 0)::float8 as whole,
         coalesce(sum(index_bytes), 0)::float8 as indexes
       from hypertable_detailed_size($1::regclass)`,
      [table],
    );
    const { readings, whole, indexes } = rows[0]!;
    if (readings > 0) weights.push({ share, whole: whole / readings, indexes: indexes / readings });
  }
  const all = weights.reduce((sum, { share }) => sum + share, 0);
  const mixed = (key: keyof Weight) => weights.reduce((sum, one) => sum + (one[key] * one.share) / all, 0);
  return { whole: mixed("whole"), indexes: mixed("indexes") };
}
