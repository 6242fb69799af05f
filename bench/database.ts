import { join } from "node:path";
import { tablesOf } from "../app/kind-tables.ts";
import { createLogger } from "../base/log.ts";
import { catalog } from "../devices/catalog.ts";
import {
  type DatabaseFacts,
  type KindTable,
  openPool,
  type Pool,
  readDatabaseFacts,
} from "../store/database/index.ts";
import { startEmbedded } from "../store/embedded/index.ts";
import { applyKindTables, migrate } from "../store/schema/index.ts";
import { databaseUrl, withAdmin } from "../test/helpers/server-databases.ts";
import type { BenchDatabase, DatabaseOptions } from "./bench-database.ts";
import type { Bench } from "./story.ts";

const silent = createLogger("silent");
const POOL_SIZE = 10;
let made = 0;

/** The table of a kind. @throws Error for one that is not in the catalog */
export function tableOf(database: BenchDatabase, kind: string): KindTable {
  const table = database.tables.find((candidate) => candidate.kind === kind);
  if (!table) throw new Error(`There is no table for the kind '${kind}'`);
  return table;
}

/** The three regions of the devices of a story, for stories that need no more. */
export const COUNTY = "520326";
export const CITY = "5203";
const REGIONS = `
  insert into regions (code, parent_code, name, level)
  values ('52', null, '贵州省', 1), ('${CITY}', '52', '遵义市', 2), ('${COUNTY}', '${CITY}', '务川县', 3)
  on conflict do nothing`;

/** Fills a fresh database, and describes it. */
async function prepare(url: string, tables: readonly KindTable[]): Promise<DatabaseFacts> {
  return using(url, async (pool) => {
    await migrate(pool, silent);
    const facts = await readDatabaseFacts(pool);
    await applyKindTables(pool, tables, { edition: facts.edition, log: silent });
    await pool.query(REGIONS);
    return facts;
  });
}

async function using<T>(url: string, work: (pool: Pool, url: string) => Promise<T>): Promise<T> {
  const pool = openPool({ url, size: POOL_SIZE, applicationName: "sbi-bench" }, () => {});
  try {
    return await work(pool, url);
  } finally {
    await pool.end();
  }
}

/** For an existing database, e.g. a test's. */
export async function adoptDatabase(bench: Bench, url: string, embedded: boolean): Promise<BenchDatabase> {
  const tables = tablesOf(catalog);
  return {
    facts: { ...(await prepare(url, tables)), embedded },
    tables,
    platform: { dataDir: await bench.folder(), databaseUrl: url },
    withPool: (work) => using(url, work),
  };
}

/** A database without tables on the server; dropped at the end, even with clients still connected. */
export async function createBlankDatabase(
  bench: Bench,
  serverUrl: string,
): Promise<{ url: string; drop(): Promise<void> }> {
  const name = `sbi_bench_${Date.now().toString(36)}_${process.pid}_${++made}`;
  // template0 has no foreign objects in it, whatever was put into template1.
  await withAdmin(serverUrl, (admin) => admin.query(`create database ${name} template template0`));
  const drop = () =>
    withAdmin(serverUrl, async (admin) => {
      await admin.query(`drop database if exists ${name} with (force)`);
    });
  bench.defer(drop);
  return { url: databaseUrl(serverUrl, name), drop };
}

/** A database on the server with all tables. */
export async function createServerDatabase(bench: Bench, serverUrl: string): Promise<BenchDatabase> {
  const { url } = await createBlankDatabase(bench, serverUrl);
  return adoptDatabase(bench, url, false);
}

/** An embedded database in a folder of the story's. */
export async function createEmbeddedDatabase(
  bench: Bench,
  { shared = false }: DatabaseOptions,
): Promise<BenchDatabase> {
  const dataDir = await bench.folder();
  const start = () => startEmbedded({ dataDir: join(dataDir, "database"), log: silent });
  if (shared) {
    const running = await start();
    bench.defer(() => running.stop());
    return adoptDatabase(bench, running.url, true);
  }
  const withPool: BenchDatabase["withPool"] = async (work) => {
    const running = await start();
    try {
      return await using(running.url, work);
    } finally {
      await running.stop();
    }
  };
  const tables = tablesOf(catalog);
  const facts = await withPool((_pool, url) => prepare(url, tables));
  return { facts: { ...facts, embedded: true }, tables, platform: { dataDir }, withPool };
}
