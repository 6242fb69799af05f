import { PlatformError } from "../../base/errors.ts";
import type { Db } from "./database.ts";

/** Community has continuous aggregates, columnstore and policies; Apache (Debian's package) has not. */
export type Edition = "community" | "apache";

const OLDEST_POSTGRES = 150_000; // 15.0, as server_version_num counts
export const OLDEST_TIMESCALE = [2, 19] as const;

export interface DatabaseFacts {
  readonly edition: Edition;
  readonly postgres: string;
  readonly timescaledb: string;
}

/** @param number as in `server_version_num`. @throws PlatformError `database_unsuitable` */
export function assertPostgres(number: number, version: string): void {
  if (number >= OLDEST_POSTGRES) return;
  throw new PlatformError("database_unsuitable", `PostgreSQL is ${version}, expected 15 or newer`);
}

/**
 * Asks the database for its versions and edition. The extension must have been created.
 * @throws PlatformError `database_unsuitable` when PostgreSQL or TimescaleDB is missing or too old
 */
export async function readDatabaseFacts(db: Db): Promise<DatabaseFacts> {
  const { rows } = await db.query<{
    number: number;
    postgres: string;
    timescaledb: string | null;
    license: string;
  }>(`
    select current_setting('server_version_num')::int as number,
           current_setting('server_version') as postgres,
           (select extversion from pg_extension where extname = 'timescaledb') as timescaledb,
           current_setting('timescaledb.license', true) as license`);
  const facts = rows[0]!;
  assertPostgres(facts.number, facts.postgres);
  const expected = `expected ${OLDEST_TIMESCALE.join(".")} or newer`;
  if (facts.timescaledb === null) {
    throw new PlatformError("database_unsuitable", `TimescaleDB is not installed, ${expected}`);
  }
  const [major = 0, minor = 0] = facts.timescaledb.split(".").map(Number);
  const [oldestMajor, oldestMinor] = OLDEST_TIMESCALE;
  if (major < oldestMajor || (major === oldestMajor && minor < oldestMinor)) {
    throw new PlatformError(
      "database_unsuitable",
      `TimescaleDB is ${facts.timescaledb}, ${expected}. Once the server has it, say in this database: alter extension timescaledb update`,
    );
  }
  return {
    edition: facts.license === "timescale" ? "community" : "apache",
    postgres: facts.postgres,
    timescaledb: facts.timescaledb,
  };
}
