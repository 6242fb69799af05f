import type { Logger } from "../log.ts";
import type { Pool } from "./database.ts";
import type { Edition } from "./edition.ts";
import type { KindTable } from "./kind-table.ts";

/** Days that each class of data is kept; 0 keeps it for ever. */
export interface Retention {
  readonly readingsDays: number;
  readonly eventsDays: number;
  readonly rejectedDays: number;
}

/** Rollups are refreshed up to this far behind the retention limit, and never beyond it: see below. */
const REFRESH_MARGIN_DAYS = 14;

/**
 * Brings TimescaleDB's policies (community edition) in line with the configuration: retention by class of
 * data, and the refresh of rollups.
 *
 * Dropping a raw chunk marks its range as changed, and a refresh of that range would empty the rollup there.
 * So the refresh window ends before the retention limit, and rollups outlive the readings they were made of.
 */
export async function applyPolicies(
  pool: Pool,
  tables: readonly KindTable[],
  retention: Retention,
): Promise<void> {
  for (const { table } of tables) {
    await setRetention(pool, table, retention.readingsDays);
    const start =
      retention.readingsDays > REFRESH_MARGIN_DAYS * 2
        ? `interval '${retention.readingsDays - REFRESH_MARGIN_DAYS} days'`
        : "null";
    await setRefresh(pool, `${table}_1h`, start, "interval '1 hour'", "interval '10 minutes'");
    await setRefresh(pool, `${table}_1d`, start, "interval '1 day'", "interval '1 hour'");
  }
  for (const table of ["events", "replies"]) await setRetention(pool, table, retention.eventsDays);
  await setRetention(pool, "rejected_messages", retention.rejectedDays);
}

async function setRetention(pool: Pool, table: string, days: number): Promise<void> {
  const { rows } = await pool.query<{ days: number }>(
    `select extract(day from (config ->> 'drop_after')::interval)::int as days
     from timescaledb_information.jobs
     where proc_name = 'policy_retention' and hypertable_name = $1`,
    [table],
  );
  // A policy that is right stays: made anew, it would forget when it last ran.
  if ((rows[0]?.days ?? 0) === days) return;
  await pool.query("select remove_retention_policy($1::regclass, if_exists => true)", [table]);
  if (days > 0) {
    await pool.query("select add_retention_policy($1::regclass, make_interval(days => $2))", [table, days]);
  }
}

async function setRefresh(
  pool: Pool,
  view: string,
  start: string,
  end: string,
  every: string,
): Promise<void> {
  const { rows } = await pool.query<{ same: boolean }>(
    `select (config ->> 'start_offset')::interval is not distinct from ${start}::interval as same
     from timescaledb_information.jobs j
     join timescaledb_information.continuous_aggregates c
       on c.materialization_hypertable_name = j.hypertable_name
     where j.proc_name = 'policy_refresh_continuous_aggregate' and c.view_name = $1`,
    [view],
  );
  if (rows[0]?.same) return;
  await pool.query("select remove_continuous_aggregate_policy($1::regclass, if_exists => true)", [view]);
  await pool.query(
    `select add_continuous_aggregate_policy($1::regclass, start_offset => ${start}::interval,
       end_offset => ${end}, schedule_interval => ${every})`,
    [view],
  );
}

/**
 * Drops the chunks that are older than the retention limits. The Apache edition has no policies, so the
 * platform calls this once an hour there.
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
    const { rows } = await pool.query<{ chunk: string }>(
      "select drop_chunks($1::regclass, older_than => make_interval(days => $2)) as chunk",
      [table, days],
    );
    dropped.push(...rows.map((row) => row.chunk));
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
  let running: Promise<void> = Promise.resolve();
  const run = () => {
    running = dropOldChunks(pool, tables, retention).then(
      (dropped) => {
        if (dropped.length > 0) log.info({ chunks: dropped.length }, "old chunks dropped");
      },
      (error: unknown) => log.warn({ err: error }, "dropping old chunks failed; it will be tried again"),
    );
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
