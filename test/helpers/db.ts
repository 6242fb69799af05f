import { existsSync, writeFileSync } from "node:fs";
import { cp, mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { inject } from "vitest";
import { catalog } from "../../devices/catalog.ts";
import { tablesOf } from "../../kind-tables.ts";
import { createLogger } from "../../log.ts";
import { openPool, type Pool } from "../../store/database.ts";
import { type Edition, readDatabaseFacts } from "../../store/edition.ts";
import { startEmbedded } from "../../store/embedded/launch.ts";
import { takeLock } from "../../store/embedded/lock.ts";
import { applyKindTables } from "../../store/kind-tables.ts";
import { migrate } from "../../store/migrate.ts";
import { createServerDatabase, ensureServerTemplate } from "./server-databases.ts";

export interface TestDatabase {
  readonly url: string;
  readonly pool: Pool;
  /** What the database can do: the embedded one is `community`, Debian's package is `apache`. */
  readonly edition: Edition;
  /** Ends the pool and removes the database. */
  drop(): Promise<void>;
}

const silent = createLogger("silent");
const POOL_SIZE = 4;
const POOL_END_MS = 2000;
/** Making the template takes about 6 s; the second test process waits for the first. */
const TEMPLATE_WAIT_MS = 50_000;

/**
 * A database of its own for one test file, migrated and with the tables of every kind in the catalog. On the
 * server at DATABASE_URL when that is set, else embedded (about one second: a copied folder and a process).
 */
export async function createTestDatabase(): Promise<TestDatabase> {
  const { folder, id } = inject("testRun");
  const serverUrl = process.env.DATABASE_URL;
  if (serverUrl) {
    const template = await ensureServerTemplate(serverUrl, id, fill);
    return open(await createServerDatabase(serverUrl, id, template));
  }
  return open(await startCopy(await ensureEmbeddedTemplate(folder)));
}

/** A database with TimescaleDB's extension and nothing else; for tests of the migrations themselves. */
export async function emptyTestDatabase(): Promise<TestDatabase> {
  const { id } = inject("testRun");
  const serverUrl = process.env.DATABASE_URL;
  return open(serverUrl ? await createServerDatabase(serverUrl, id) : await startCopy(undefined));
}

/** Brings a fresh database to the state that tests start from. */
async function fill(url: string): Promise<void> {
  await withPool(url, async (pool) => {
    await migrate(pool, silent);
    const { edition } = await readDatabaseFacts(pool);
    await applyKindTables(pool, tablesOf(catalog), { edition, log: silent });
  });
}

async function withPool<T>(url: string, work: (pool: Pool) => Promise<T>): Promise<T> {
  const pool = openPool({ url, size: 2, applicationName: "test-setup" }, () => {});
  try {
    return await work(pool);
  } finally {
    await pool.end();
  }
}

interface Started {
  readonly url: string;
  drop(): Promise<void>;
}

async function open(started: Started): Promise<TestDatabase> {
  const { url } = started;
  let dropping = false;
  try {
    const edition = await withPool(url, async (pool) => {
      await pool.query("create extension if not exists timescaledb");
      return (await readDatabaseFacts(pool)).edition;
    });
    const pool = openPool({ url, size: POOL_SIZE, applicationName: "test" }, (error) => {
      if (!dropping) console.error("a test database's idle connection broke:", error.message);
    });
    return {
      url,
      pool,
      edition,
      async drop() {
        dropping = true;
        // A connection that a test has forgotten to release would keep end() waiting for ever.
        const patience = new AbortController();
        const ended = pool.ended ? undefined : pool.end();
        await Promise.race([
          ended,
          delay(POOL_END_MS, undefined, { signal: patience.signal }).catch(() => {}),
        ]);
        patience.abort();
        await started.drop();
      },
    };
  } catch (error) {
    await started.drop();
    throw error;
  }
}

/** Runs an embedded database on a copy of a folder, or on a new one. */
async function startCopy(template: string | undefined): Promise<Started> {
  const folder = await mkdtemp(join(inject("testRun").folder, "db-"));
  if (template) await cp(join(template, "cluster"), join(folder, "cluster"), { recursive: true });
  const database = await startEmbedded({ dataDir: folder, log: silent });
  return {
    url: database.url,
    async drop() {
      await database.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Makes the template folder once per run; the processes that run tests queue on the folder's lock. */
async function ensureEmbeddedTemplate(runFolder: string): Promise<string> {
  const folder = join(runFolder, "template");
  const finished = join(runFolder, "template-finished");
  if (existsSync(finished)) return folder;
  const lock = await takeLock(join(runFolder, "making-template"), runFolder, TEMPLATE_WAIT_MS);
  try {
    if (existsSync(finished)) return folder;
    await rm(folder, { recursive: true, force: true });
    const database = await startEmbedded({ dataDir: folder, log: silent });
    try {
      await fill(database.url);
    } finally {
      await database.stop();
    }
    writeFileSync(finished, "");
    return folder;
  } finally {
    lock.release();
  }
}
