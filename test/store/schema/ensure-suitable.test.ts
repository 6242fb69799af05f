import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, inject, it, onTestFinished } from "vitest";
import { createLogger } from "../../../base/log.ts";
import { type Db, openPool } from "../../../store/database/database.ts";
import { ensureSuitable } from "../../../store/schema/ensure-suitable.ts";
import { migrate } from "../../../store/schema/migrate.ts";
import { emptyTestDatabase, type TestDatabase } from "../../helpers/db.ts";
import { createServerDatabase } from "../../helpers/server-databases.ts";

const onServer = process.env.DATABASE_URL !== undefined;
const silent = createLogger("silent");

let db: TestDatabase;
beforeAll(async () => {
  db = await emptyTestDatabase();
});
afterAll(() => db.drop());

/** The database, asked for something else where it is asked for TimescaleDB. */
const asking = (instead: Record<string, string>): Db =>
  ({
    query: (text: string) =>
      db.pool.query(Object.entries(instead).reduce((sql, [from, to]) => sql.replace(from, to), text)),
  }) as unknown as Db;

const unsuitable = (message: string) => ({
  name: "PlatformError",
  code: "database_unsuitable",
  message: expect.stringContaining(message),
});

describe("a database", () => {
  it("that has all that is needed is left as it is", async () => {
    await ensureSuitable(db.pool);
    await ensureSuitable(db.pool);
    expect(await migrate(db.pool, silent, [])).toBe(0);
  });

  // The server's own answer for an extension whose files it does not have, under another name.
  it("of a server without TimescaleDB is told so, with the package that has it", async () => {
    const without = asking({
      "extname = 'timescaledb'": "extname = 'sbi_no_such'",
      "exists timescaledb": "exists sbi_no_such",
    });
    const error = await ensureSuitable(without).catch((reason: Error) => reason);
    expect(error).toMatchObject(unsuitable("has no TimescaleDB: expected TimescaleDB 2.19 or newer"));
    expect((error as Error).message).toContain("postgresql-17-timescaledb");
    expect((error as Error).message).toContain("shared_preload_libraries = 'timescaledb'");
    expect((error as Error).cause).toMatchObject({ code: "0A000" });
  });

  // Recorded from PostgreSQL 17 with TimescaleDB 2.19.3 that was started without it: no server here is.
  it.each([
    ["extension is made", "create extension"],
    ["extension, made before, is used", "time_bucket"],
  ])("of a server that does not load TimescaleDB is told so when the %s", async (_when, refused) => {
    const instead = { "extname = 'timescaledb'": "extname = 'sbi_no_such'" };
    const query = async (text: string) => {
      if (!text.includes(refused))
        return (refused === "create extension" ? asking(instead) : db.pool).query(text);
      const error = new Error('extension "timescaledb" must be preloaded');
      throw Object.assign(error, { code: "XX000", severity: "FATAL" });
    };
    await expect(ensureSuitable({ query } as unknown as Db)).rejects.toMatchObject(
      unsuitable("has TimescaleDB but does not load it. Put shared_preload_libraries = 'timescaledb'"),
    );
  });

  it("that goes away meanwhile is no unsuitable one", async () => {
    const lost = Object.assign(new Error("Connection terminated unexpectedly"), { code: "08006" });
    const query = async (text: string) => {
      if (text.includes("time_bucket")) throw lost;
      return db.pool.query(text);
    };
    await expect(ensureSuitable({ query } as unknown as Db)).rejects.toBe(lost);
  });

  it("whose search path leads nowhere is told so", async () => {
    const nowhere = asking({
      "current_schema()": "null::text",
      "has_schema_privilege(current_schema(), 'create')": "null::bool",
    });
    await expect(ensureSuitable(nowhere)).rejects.toMatchObject(
      unsuitable("may not create tables in any schema"),
    );
  });
});

// The embedded database has one session, and it is a superuser's.
describe.runIf(onServer)("a new database of a server", () => {
  const connect = (url: string) => {
    const pool = openPool({ url, size: 1, applicationName: "test-role" }, () => {});
    onTestFinished(() => pool.end());
    return pool;
  };

  /** A database without the extension, and a role that may log in and do what it is granted, no more. */
  async function make(...grants: string[]) {
    const { url, drop } = await createServerDatabase(process.env.DATABASE_URL!, inject("testRun").id);
    const database = new URL(url).pathname.slice(1);
    const role = `sbi_test_${randomBytes(6).toString("hex")}`;
    await db.pool.query(`create role ${role} login`);
    onTestFinished(async () => {
      await drop();
      await db.pool.query(`drop role ${role}`);
    });
    const owner = connect(url);
    for (const grant of grants) {
      await owner.query(grant.replace("$database", database).replace("$role", role));
    }
    const asRole = new URL(url);
    asRole.username = role;
    asRole.password = "";
    return { database, role, owner, pool: connect(asRole.toString()) };
  }

  it("is given the extension by whoever may", async () => {
    const { owner } = await make();
    await ensureSuitable(owner);
    const { rows } = await owner.query("select from pg_extension where extname = 'timescaledb'");
    expect(rows).toHaveLength(1);
  });

  it("says which role may create nothing in it, and what to grant", async () => {
    const { role, database, pool } = await make();
    await expect(migrate(pool, silent)).rejects.toMatchObject(
      unsuitable(`The role ${role} may not create tables in the schema public of the database ${database}`),
    );
  });

  it("says which role may not create the extension, and will do once somebody has created it", async () => {
    const { role, database, pool, owner } = await make("grant create on schema public to $role");
    await expect(migrate(pool, silent)).rejects.toMatchObject(
      unsuitable(
        `create extension timescaledb. Or let the role: grant create on database ${database} to ${role}`,
      ),
    );
    await owner.query("create extension timescaledb");
    await ensureSuitable(pool);
  });

  it("will do for its owner, who is no superuser", async () => {
    const { pool } = await make("alter database $database owner to $role");
    await migrate(pool, silent);
    expect((await pool.query("select from schema_migrations")).rowCount).toBeGreaterThan(0);
  });
});
