import { mkdtempSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { inject } from "vitest";
import { openPool, type Pool } from "../../store/database/database.ts";
import { type Edition, readDatabaseFacts } from "../../store/database/edition.ts";
import { openHosted } from "./embedded-host.ts";
import { copyTemplate, type Template } from "./embedded-templates.ts";
import { addRegions, addTables, withPool } from "./fill-database.ts";
import { createServerDatabase, ensureServerTemplate } from "./server-databases.ts";

export interface TestDatabase {
  readonly url: string;
  readonly pool: Pool;
  /** The edition of the database: the embedded one is `community`, Debian's package is `apache`. */
  readonly edition: Edition;
  /** Ends the pool and removes the database. */
  drop(): Promise<void>;
}

const POOL_SIZE = 4;
const POOL_END_MS = 2000;

/**
 * A database of its own for one test file, migrated and with the tables of every kind in the catalog. On the
 * server at DATABASE_URL when that is set, else embedded (about half a second: a copied folder that is opened).
 * @param options.regions with the regions of Guizhou
 */
export async function createTestDatabase(options: { regions?: boolean } = {}): Promise<TestDatabase> {
  const { id } = inject("testRun");
  const serverUrl = process.env.DATABASE_URL;
  if (!serverUrl) return open(await startCopy(options.regions ? "regions" : "tables"));
  const template = await ensureServerTemplate(serverUrl, id, addTables);
  const made = await createServerDatabase(serverUrl, id, template);
  if (options.regions) await addRegions(made.url);
  return open(made);
}

/** A database with TimescaleDB's extension and nothing else; for tests of the migrations themselves. */
export async function emptyTestDatabase(): Promise<TestDatabase> {
  const { id } = inject("testRun");
  const serverUrl = process.env.DATABASE_URL;
  return open(serverUrl ? await createServerDatabase(serverUrl, id) : await startCopy("empty"));
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

/** Runs an embedded database on a copy of a template. */
async function startCopy(template: Template): Promise<Started> {
  const folder = mkdtempSync(join(inject("testRun").folder, "db-"));
  await copyTemplate(template, folder);
  const database = await openHosted(folder);
  return {
    url: database.url,
    async drop() {
      await database.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
