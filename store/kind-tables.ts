import { PlatformError } from "../errors.ts";
import type { Logger } from "../log.ts";
import type { Client, Db, Pool } from "./database.ts";
import type { Edition } from "./edition.ts";
import { assertIdentifier, type KindTable, type MetricColumn, sqlType } from "./kind-table.ts";
import { oneAtATime } from "./one-at-a-time.ts";
import { daySelect, hourSelect } from "./rollups.ts";

/**
 * Seven days a chunk: a province's hot chunk (400,000 meters, hourly) is about 6 GB and its index fits a
 * server's memory, while three years of one device still plan over some 160 chunks.
 */
const CHUNK = "interval '7 days'";

interface BuiltTable {
  readonly columns: MetricColumn[];
  readonly edition: Edition;
}

/**
 * Makes the readings table and rollups of every kind, adds a column for each metric that a kind has gained,
 * and rebuilds rollups whose columns or edition changed. Does nothing when all is as it was.
 * @throws PlatformError `database_unsuitable` when a metric changed its type: that needs a migration
 */
export async function applyKindTables(
  pool: Pool,
  tables: readonly KindTable[],
  { edition, log }: { edition: Edition; log: Logger },
): Promise<void> {
  for (const table of tables) {
    const built = await findBuilt(pool, table.kind);
    const merged = { ...table, columns: mergeColumns(table, built?.columns ?? []) };
    const sameColumns = built !== undefined && merged.columns.length === built.columns.length;
    if (sameColumns && built.edition === edition) continue;

    await createOrWiden(pool, merged, edition);
    if (built) {
      log.warn(
        { kind: table.kind, from: built, to: { columns: merged.columns, edition } },
        "rebuilding the rollups of a kind, because its metrics or the database's edition changed",
      );
    }
    await rebuildRollups(pool, merged, edition);
    await pool.query(
      `insert into kind_tables (kind, table_name, columns, edition) values ($1, $2, $3, $4)
       on conflict (kind) do update
         set columns = excluded.columns, edition = excluded.edition, updated_at = now()`,
      [table.kind, table.table, JSON.stringify(merged.columns), edition],
    );
    log.info({ kind: table.kind, columns: merged.columns.length }, "readings table is ready");
  }
}

async function findBuilt(pool: Pool, kind: string): Promise<BuiltTable | undefined> {
  const { rows } = await pool.query<BuiltTable>("select columns, edition from kind_tables where kind = $1", [
    kind,
  ]);
  return rows[0];
}

/** What is there stays, also when a kind has dropped the metric: its history remains readable. */
function mergeColumns({ kind, columns }: KindTable, built: readonly MetricColumn[]): MetricColumn[] {
  const merged = [...built];
  for (const column of columns) {
    const before = built.find((candidate) => candidate.name === column.name);
    if (!before) merged.push(column);
    else if (before.type !== column.type) {
      throw new PlatformError(
        "database_unsuitable",
        `Metric '${column.name}' of kind '${kind}' is a ${column.type}, but the database holds it as a ${before.type}: give the metric a new name, or write a migration`,
      );
    }
  }
  return merged;
}

async function createOrWiden(pool: Pool, { table, columns }: KindTable, edition: Edition): Promise<void> {
  const name = assertIdentifier(table);
  await pool.query(`
    create table if not exists ${name} (
      device_no integer not null,
      observed_at timestamptz not null,
      received_at timestamptz not null,
      extra jsonb,
      primary key (device_no, observed_at)
    )`);
  // The primary key serves every query that we have; TimescaleDB's own index on time alone would only cost.
  await pool.query(
    `select create_hypertable('${name}', by_range('observed_at', ${CHUNK}), create_default_indexes => false, if_not_exists => true)`,
  );
  for (const column of columns) {
    await pool.query(
      `alter table ${name} add column if not exists ${assertIdentifier(column.name)} ${sqlType(column)}`,
    );
  }
  if (edition === "apache") return;
  // A new column needs no rebuild of compressed chunks: it is null there.
  await pool.query(
    `alter table ${name} set (timescaledb.enable_columnstore, timescaledb.segmentby = 'device_no', timescaledb.orderby = 'observed_at')`,
  );
  await pool.query(
    `call add_columnstore_policy('${name}', after => interval '30 days', if_not_exists => true)`,
  );
}

async function rebuildRollups(pool: Pool, table: KindTable, edition: Edition): Promise<void> {
  const hour = `${table.table}_1h`;
  const day = `${table.table}_1d`;
  await dropRollup(pool, day);
  await dropRollup(pool, hour);
  if (edition === "apache") {
    await pool.query(`create or replace view ${hour} as ${hourSelect(table)}`);
    await pool.query(`create or replace view ${day} as ${daySelect(table)}`);
    return;
  }
  // Each in a query of its own: continuous aggregates refuse a transaction block, and pg wraps several
  // statements of one query in one. No data at first: real-time aggregation answers from raw readings.
  const options = "with (timescaledb.continuous, timescaledb.materialized_only = false)";
  await pool.query(`create materialized view ${hour} ${options} as ${hourSelect(table)} with no data`);
  await pool.query(`create materialized view ${day} ${options} as ${daySelect(table)} with no data`);
}

/** A continuous aggregate looks like a view to PostgreSQL, but must be dropped as a materialized view. */
async function dropRollup(pool: Pool, view: string): Promise<void> {
  const { rows } = await pool.query<{ continuous: boolean }>(
    `select exists (select from timescaledb_information.continuous_aggregates
                    where view_schema = current_schema() and view_name = $1) as continuous`,
    [view],
  );
  await pool.query(`drop ${rows[0]?.continuous ? "materialized view" : "view"} if exists ${view}`);
}
