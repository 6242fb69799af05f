import type { Logger } from "../log.ts";
import { type Db, type Pool, withTransaction } from "./database.ts";
import type { Edition } from "./edition.ts";
import { assertIdentifier, type KindTable } from "./kind-table.ts";
import { oneAtATime } from "./one-at-a-time.ts";
import { REFRESH_JOBS } from "./rollups.ts";

/** Days that each class of data is kept; 0 keeps it for ever. */
export interface Retention {
  readonly readingsDays: number;
  readonly eventsDays: number;
  readonly rejectedDays: number;
}

/** How long before readings may be dropped the refresh of their rollup ends, in hours. */
const REFRESH_MARGIN_HOURS = 12;

/**
 * Brings TimescaleDB's policies (community edition) in line with the configuration: retention by class of
 * data, and the refresh of rollups.
 *
 * Dropping a raw chunk marks its range as changed, and a refresh of that range would empty the rollup there.
 * So the refresh of hours reaches no further back than readings are kept, and rollups outlive the readings
 * that they were made of. Days are made of hours, which stay, and need no such limit.
 *
 * Several first starts at once would each find a policy missing and add it, so each has its turn.
 */
export const applyPolicies = (
  pool: Pool,
  tables: readonly KindTable[],
  retention: Retention,
): Promise<void> =>
  oneAtATime(pool, async (db) => {
    for (const { table } of tables) {
      await setRetention(db, table, retention.readingsDays);
      const reach = await refreshReach(db, table, retention.readingsDays);
      await setRefresh(db, `${table}_1h`, reach, "1 hour", "10 minutes");
      await setRefresh(db, `${table}_1d`, null, "1 day", "1 hour");
    }
    for (const table of ["events", "replies"]) await setRetention(db, table, retention.eventsDays);
    await setRetention(db, "rejected_messages", retention.rejectedDays);
  });

async function setRetention(db: Db, table: string, days: number): Promise<void> {
  const { rows } = await db.query<{ same: boolean }>(
    `select (config ->> 'drop_after')::interval = make_interval(days => $2::int) as same
     from timescaledb_information.jobs
     where proc_name = 'policy_retention' and hypertable_schema = current_schema() and hypertable_name = $1`,
    [table, days],
  );
  // A policy that is right stays: made anew, it would forget when it last ran.
  if (rows[0] ? rows[0].same : days === 0) return;
  await db.query("select remove_retention_policy($1::regclass, if_exists => true)", [table]);
  if (days > 0) {
    await db.query("select add_retention_policy($1::regclass, make_interval(days => $2::int))", [
      table,
      days,
    ]);
  }
}

/**
 * How far back hours are refreshed, as an interval; null for all of them. When readings are now kept for longer
 * than before, those that the old limit has dropped are still gone, so hours older than the oldest chunk of
 * readings are left alone as well.
 */
async function refreshReach(db: Db, table: string, days: number): Promise<string | null> {
  const { rows } = await db.query<{ reach: string | null }>(
    `with kept as (
       select min(range_start) as since from timescaledb_information.chunks
       where hypertable_schema = current_schema() and hypertable_name = $1::text
         -- A chunk past the limit holds stragglers and is about to go.
         and ($2::int = 0 or range_end > now() - make_interval(days => $2::int))
     ), limits (hours) as (
       select $2::int * 24 - ${REFRESH_MARGIN_HOURS} where $2::int > 0
       union all
       select greatest(floor(extract(epoch from now() - since) / 3600)::int, 4)
       from kept where exists (select from ${assertIdentifier(table)}_1h where bucket < since)
     )
     select make_interval(hours => min(hours))::text as reach from limits`,
    [table, days],
  );
  return rows[0]!.reach;
}

/** @param reach how far back, as an interval; null for everything. `behind`: how close to now */
async function setRefresh(
  db: Db,
  view: string,
  reach: string | null,
  behind: string,
  every: string,
): Promise<void> {
  const { rows } = await db.query<{ same: boolean }>(
    `select (j.config ->> 'start_offset')::interval is not distinct from $2::interval
            and (j.config ->> 'end_offset')::interval = $3::interval
            and j.schedule_interval = $4::interval as same
     from ${REFRESH_JOBS} where c.view_name = $1`,
    [view, reach, behind, every],
  );
  if (rows[0]?.same) return;
  await db.query("select remove_continuous_aggregate_policy($1::regclass, if_exists => true)", [view]);
  await db.query(
    `select add_continuous_aggregate_policy($1::regclass, start_offset => $2::interval,
       end_offset => $3::interval, schedule_interval => $4::interval)`,
    [view, reach, behind, every],
  );
}

/**
 * Drops the chunks that are older than the retention limits. The Apache edition has no policies, so the
 * platform calls this once an hour there. Kept days stay, and are not made from readings again.
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

/** Retention for the Apache edition: every `everyMs`, by our own clock. `stop` waits for a run under way. */
export function startRetention(
  pool: Pool,
  tables: readonly KindTable[],
  retention: Retention,
  { log, edition, everyMs = 3_600_000 }: { log: Logger; edition: Edition; everyMs?: number },
): { stop(): Promise<void> } {
  if (edition === "community") return { stop: async () => {} };
  let running: Promise<void> | undefined;
  const run = () => {
    // Never twice at once: it may have to wait for the keeper of rollups.
    running ??= dropOldChunks(pool, tables, retention)
      .then(
        (dropped) => {
          if (dropped.length > 0) log.info({ chunks: dropped.length }, "old chunks dropped");
        },
        (error: unknown) => log.warn({ err: error }, "dropping old chunks failed; it will be tried again"),
      )
      .finally(() => {
        running = undefined;
      });
  };
  const timer = setInterval(run, everyMs);
  timer.unref();
  run();
  return {
    stop: async () => {
      clearInterval(timer);
      await running;
    },
  };
}
