import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { PlatformError } from "../../../base/errors.ts";
import { createLogger } from "../../../base/log.ts";
import { openPool } from "../../../store/database/database.ts";
import { SCHEMA_LOCK } from "../../../store/database/one-at-a-time.ts";
import { type Migration, migrate, readMigrations } from "../../../store/schema/migrate.ts";
import { emptyTestDatabase, type TestDatabase } from "../../helpers/db.ts";

const onServer = process.env.DATABASE_URL !== undefined;
const silent = createLogger("silent");

describe("the files of migrations", () => {
  async function readFrom(files: Record<string, string>) {
    const folder = await mkdtemp(join(tmpdir(), "sbi-migrations-"));
    onTestFinished(() => rm(folder, { recursive: true }));
    for (const [name, sql] of Object.entries(files)) await writeFile(join(folder, name), sql);
    return readMigrations(pathToFileURL(`${folder}/`));
  }

  it("of the project are numbered from 1 on, and only the extension's runs outside of a transaction", async () => {
    const migrations = await readMigrations();
    expect(migrations.length).toBeGreaterThan(6);
    expect(migrations.map(({ version }) => version)).toEqual(migrations.map((_, index) => index + 1));
    expect(migrations.filter(({ noTransaction }) => noTransaction).map(({ name }) => name)).toEqual([
      "0001_extension.sql",
    ]);
  });

  it("are read in the order of their numbers, with their directives, and nothing else in the folder is", async () => {
    const migrations = await readFrom({
      "0002_second.sql": "select 2;\n-- about --! no-transaction\n",
      "0001_first.sql": "--! breaking-change\n--! no-transaction\nselect 1;\n",
      "README.md": "not SQL",
    });
    expect(migrations).toEqual([
      {
        version: 1,
        name: "0001_first.sql",
        sql: "--! breaking-change\n--! no-transaction\nselect 1;\n",
        noTransaction: true,
        breaking: true,
      },
      expect.objectContaining({ version: 2, noTransaction: false, breaking: false }),
    ]);
  });

  it.each([
    ["a number that is missing", ["0001_a.sql", "0003_c.sql"], "'0003_c.sql' should have the number 2"],
    ["a number that is there twice", ["0001_a.sql", "0001_b.sql"], "'0001_b.sql' should have the number 2"],
    ["a number that is not the first", ["0002_b.sql"], "'0002_b.sql' should have the number 1"],
    ["a name without a number", ["first.sql"], "'first.sql' is not named like 0001_what_it_does.sql"],
    ["a number of three digits", ["001_a.sql"], "'001_a.sql' is not named like"],
    ["the number zero", ["0000_a.sql"], "'0000_a.sql' is not named like"],
    ["a name in capitals", ["0001_First.sql"], "'0001_First.sql' is not named like"],
  ])("are refused by name for %s", async (_, names, message) => {
    await expect(readFrom(Object.fromEntries(names.map((name) => [name, "select 1"])))).rejects.toThrow(
      message,
    );
  });
});

describe("migrating", () => {
  let db: TestDatabase;
  beforeAll(async () => {
    db = await emptyTestDatabase();
  });
  afterAll(() => db.drop());
  beforeEach(() => db.pool.query("drop table if exists schema_migrations, made_1, made_2, made_3"));

  const migration = (version: number, sql: string, more: Partial<Migration> = {}): Migration => ({
    version,
    name: `000${version}_test.sql`,
    sql,
    noTransaction: false,
    breaking: false,
    ...more,
  });
  const make = (version: number) =>
    migration(version, `create table made_${version} as select ${version} as n`);
  const exists = async (table: string) =>
    (await db.pool.query<{ found: boolean }>("select to_regclass($1) is not null as found", [table])).rows[0]!
      .found;
  const recorded = async () =>
    (await db.pool.query<{ name: string }>("select name from schema_migrations order by version")).rows.map(
      ({ name }) => name,
    );

  it("does what is missing, in order, and nothing the second time", async () => {
    const second = migration(2, "create table made_2 as select n + 1 as n from made_1");
    expect(await migrate(db.pool, silent, [make(1)])).toBe(1);
    expect(await migrate(db.pool, silent, [make(1), second, make(3)])).toBe(2);
    expect(await migrate(db.pool, silent, [make(1), second, make(3)])).toBe(0);
    expect((await db.pool.query("select n from made_2")).rows).toEqual([{ n: 2 }]);
    expect(await recorded()).toEqual(["0001_test.sql", "0002_test.sql", "0003_test.sql"]);
  });

  it("by several starters at once does each thing once", async () => {
    const other = openPool({ url: db.url, size: 2, applicationName: "test-other" }, () => {});
    onTestFinished(() => other.end());
    const all = [make(1), make(2), make(3)];
    const done = await Promise.all([
      migrate(db.pool, silent, all),
      migrate(other, silent, all),
      migrate(db.pool, silent, all),
    ]);
    expect(done.toSorted()).toEqual([0, 0, 3]);
    expect(await recorded()).toHaveLength(3);
  });

  it.runIf(onServer)("waits for a starter in another process", async () => {
    const other = openPool({ url: db.url, size: 1, applicationName: "test-other" }, () => {});
    onTestFinished(() => other.end());
    const holder = await other.connect();
    await holder.query("select pg_advisory_lock($1)", [SCHEMA_LOCK]);
    const migrating = migrate(db.pool, silent, [make(1)]);
    await expect
      .poll(async () => {
        const { rows } = await db.pool.query(
          `select from pg_locks join pg_database d on d.oid = database
           where locktype = 'advisory' and not granted and datname = current_database()`,
        );
        return rows.length;
      })
      .toBe(1);
    expect(await exists("made_1")).toBe(false);
    await holder.query("select pg_advisory_unlock($1)", [SCHEMA_LOCK]);
    holder.release();
    expect(await migrating).toBe(1);
  });

  it("that fails leaves nothing of the failed file, names it, and can go on once it is right", async () => {
    const broken = migration(2, "create table made_2 (n int); insert into made_2 values (1 / 0)");
    await expect(migrate(db.pool, silent, [make(1), broken, make(3)])).rejects.toThrow(
      "Migration '0002_test.sql' failed: division by zero",
    );
    expect([await exists("made_1"), await exists("made_2"), await exists("made_3")]).toEqual([
      true,
      false,
      false,
    ]);
    expect(await recorded()).toEqual(["0001_test.sql"]);
    expect(await migrate(db.pool, silent, [make(1), make(2), make(3)])).toBe(2);
  });

  it("runs a file outside of a transaction when it says so, and names it when it fails", async () => {
    const vacuum = migration(2, "vacuum schema_migrations");
    await expect(migrate(db.pool, silent, [make(1), vacuum])).rejects.toThrow(
      "Migration '0002_test.sql' failed: VACUUM cannot run inside a transaction block",
    );
    const broken = migration(2, "vacuum no_such_table", { noTransaction: true });
    await expect(migrate(db.pool, silent, [make(1), broken])).rejects.toThrow(
      "Migration '0002_test.sql' failed: relation \"no_such_table\" does not exist",
    );
    expect(await migrate(db.pool, silent, [make(1), { ...vacuum, noTransaction: true }])).toBe(1);
    expect(await recorded()).toEqual(["0001_test.sql", "0002_test.sql"]);
  });

  it("refuses a database that a newer version has changed in a breaking way, and only then", async () => {
    await migrate(db.pool, silent, [make(1), migration(2, "select 1"), make(3)]);
    expect(await migrate(db.pool, silent, [make(1)])).toBe(0);
    await db.pool.query("update schema_migrations set breaking = true where version = 3");
    const error = await migrate(db.pool, silent, [make(1), migration(2, "select 1")]).catch((e) => e);
    expect(error).toBeInstanceOf(PlatformError);
    expect(error).toMatchObject({
      code: "database_too_new",
      message:
        "The database has the breaking migration '0003_test.sql', which this version does not know: start a newer version of the platform",
    });
    expect(await migrate(db.pool, silent, [make(1), migration(2, "select 1"), make(3)])).toBe(0);
  });

  // The embedded database cannot cancel a statement, so there is no timeout to be free of.
  it.runIf(onServer)(
    "is not bound by the pool's statement timeout, which holds again afterwards",
    async () => {
      const hasty = openPool(
        { url: db.url, size: 1, applicationName: "test-hasty", statementTimeoutMs: 100 },
        () => {},
      );
      onTestFinished(() => hasty.end());
      expect(await migrate(hasty, silent, [migration(1, "select pg_sleep(0.3)")])).toBe(1);
      await expect(hasty.query("select pg_sleep(0.3)")).rejects.toMatchObject({ code: "57014" });
    },
  );

  it("with the project's own files works on an empty database, and again on a migrated one", async () => {
    const migrations = await readMigrations();
    expect(await migrate(db.pool, silent)).toBe(migrations.length);
    expect(await migrate(db.pool, silent)).toBe(0);
    expect(await recorded()).toEqual(migrations.map(({ name }) => name));
  });
});
