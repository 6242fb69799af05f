import { PlatformError } from "../../base/errors.ts";
import { assertPostgres, type Db, OLDEST_TIMESCALE, readDatabaseFacts } from "../database/index.ts";

interface Found {
  number: number;
  postgres: string;
  /** As SQL writes it, for the advice. */
  role: string;
  database: string;
  /** The schema of new tables; null when the search path has none. */
  schema: string | null;
  may_create: boolean | null;
  has_extension: boolean;
}

/**
 * Creates TimescaleDB's extension where the database does not have it yet, and checks that the platform can run there,
 * before anything else is asked of it. Not for use within a transaction.
 * @throws PlatformError `database_unsuitable` with the finding, the expectation, and the operator's remedy
 */
export async function ensureSuitable(db: Db): Promise<void> {
  const { rows } = await db.query<Found>(`
    select current_setting('server_version_num')::int as number,
           current_setting('server_version') as postgres,
           quote_ident(current_user) as role,
           quote_ident(current_database()) as database,
           quote_ident(current_schema()) as schema,
           has_schema_privilege(current_schema(), 'create') as may_create,
           exists (select from pg_extension where extname = 'timescaledb') as has_extension`);
  const found = rows[0]!;
  assertPostgres(found.number, found.postgres);
  assertMayCreate(found);
  try {
    if (!found.has_extension) await db.query("create extension if not exists timescaledb");
    // Loads the library, which the server refuses in the middle of a session unless it was started with it.
    await db.query("select time_bucket('1 hour', now())");
  } catch (error) {
    throw explain(error as Error & { code?: string }, found);
  }
  await readDatabaseFacts(db);
}

function assertMayCreate({ role, database, schema, may_create }: Found): void {
  if (may_create) return;
  const where = schema === null ? "any schema" : `the schema ${schema}`;
  throw new PlatformError(
    "database_unsuitable",
    `The role ${role} may not create tables in ${where} of the database ${database}: expected one that may, as the owner of the database does: alter database ${database} owner to ${role}`,
  );
}

const EXPECTED = `TimescaleDB ${OLDEST_TIMESCALE.join(".")} or newer`;
const PRELOAD =
  "Put shared_preload_libraries = 'timescaledb' into the server's postgresql.conf and restart PostgreSQL, then start the platform again.";

/** The meaning of a refusal of the extension to an operator; any other error as it is. */
function explain(error: Error & { code?: string }, { postgres, role, database }: Found): Error {
  const unsuitable = (message: string) => new PlatformError("database_unsuitable", message, { cause: error });
  // TimescaleDB ends the session with these words, in English whatever the server's language, and no code of its own.
  if (error.message.includes("must be preloaded")) {
    return unsuitable(
      `The database server (PostgreSQL ${postgres}) has TimescaleDB but does not load it. ${PRELOAD}`,
    );
  }
  switch (error.code) {
    case "0A000": // feature_not_supported: PostgreSQL 15 and newer on an extension whose files are not there
    case "58P01": // undefined_file
      return unsuitable(
        `The database server (PostgreSQL ${postgres}) has no TimescaleDB: expected ${EXPECTED} on the machine that PostgreSQL runs on. Debian 13 has the package postgresql-17-timescaledb, Timescale has packages for other systems. ${PRELOAD}`,
      );
    case "42501": // insufficient_privilege
      return unsuitable(
        `The database ${database} has no TimescaleDB, and the role ${role} may not create it there. Let somebody who may do so once, in that database: create extension timescaledb. Or let the role: grant create on database ${database} to ${role}`,
      );
    default:
      return error;
  }
}
