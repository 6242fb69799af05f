import { readdir, readFile } from "node:fs/promises";
import { PlatformError } from "../../base/errors.ts";
import type { Logger } from "../../base/log.ts";
import { type Client, oneAtATime, type Pool } from "../database/index.ts";
import { ensureSuitable } from "./ensure-suitable.ts";

const DIRECTORY = new URL("../migrations/", import.meta.url);
const FILE_NAME = /^(\d{4})_[a-z0-9_]+\.sql$/;

export interface Migration {
  readonly version: number;
  readonly name: string;
  readonly sql: string;
  /** `--! no-transaction`: the file holds exactly one statement that refuses a transaction block. */
  readonly noTransaction: boolean;
  /** `--! breaking-change`: an older platform must not run on a database that has it. */
  readonly breaking: boolean;
}

/** The migrations of this version of the platform, in order. */
export async function readMigrations(directory: URL = DIRECTORY): Promise<Migration[]> {
  const names = (await readdir(directory)).filter((name) => name.endsWith(".sql")).sort();
  const migrations = await Promise.all(
    names.map(async (name) => {
      const version = Number(FILE_NAME.exec(name)?.[1]);
      if (!version) throw new Error(`Migration '${name}' is not named like 0001_what_it_does.sql`);
      const sql = await readFile(new URL(name, directory), "utf8");
      const directives = [...sql.matchAll(/^--! ([a-z-]+)$/gm)].map((match) => match[1]);
      return {
        version,
        name,
        sql,
        noTransaction: directives.includes("no-transaction"),
        breaking: directives.includes("breaking-change"),
      };
    }),
  );
  migrations.forEach((migration, index) => {
    if (migration.version !== index + 1) {
      throw new Error(
        `Migration '${migration.name}' should have the number ${index + 1}: numbers have no gaps`,
      );
    }
  });
  return migrations;
}

/**
 * Brings the database to this version. Safe to call from several starting processes at once: the later ones
 * wait and find nothing to do.
 * @returns how many migrations were applied
 * @throws PlatformError `database_unsuitable` when PostgreSQL, TimescaleDB or the role's rights will not do;
 * `database_too_new` when a newer platform has changed the database in a breaking way
 */
export async function migrate(pool: Pool, log: Logger, migrations?: Migration[]): Promise<number> {
  const wanted = migrations ?? (await readMigrations());
  return oneAtATime(pool, async (client) => {
    await ensureSuitable(client);
    return applyMissing(client, wanted, log);
  });
}

async function applyMissing(client: Client, wanted: Migration[], log: Logger): Promise<number> {
  await client.query(`
    create table if not exists schema_migrations (
      version integer primary key,
      name text not null,
      breaking boolean not null,
      applied_at timestamptz not null default now()
    )`);
  const { rows } = await client.query<{ version: number; name: string; breaking: boolean }>(
    "select version, name, breaking from schema_migrations order by version",
  );
  const known = new Set(wanted.map((migration) => migration.version));
  const ahead = rows.find((row) => row.breaking && !known.has(row.version));
  if (ahead) {
    throw new PlatformError(
      "database_too_new",
      `The database has the breaking migration '${ahead.name}', which this version does not know: start a newer version of the platform`,
    );
  }
  const applied = new Set(rows.map((row) => row.version));
  const missing = wanted.filter((migration) => !applied.has(migration.version));
  for (const migration of missing) {
    await applyOne(client, migration);
    log.info({ migration: migration.name }, "migration applied");
  }
  return missing.length;
}

async function applyOne(client: Client, migration: Migration): Promise<void> {
  const record = () =>
    client.query("insert into schema_migrations (version, name, breaking) values ($1, $2, $3)", [
      migration.version,
      migration.name,
      migration.breaking,
    ]);
  try {
    if (migration.noTransaction) {
      // Its one statement is written so that a second run does no harm, if the process dies before the record.
      await client.query(migration.sql);
      await record();
      return;
    }
    await client.query("begin");
    await record();
    await client.query(migration.sql);
    await client.query("commit");
  } catch (error) {
    // A connection that has broken meanwhile rolls back by itself.
    if (!migration.noTransaction) await client.query("rollback").catch(() => {});
    throw new Error(`Migration '${migration.name}' failed: ${(error as Error).message}`, { cause: error });
  }
}
