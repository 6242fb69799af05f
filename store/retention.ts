import type { Logger } from "../log.ts";
import { type Pool, withTransaction } from "./database.ts";
import type { KindTable } from "./kind-table.ts";
import { oneAtATime } from "./one-at-a-time.ts";
import { repeat } from "./turns.ts";

/** Days that each class of data is kept; 0 keeps it for ever. */
export interface Retention {
  readonly readingsDays: number;
  readonly eventsDays: number;
  readonly rejectedDays: number;
}

/**
 * Takes away the policies by which TimescaleDB dropped chunks on the community edition before the platform did so itself:
 * they would not say that readings are gone (`rollup_state.readings_since`), and days would be made of what is left.
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
 * Drops the chunks that are older than the retention limits. Kept days stay, and are not made from readings again.
 * @returns the names of the dropped chunks
 */
export async function dropOldChunks(
  pool: Pool,
  tables: readonly KindTable[],
  retention: Retention,
): Promise<string[]> {
  const limits: [table: string, days: number][] = [
    ...tables.map(({ table }): [string, number] => [table, retention.readingsDays]),
    ["events", retention.eventsDays],
    ["replies", retention.eventsDays],
    ["rejected_messages", retention.rejectedDays],
  ];
  const dropped: string[] = [];
  for (const [table, days] of limits) {
    if (days === 0) continue;
    const chunks = await withTransaction(pool, async (tx) => {
      // First, because it waits for a keeper that may be reading them (`keep-days.ts`).
      await tx.query(
        `update rollup_state s set readings_since = greatest(s.readings_since, (
           select max(range_end) from timescaledb_information.chunks
           where hypertable_schema = current_schema() and hypertable_name = $1
             and range_end <= now() - make_interval(days => $2::int)
         ))
         from kind_tables k where k.kind = s.kind and k.table_name = $1`,
        [table, days],
      );
      const { rows } = await tx.query<{ chunk: string }>(
        "select drop_chunks($1::regclass, older_than => make_interval(days => $2)) as chunk",
        [table, days],
      );
      return rows;
    });
    dropped.push(...chunks.map((row) => row.chunk));
  }
  return dropped;
}

/** Retention, on every edition: every `everyMs`, by our own clock. `stop` waits for a run under way. */
export function startRetention(
  pool: Pool,
  tables: readonly KindTable[],
  retention: Retention,
  { log, everyMs = 3_600_000 }: { log: Logger; everyMs?: number },
): { stop(): Promise<void> } {
  const run = () =>
    dropOldChunks(pool, tables, retention).then(
      (dropped) => {
        if (dropped.length > 0) log.info({ chunks: dropped.length }, "old chunks dropped");
      },
      (error: unknown) => log.warn({ err: error }, "dropping old chunks failed; it will be tried again"),
    );
  // Never twice at once: it may have to wait for the keeper of rollups.
  return repeat(run, everyMs, { atOnce: true });
}
