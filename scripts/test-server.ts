import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { asksForHelp } from "../base/command-line.ts";
import { PlatformError } from "../base/errors.ts";
import { openPool } from "../store/database/index.ts";

/**
 * `npm run test:server`: the suites that touch the database, against the server at DATABASE_URL. Each test file
 * makes databases of its own there and drops them. Arguments are passed on to vitest.
 */
const SUITES = ["test/store", "test/ingest", "test/api", "test/e2e"];
/** They run on the embedded database in any case, so that a server tells nothing more about them. */
const EMBEDDED_ONLY = ["test/store/embedded/**", "test/e2e/demo.test.ts"];

const HELP = `Runs the suites that touch the database against the server at DATABASE_URL: ${SUITES.join(", ")}.

Usage: npm run test:server [-- options and files for vitest]
`;

const root = fileURLToPath(new URL("..", import.meta.url));

/** @throws PlatformError when there is no server to test with, or one that can't be used. */
async function checkServer(url: string | undefined): Promise<void> {
  if (!url) {
    throw new PlatformError(
      "config_invalid",
      "DATABASE_URL is not set: expected a PostgreSQL >= 15 with TimescaleDB >= 2.19 and a role that may create databases, e.g. postgres://postgres:password@127.0.0.1:5432/postgres",
    );
  }
  const pool = openPool({ url, size: 1, applicationName: "test-server" }, () => {});
  try {
    const { rows } = await pool.query<{ version: string; timescaledb: string | null; may_create: boolean }>(`
      select current_setting('server_version') as version,
             (select default_version from pg_available_extensions where name = 'timescaledb') as timescaledb,
             (select rolcreatedb or rolsuper from pg_roles where rolname = current_user) as may_create`);
    const { version, timescaledb, may_create } = rows[0]!;
    if (!timescaledb) {
      throw new PlatformError(
        "database_unsuitable",
        `The server at DATABASE_URL (PostgreSQL ${version}) has no TimescaleDB: expected the extension to be installed and in shared_preload_libraries`,
      );
    }
    if (!may_create) {
      throw new PlatformError(
        "database_unsuitable",
        "The role in DATABASE_URL may not create databases: expected CREATEDB, because each test file makes its own",
      );
    }
    console.log(`Testing with PostgreSQL ${version} and TimescaleDB ${timescaledb}.`);
  } catch (error) {
    if (error instanceof PlatformError) throw error;
    const reason = error instanceof AggregateError ? error.errors.map(String).join("; ") : String(error);
    throw new PlatformError(
      "database_unavailable",
      `The server at DATABASE_URL cannot be reached: ${reason}`,
    );
  } finally {
    await pool.end();
  }
}

if (asksForHelp(process.argv.slice(2))) {
  console.log(HELP);
  process.exit(0);
}
try {
  await checkServer(process.env.DATABASE_URL);
} catch (error) {
  if (!(error instanceof PlatformError)) throw error;
  console.error(error.message);
  process.exit(2);
}
const vitest = join(dirname(createRequire(import.meta.url).resolve("vitest/package.json")), "vitest.mjs");
const child = spawn(
  process.execPath,
  [
    vitest,
    "run",
    ...SUITES,
    ...EMBEDDED_ONLY.flatMap((files) => ["--exclude", files]),
    ...process.argv.slice(2),
  ],
  { cwd: root, stdio: "inherit" },
);
// Ctrl-C reaches vitest as well, which drops its databases; wait for that.
process.on("SIGINT", () => {});
child.once("exit", (code) => process.exit(code ?? 1));
