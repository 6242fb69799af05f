import type { Logger } from "../../base/log.ts";
import { repeat } from "../../base/periodic.ts";
import { type KindTable, oneAtATime, type Pool, withTransaction } from "../database/index.ts";

/** Days that each class of data is kept; 0 keeps it for ever. */
export interface Retention {
  readonly readingsDays: number;
  readonly eventsDays: number;
  readonly rejectedDays: number;
}

/**
 * Removes the policies by which TimescaleDB dropped chunks on the community edition before the platform did so itself:
 * they would not record that readings are gone (`rollup_state.readings_since`), and days would be counted from the
 * rest.
 */
export const removeRetentionPolicies = (pool: Pool, tables: readonly KindTable[]): Promise<void> =>
  // Several starts at once would wait for each other's tables in any order.
  oneAtATime(pool, async (db) => {
    for (const table of [...tables.map(({ table }) => table), ...OTHERS]) {
      await db.query("select remove_retention_policy($1::regclass, if_exists => true)", [table]);
    }
  });

const OTHERS = ["events", "replies", "rejected_messages"] as const;

/**
 * Drops the chunks that are older than the retention limits, a day later than that: a reading that was taken in within
 * its limit has that long to be committed. Kept days stay, and are not counted from readings again; so readings stay
 * for as long as days of them wait to be kept.
 * @returns the names of the dropped chunks, and the tables of which chunks had to stay for that reason
 */
export async function dropOldChunks(
  pool: Pool,
  tables: readonly KindTable[],
  retention: Retention,
): Promise<{ readonly dropped: string[]; readonly waiting: string[] }> {
  const dropped: string[] = [];
  const waiting: string[] = [];
  if (retention.readingsDays > 0) {
    for (const table of tables) {
      const done = await dropReadings(pool, table, retention.readingsDays);
      dropped.push(...done.chunks);
      if (done.waits) waiting.push(table.table);
    }
  }
  const others: [table: string, days: number][] = [
    ["events", retention.eventsDays],
    ["replies", retention.eventsDays],
    ["rejected_messages", retention.rejectedDays],
  ];
  for (const [table, days] of others) {
    if (days === 0) continue;
    const { rows } = await pool.query<{ chunk: string }>(
      `select drop_chunks($1::regclass, older_than => ${OLDEST_KEPT}) as chunk`,
      [table, days],
    );
    dropped.push(...rows.map(({ chunk }) => chunk));
  }
  return { dropped, waiting };
}

/** `$2` days, and the one more. */
const OLDEST_KEPT = "now() - make_interval(days => $2::int + 1)";

/**
 * Thrown when a reading was committed while the chunks that hold it were being dropped: they stay, and are dropped the
 * next time.
 */
class CameMeanwhile extends Error {}

async function dropReadings(
  pool: Pool,
  { kind, table }: KindTable,
  days: number,
): Promise<{ readonly chunks: string[]; readonly waits: boolean }> {
  try {
    return await withTransaction(pool, async (tx) => {
      // For the whole of the transaction, because it waits for a keeper that may be reading them (`keep-days.ts`).
      const { rows: states } = await tx.query<{ since: string; until: string; waits: boolean }>(
        `select s.readings_since::text as since, until.at::text as until, until.at < ${OLDEST_KEPT} as waits
         from rollup_state s cross join lateral (
           select least(${OLDEST_KEPT}, s.complete_until, (
             select min(c.day) from rollup_changes c where c.kind = s.kind and c.day >= s.readings_since
           )) as at
         ) until
         where s.kind = $1 for update of s`,
        [kind, days],
      );
      const state = states[0];
      if (!state) throw new Error(`The days of '${kind}' are not kept: expected a row of rollup_state`);
      const { since, until, waits } = state;
      await tx.query(
        `update rollup_state set readings_since = greatest(readings_since, (
           select max(range_end) from timescaledb_information.chunks
           where hypertable_schema = current_schema() and hypertable_name = $2 and range_end <= $3::timestamptz
         )) where kind = $1`,
        [kind, table, until],
      );
      const { rows } = await tx.query<{ chunk: string }>(
        "select drop_chunks($1::regclass, older_than => $2::timestamptz) as chunk",
        [table, until],
      );
      // It has waited for the transactions that were writing into them, and a statement sees everything that was
      // committed before it began.
      const { rowCount } = await tx.query(
        `select from rollup_changes c join rollup_state s on s.kind = c.kind
         where c.kind = $1 and c.day >= $2::timestamptz and c.day < s.readings_since limit 1`,
        [kind, since],
      );
      if (rowCount) throw new CameMeanwhile();
      return { chunks: rows.map(({ chunk }) => chunk), waits };
    });
  } catch (error) {
    if (error instanceof CameMeanwhile) return { chunks: [], waits: true };
    throw error;
  }
}

/** Retention, on every edition: every `everyMs`, by the platform's clock. `stop` waits for a run under way. */
export function startRetention(
  pool: Pool,
  tables: readonly KindTable[],
  retention: Retention,
  { log, everyMs = 3_600_000 }: { log: Logger; everyMs?: number },
): { stop(): Promise<void> } {
  const run = () =>
    dropOldChunks(pool, tables, retention).then(
      ({ dropped, waiting }) => {
        if (dropped.length > 0) log.info({ chunks: dropped.length }, "old chunks dropped");
        if (waiting.length > 0) log.info({ tables: waiting }, "old readings stay until their days are kept");
      },
      (error: unknown) => log.warn({ err: error }, "dropping old chunks failed; it will be tried again"),
    );
  // Never twice at once: it may have to wait for the keeper of rollups.
  return repeat(run, everyMs, { atOnce: true });
}
