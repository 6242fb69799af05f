import { setTimeout as sleep } from "node:timers/promises";
import type { Config } from "./config.ts";
import { catalog } from "./devices/catalog.ts";
import { PlatformError } from "./errors.ts";
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
 * @throws PlatformError `config_invalid` when the server is there and refuses; the reason of `signal` when it aborts
 */
export async function prepareDatabase(
  url: string,
  config: Config,
  log: Logger,
  signal?: AbortSignal,
): Promise<PreparedDatabase> {
  const storeLog = log.child({ component: "store" });
  const seedsLog = log.child({ component: "seeds" });
  const pool = openPool({ url, size: 2, applicationName: "sbi-setup" }, (error) =>
    storeLog.warn({ err: error }, "an idle database connection broke"),
  );
  try {
    await waitForDatabase(pool, storeLog, signal);
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

async function waitForDatabase(pool: Pool, log: Logger, signal: AbortSignal | undefined): Promise<void> {
  const deadline = Date.now() + DATABASE_WAIT_MS;
  for (;;) {
    try {
      await pool.query("select 1");
      return;
    } catch (error) {
      const reason = reasonOf(error);
      if (!isTransient(error)) {
        const message = `The database at DATABASE_URL cannot be used: ${reason}. ${adviceFor(error)}`;
        throw new PlatformError("config_invalid", message, { cause: error });
      }
      if (Date.now() > deadline) {
        const message = `The database at DATABASE_URL has not answered for ${DATABASE_WAIT_MS / 1000} s: ${reason}`;
        throw new PlatformError("database_unavailable", message, { cause: error });
      }
      log.info({ reason }, "waiting for the database");
      await sleep(1000, undefined, { signal }).catch(() => {});
      signal?.throwIfAborted();
    }
  }
}

/** A host with several addresses fails with several errors and no message. */
function reasonOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(reasonOf).join("; ");
  return (error as Error).message;
}

function adviceFor(error: unknown): string {
  switch ((error as { code?: string }).code) {
    case "28P01":
    case "28000":
      return "Check its user and password.";
    case "3D000":
      return "Create that database first, or check the name.";
    case "ERR_INVALID_URL":
      return "Special characters of a password are written as %XX there, # as %23.";
    default:
      return "Check DATABASE_URL and the server's own log.";
  }
}
