import { setTimeout as sleep } from "node:timers/promises";
import type { Config } from "./config.ts";
import { catalog } from "./devices/catalog.ts";
import { tablesOf } from "./kind-tables.ts";
import type { Logger } from "./log.ts";
import { seedDemoFleet } from "./seeds/demo-fleet.ts";
import { seedRegions } from "./seeds/regions.ts";
import { isTransient, openPool, type Pool } from "./store/database.ts";
import { type DatabaseFacts, readDatabaseFacts } from "./store/edition.ts";
import type { KindTable } from "./store/kind-table.ts";
import { applyKindTables } from "./store/kind-tables.ts";
import { migrate } from "./store/migrate.ts";
import { applyPolicies, type Retention } from "./store/retention.ts";

/** How long a start waits for a database that does not answer yet, e.g. beside it in a compose file. */
const DATABASE_WAIT_MS = 60_000;

export interface PreparedDatabase {
  readonly facts: DatabaseFacts;
  readonly tables: readonly KindTable[];
  readonly retention: Retention;
}

/**
 * Brings the database to this version of the platform: migrations, a table and rollups per kind, policies, seeds.
 * On a pool of its own without time limits, as a migration of a large table may take its time.
 */
export async function prepareDatabase(url: string, config: Config, log: Logger): Promise<PreparedDatabase> {
  const storeLog = log.child({ component: "store" });
  const seedsLog = log.child({ component: "seeds" });
  const pool = openPool({ url, size: 2, applicationName: "sbi-setup" }, (error) =>
    storeLog.warn({ err: error }, "an idle database connection broke"),
  );
  try {
    await waitForDatabase(pool, storeLog);
    await migrate(pool, storeLog);
    const facts = await readDatabaseFacts(pool);
    storeLog.info({ ...facts, embedded: config.DATABASE_URL === undefined }, "database is ready");
    if (facts.edition === "apache") {
      storeLog.warn(
        "this TimescaleDB is the Apache edition: rollups are plain views (slower over long ranges), readings are not compressed, and retention is done by the platform",
      );
    }
    const tables = tablesOf(catalog);
    await applyKindTables(pool, tables, { edition: facts.edition, log: storeLog });
    const retention: Retention = {
      readingsDays: config.RETENTION_READINGS_DAYS,
      eventsDays: config.RETENTION_EVENTS_DAYS,
      rejectedDays: config.RETENTION_REJECTED_DAYS,
    };
    if (facts.edition === "community") await applyPolicies(pool, tables, retention);
    if (config.SEED !== "none") await seedRegions(pool, { log: seedsLog });
    if (config.SEED === "demo") await seedDemoFleet(pool, { dataDir: config.DATA_DIR, log: seedsLog });
    return { facts, tables, retention };
  } finally {
    await pool.end();
  }
}

async function waitForDatabase(pool: Pool, log: Logger): Promise<void> {
  const deadline = Date.now() + DATABASE_WAIT_MS;
  for (;;) {
    try {
      await pool.query("select 1");
      return;
    } catch (error) {
      if (!isTransient(error) || Date.now() > deadline) throw error;
      log.info({ reason: (error as Error).message }, "waiting for the database");
      await sleep(1000);
    }
  }
}
