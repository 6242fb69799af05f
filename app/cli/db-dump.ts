import { readFileSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { asksForHelp, readLine } from "../../base/command-line.ts";
import { flagOption } from "../../base/command-options.ts";
import { loadConfig } from "../../base/config/index.ts";
import { PlatformError } from "../../base/errors.ts";
import { createLogger } from "../../base/log.ts";
import { UsageError, usageText } from "../../base/usage-error.ts";
import { catalog } from "../../devices/catalog.ts";
import { isTransient, openPool, type Pool, readDatabaseFacts } from "../../store/database/index.ts";
import { startEmbedded } from "../../store/embedded/index.ts";
import { applyKindTables, dumpSchema, migrate } from "../../store/schema/index.ts";
import { tablesOf } from "../kind-tables.ts";
import { diffLines } from "./line-diff.ts";

const HELP = `Writes store/schema.sql: the schema that the migrations and the catalog of kinds make.

  npm run db:dump               write the file
  npm run db:dump -- --check    write nothing; show the differences, and exit with 1 if there are any

Options
  -h, --help                    this text

Environment
  DATABASE_URL                  a server on which a database is made for this, and dropped. Unset: an embedded
                                one in a temporary folder. Either way the file is the same.
`;

const FILE = fileURLToPath(new URL("../../store/schema.sql", import.meta.url));

/** The configuration's level is for the platform; here only errors are of interest. */
const log = createLogger("error", { write: (line) => process.stderr.write(line) });

async function withPool<T>(url: string, size: number, work: (pool: Pool) => Promise<T>): Promise<T> {
  const pool = openPool({ url, size, applicationName: "sbi-dump" }, () => {});
  try {
    return await work(pool);
  } finally {
    await pool.end();
  }
}

/** Runs `work` on an empty database of its own, which is gone afterwards. */
async function withEmptyDatabase<T>(
  server: string | undefined,
  work: (url: string) => Promise<T>,
): Promise<T> {
  if (server === undefined) {
    const folder = await mkdtemp(join(tmpdir(), "sbi-dump-"));
    try {
      const database = await startEmbedded({ dataDir: folder, log });
      try {
        return await work(database.url);
      } finally {
        await database.stop();
      }
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }
  return withPool(server, 1, async (admin) => {
    const name = `sbi_dump_${Date.now().toString(36)}_${process.pid}`;
    await admin.query(`create database ${name} template template0`);
    try {
      const url = new URL(server);
      url.pathname = `/${name}`;
      return await work(url.toString());
    } finally {
      await admin.query(`drop database ${name} with (force)`);
    }
  });
}

/** Makes the schema on an empty database and reads it back. */
async function currentSchema(server: string | undefined): Promise<string> {
  return withEmptyDatabase(server, (url) =>
    withPool(url, 2, async (pool) => {
      const tables = tablesOf(catalog);
      await migrate(pool, log);
      const { edition } = await readDatabaseFacts(pool);
      await applyKindTables(pool, tables, { edition, log });
      return dumpSchema(pool, tables);
    }),
  );
}

const LINE = { name: "npm run db:dump", input: { check: flagOption() } };

function readOld(): string {
  try {
    return readFileSync(FILE, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return "";
    throw error;
  }
}

/** 0: done, or nothing is out of date. 1: the file is, or the database refused. 2: the command is wrong. */
async function main(): Promise<number> {
  try {
    const args = process.argv.slice(2);
    if (asksForHelp(args)) {
      console.log(HELP);
      return 0;
    }
    const { check } = readLine(LINE, args);
    const expected = await currentSchema(loadConfig().DATABASE_URL);
    const changes = diffLines(readOld(), expected);
    if (changes.length === 0) console.log("store/schema.sql is up to date");
    else if (check) {
      console.error(
        "store/schema.sql does not match the migrations and the catalog; run `npm run db:dump`. It lacks the lines with + and should not have those with -:",
      );
      console.error(changes.join("\n"));
      return 1;
    } else {
      writeFileSync(FILE, expected);
      console.log("Wrote store/schema.sql");
    }
    return 0;
  } catch (error) {
    if (error instanceof UsageError) {
      console.error(usageText(error, `${LINE.name} --`));
      return 2;
    }
    if (error instanceof PlatformError) {
      console.error(error.message);
      return error.class === "config" ? 2 : 1;
    }
    if (isTransient(error)) console.error(`The database cannot be reached: ${(error as Error).message}`);
    else console.error(error);
    return 1;
  }
}

process.exitCode = await main();
