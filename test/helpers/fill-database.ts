import { tablesOf } from "../../app/kind-tables.ts";
import { createLogger } from "../../base/log.ts";
import { catalog } from "../../devices/catalog.ts";
import { seedRegions } from "../../seeds/regions.ts";
import { openPool, type Pool } from "../../store/database/database.ts";
import { readDatabaseFacts } from "../../store/database/edition.ts";
import { applyKindTables } from "../../store/schema/kind-tables.ts";
import { migrate } from "../../store/schema/migrate.ts";

const log = createLogger("silent");

export async function withPool<T>(url: string, work: (pool: Pool) => Promise<T>): Promise<T> {
  const pool = openPool({ url, size: 2, applicationName: "test-setup" }, () => {});
  try {
    return await work(pool);
  } finally {
    await pool.end();
  }
}

/** Brings a fresh database to the state that most tests start from: migrated, with the tables of every kind. */
export async function addTables(url: string): Promise<void> {
  await withPool(url, async (pool) => {
    await migrate(pool, log);
    const { edition } = await readDatabaseFacts(pool);
    await applyKindTables(pool, tablesOf(catalog), { edition, log });
  });
}

/** Adds the regions of Guizhou. */
export async function addRegions(url: string): Promise<void> {
  await withPool(url, async (pool) => void (await seedRegions(pool, { log })));
}
