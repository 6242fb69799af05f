import { isDeepStrictEqual } from "node:util";
import pg from "pg";
import { PlatformError } from "../../base/errors.ts";
import type { Logger } from "../../base/log.ts";
import {
  assertIdentifier,
  type Client,
  type Edition,
  type KindTable,
  oneAtATime,
  type Pool,
  type QuantityColumn,
  scaleOf,
  sqlType,
} from "../database/index.ts";
import { hasLatestTable, makeLatestTable } from "../readings/index.ts";
import { buildRollups, hasKeptDays, hasSumsTables, makeSumsTables } from "../rollups/index.ts";

/**
 * Seven days a chunk: a province's hot chunk (400,000 meters, hourly) is about 6 GB and its index fits a
 * server's memory, while three years of one device still plan over some 160 chunks.
 */
const CHUNK = "interval '7 days'";

interface BuiltTable {
  readonly columns: QuantityColumn[];
  readonly edition: Edition;
}

/**
 * Makes the readings table and rollups of every kind, adds a column for each quantity that a kind has gained, and
 * rebuilds rollups whose columns or edition changed. Does nothing when all is as it was. Safe to call from several
 * starting processes at once: the later ones wait and find nothing to do.
 *
 * A column stays as it was made, also when the kind now has other decimals for its quantity.
 * @returns the tables as they are in the database, with the wanted columns. Code that writes or reads readings uses
 * these, not the catalog
 * @throws PlatformError `database_unsuitable` when a quantity changed its type, or outgrew its column: that needs a
 * migration
 */
export function applyKindTables(
  pool: Pool,
  tables: readonly KindTable[],
  options: { edition: Edition; log: Logger },
): Promise<KindTable[]> {
  return oneAtATime(pool, async (client) => {
    const asBuilt: KindTable[] = [];
    for (const table of tables) {
      const built = await applyKindTable(client, table, options);
      const columns = table.columns.map(({ name }) => built.find((column) => column.name === name)!);
      logOtherwiseKept(table, columns, options.log);
      asBuilt.push({ ...table, columns });
    }
    return asBuilt;
  });
}

/** Logs the quantities that are not kept as their kind has them now. */
function logOtherwiseKept(
  { kind, columns }: KindTable,
  asBuilt: readonly QuantityColumn[],
  log: Logger,
): void {
  const metrics = asBuilt
    .filter(({ decimals }, index) => decimals !== columns[index]!.decimals)
    .map(({ name, decimals = null }) => ({ name, decimals }));
  if (metrics.length === 0) return;
  log.info(
    { kind, metrics },
    "quantities are stored as their table was made, not with the decimals of their kind",
  );
}

async function applyKindTable(
  client: Client,
  table: KindTable,
  { edition, log }: { edition: Edition; log: Logger },
): Promise<readonly QuantityColumn[]> {
  const built = await findBuilt(client, table.kind);
  const merged = { ...table, columns: mergeColumns(table, built?.columns ?? []) };
  const sameColumns = built !== undefined && merged.columns.length === built.columns.length;
  if (built && !(await hasDelays(client, table))) await addDelays(client, table);
  if (!(await hasLatestTable(client, merged))) await makeLatestTable(client, merged);
  if (!(await hasSumsTables(client, merged))) await makeSumsTables(client, merged);
  const sameRules = built?.columns.every((column, index) => isDeepStrictEqual(column, merged.columns[index]));
  // A platform from before it kept days itself on every edition had built none, or others.
  if (sameColumns && sameRules && built.edition === edition && (await hasKeptDays(client, table))) {
    return merged.columns;
  }

  await createOrWiden(client, merged, edition);
  if (built) {
    log.warn(
      { kind: table.kind, from: built, to: { columns: merged.columns, edition } },
      "rebuilding the rollups of a kind, because its quantities, the database's edition or the way of keeping them changed",
    );
  }
  await buildRollups(client, merged, sameRules === false);
  await client.query(
    `insert into kind_tables (kind, table_name, columns, edition) values ($1, $2, $3, $4)
     on conflict (kind) do update
       set columns = excluded.columns, edition = excluded.edition, updated_at = now()`,
    [table.kind, table.table, JSON.stringify(merged.columns), edition],
  );
  log.info({ kind: table.kind, columns: merged.columns.length }, "readings table is ready");
  return merged.columns;
}

async function findBuilt(client: Client, kind: string): Promise<BuiltTable | undefined> {
  const { rows } = await client.query<BuiltTable>(
    "select columns, edition from kind_tables where kind = $1",
    [kind],
  );
  return rows[0];
}

/** The kind decides how a counter is counted, whenever its column was made. */
function withRulesOf(column: QuantityColumn | undefined, built: QuantityColumn): QuantityColumn {
  const { tolerance, rollsOverAt, restarts, ...made } = built;
  return {
    ...made,
    ...(column?.tolerance === undefined ? {} : { tolerance: column.tolerance }),
    ...(column?.rollsOverAt === undefined ? {} : { rollsOverAt: column.rollsOverAt }),
    ...(column?.restarts === undefined ? {} : { restarts: column.restarts }),
  };
}

/** An existing column stays, also when a kind has dropped the quantity: its history remains readable. */
function mergeColumns({ kind, columns }: KindTable, built: readonly QuantityColumn[]): QuantityColumn[] {
  const merged = built.map((before) =>
    withRulesOf(
      columns.find(({ name }) => name === before.name),
      before,
    ),
  );
  for (const column of columns) {
    const before = built.find((candidate) => candidate.name === column.name);
    if (!before) merged.push(column);
    else if (before.type !== column.type) {
      throw new PlatformError(
        "database_unsuitable",
        `Quantity '${column.name}' of kind '${kind}' is a ${column.type}, but the database holds it as a ${before.type}: give the quantity a new name, or write a migration`,
      );
    } else if (
      sqlType(before) === "integer" &&
      sqlType({ ...column, decimals: before.decimals! }) !== "integer"
    ) {
      throw new PlatformError(
        "database_unsuitable",
        `Quantity '${column.name}' of kind '${kind}' may be as large as ${column.largest} now, but the database holds it as an integer of ${before.decimals} decimals, which ends at ${2_147_483_647 / scaleOf(before)}: give the quantity a new name, or write a migration`,
      );
    }
  }
  return merged;
}

async function hasDelays(client: Client, { table }: KindTable): Promise<boolean> {
  const { rows } = await client.query<{ there: boolean }>(
    `select exists (select from pg_attribute where attrelid = to_regclass($1) and attname = 'received_after') as there`,
    [table],
  );
  return rows[0]!.there;
}

/** For a table of a former version, whose rows stay as they are: nothing is rewritten, compressed chunks included. */
async function addDelays(client: Client, { table }: KindTable): Promise<void> {
  const name = assertIdentifier(table);
  await client.query(`alter table ${name} add column received_after integer`);
  await client.query(`alter table ${name} alter column received_at drop not null`);
}

async function createOrWiden(client: Client, { table, columns }: KindTable, edition: Edition): Promise<void> {
  const name = assertIdentifier(table);
  await client.query(`
    create table if not exists ${name} (
      device_no integer not null,
      observed_at timestamptz not null,
      received_at timestamptz,
      received_after integer,
      extra jsonb,
      primary key (device_no, observed_at)
    )`);
  // The primary key serves every query that we have; TimescaleDB's own index on time alone would only cost.
  await client.query(
    `select create_hypertable('${name}', by_range('observed_at', ${CHUNK}), create_default_indexes => false, if_not_exists => true)`,
  );
  for (const column of columns) {
    await client.query(
      `alter table ${name} add column if not exists ${assertIdentifier(column.name)} ${sqlType(column)}`,
    );
    const comment = commentOn(column);
    if (comment !== undefined) {
      await client.query(`comment on column ${name}.${column.name} is ${pg.escapeLiteral(comment)}`);
    }
  }
  if (edition === "apache") return;
  // A new column needs no rebuild of compressed chunks: it is null there.
  await client.query(
    `alter table ${name} set (timescaledb.enable_columnstore, timescaledb.segmentby = 'device_no', timescaledb.orderby = 'observed_at')`,
  );
  await client.query(
    `call add_columnstore_policy('${name}', after => interval '30 days', if_not_exists => true)`,
  );
}

/** For people who look into the table: the unit, and how to get there. */
function commentOn(column: QuantityColumn): string | undefined {
  const { unit, decimals = 0 } = column;
  if (unit === undefined || decimals === 0) return unit;
  return `in ${(1 / scaleOf(column)).toFixed(decimals)} ${unit}: divide by ${scaleOf(column)}.0 for ${unit}`;
}
