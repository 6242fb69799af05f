import { type Pool, withTransaction } from "../database/index.ts";

/** One process at a time says by which keys it signs: of two that begin at once, the second sees the first. */
const LOCK = 7_352_003;

/**
 * Notes the keys by which a process signs, unless a living one signs by others.
 * @param keyIds all that its file names: two processes with one file have some in common
 * @param aliveMs processes that were heard within so long count as living
 * @returns the name of a process that signs by other keys
 */
export function noteSigningKeys(
  pool: Pool,
  processNo: number,
  keyIds: readonly string[],
  aliveMs: number,
): Promise<string | undefined> {
  return withTransaction(pool, async (tx) => {
    await tx.query("select pg_advisory_xact_lock($1::bigint)", [LOCK]);
    const { rows } = await tx.query<{ instance: string }>(
      `select instance from processes
       where process_no <> $1::int and not key_ids && $2::text[]
         and heard_at > clock_timestamp() - make_interval(secs => $3::float8 / 1000)
       order by process_no limit 1`,
      [processNo, keyIds, aliveMs],
    );
    if (rows[0]) return rows[0].instance;
    await tx.query("update processes set key_ids = $2::text[] where process_no = $1::int", [
      processNo,
      keyIds,
    ]);
    return undefined;
  });
}
