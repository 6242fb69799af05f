import type { Db } from "./database.ts";

/** How far the kept days of a kind are. */
export interface RollupLag {
  readonly kind: string;
  /** Since the newest moment up to which readings are kept. One to four hours are as it should be. */
  readonly seconds: number;
  /** Entries of changed days that wait to be made anew. */
  readonly changes: number;
}

/** One for each kind. */
export async function readRollupLags(db: Db): Promise<RollupLag[]> {
  const { rows } = await db.query<RollupLag>(`
    select s.kind, extract(epoch from now() - s.complete_until)::float8 as seconds,
           (select count(*) from rollup_changes c where c.kind = s.kind) as changes
    from rollup_state s order by s.kind`);
  return rows;
}
