import { setTimeout as sleep } from "node:timers/promises";
import type { Config } from "../base/config/index.ts";
import { PlatformError } from "../base/errors.ts";
import type { Logger } from "../base/log.ts";
import { catalog } from "../devices/catalog.ts";
import { seedDemoAccess } from "../seeds/demo-access.ts";
import { seedDemoFleet } from "../seeds/demo-fleet.ts";
import { seedRegions } from "../seeds/regions.ts";
import { beginAudit } from "../store/audit/index.ts";
import {
  type DatabaseFacts,
  isTransient,
  type KindTable,
  openPool,
  type Pool,
  readDatabaseFacts,
  reasonOf,
} from "../store/database/index.ts";
import {
  applyKindTables,
  assertSameDatabase,
  grantRuntimeRole,
  migrate,
  type Retention,
  readRole,
  removeRetentionPolicies,
  whyAuditIsExposed,
} from "../store/schema/index.ts";
import { tablesOf } from "./kind-tables.ts";

/** How long a start waits for a database that does not answer yet, e.g. beside it in a compose file. */
const DATABASE_WAIT_MS = 60_000;

export interface PreparedDatabase {
  readonly facts: DatabaseFacts;
  /** As they are in the database. */
  readonly tables: readonly KindTable[];
  readonly retention: Retention;
}

/**
 * Brings the database to this version of the platform: migrations, a table and rollups per kind, policies, seeds,
 * and the first row of the audit. As the owner of the tables where the configuration names one, and on a pool of
 * its own without time limits, as a migration of a large table may take its time.
 * @throws PlatformError `config_invalid` when the server is there and refuses; the reason of `signal` when it aborts
 */
export async function prepareDatabase(
  url: string,
  config: Config,
  logOf: (component: string) => Logger,
  signal?: AbortSignal,
): Promise<PreparedDatabase> {
  const storeLog = logOf("store");
  const seedsLog = logOf("seeds");
  const ownerUrl = config.DATABASE_OWNER_URL;
  const open = (at: string) =>
    openPool({ url: at, size: 2, applicationName: "sbi-setup" }, (error) =>
      storeLog.warn({ err: error }, "an idle database connection broke"),
    );
  const pool = open(ownerUrl ?? url);
  try {
    await waitForDatabase(pool, ownerUrl ? "DATABASE_OWNER_URL" : "DATABASE_URL", storeLog, signal);
    await migrate(pool, storeLog);
    const facts = await readDatabaseFacts(pool);
    storeLog.info({ ...facts, embedded: config.DATABASE_URL === undefined }, "database is ready");
    if (facts.edition === "apache") {
      storeLog.warn("this TimescaleDB is the Apache edition: readings are not compressed");
    }
    await beginAudit(pool, {
      edition: facts.edition,
      postgres: facts.postgres,
      timescaledb: facts.timescaledb,
    });
    const tables = await applyKindTables(pool, tablesOf(catalog), { edition: facts.edition, log: storeLog });
    const retention: Retention = {
      readingsDays: config.RETENTION_READINGS_DAYS,
      eventsDays: config.RETENTION_EVENTS_DAYS,
      rejectedDays: config.RETENTION_REJECTED_DAYS,
    };
    if (facts.edition === "community") await removeRetentionPolicies(pool, tables);
    if (config.SEED !== "none") await seedRegions(pool, { log: seedsLog });
    if (config.SEED === "demo") {
      await seedDemoAccess(pool, { dataDir: config.DATA_DIR, log: seedsLog });
      await seedDemoFleet(pool, { dataDir: config.DATA_DIR, log: seedsLog });
    }
    if (config.DATABASE_URL !== undefined) {
      const runtime = open(url);
      try {
        await waitForDatabase(runtime, "DATABASE_URL", storeLog, signal);
        await protectAudit(pool, runtime, ownerUrl !== undefined, storeLog);
      } finally {
        await runtime.end();
      }
    }
    return { facts, tables, retention };
  } finally {
    await pool.end();
  }
}

/** Leaves the role that the platform runs as no way to change the audit, or warns that it has one. */
async function protectAudit(owner: Pool, runtime: Pool, separate: boolean, log: Logger): Promise<void> {
  const role = await readRole(runtime);
  if (separate) {
    await assertSameDatabase(owner, runtime);
    await grantRuntimeRole(owner, role);
  }
  const why = await whyAuditIsExposed(runtime);
  if (why === undefined) return;
  log.warn(
    { role, why },
    "the database role of the platform could change the audit: give DATABASE_URL a role of its own, and the owner of the tables in DATABASE_OWNER_URL",
  );
}

/** @param name the setting of the pool */
async function waitForDatabase(
  pool: Pool,
  name: string,
  log: Logger,
  signal: AbortSignal | undefined,
): Promise<void> {
  const deadline = Date.now() + DATABASE_WAIT_MS;
  for (;;) {
    try {
      await pool.query("select 1");
      return;
    } catch (error) {
      const reason = reasonOf(error);
      if (!isTransient(error)) {
        const message = `The database at ${name} cannot be used: ${reason}. ${adviceFor(error, name)}`;
        throw new PlatformError("config_invalid", message, { cause: error });
      }
      if (Date.now() > deadline) {
        const message = `The database at ${name} has not answered for ${DATABASE_WAIT_MS / 1000} s: ${reason}`;
        throw new PlatformError("database_unavailable", message, { cause: error });
      }
      log.info({ reason }, "waiting for the database");
      await sleep(1000, undefined, { signal }).catch(() => {});
      signal?.throwIfAborted();
    }
  }
}

function adviceFor(error: unknown, name: string): string {
  switch ((error as { code?: string }).code) {
    case "28P01":
    case "28000":
      return "Check its user and password.";
    case "3D000":
      return "Create that database first, or check the name.";
    case "ERR_INVALID_URL":
      return "Special characters of a password are written as %XX there, # as %23.";
    default:
      return `Check ${name} and the server's own log.`;
  }
}
