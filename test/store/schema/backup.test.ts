import { execFile } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { appendFile, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { appendAuditAlone, PLATFORM_ACTOR } from "../../../store/audit/audit.ts";
import type { Pool } from "../../../store/database/database.ts";
import { builtCommand } from "../../helpers/built.ts";
import { createTestDatabase, emptyTestDatabase, type TestDatabase } from "../../helpers/db.ts";
import { addDevice, startTestIngest } from "../../helpers/ingest.ts";
import { usableTools } from "../../helpers/pg-tools.ts";

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));

/** Runs a command as people do. */
const run = (
  command: string,
  args: readonly string[],
  env: Record<string, string>,
): Promise<{ code: number; said: string }> =>
  new Promise((resolve) => {
    const { PATH = "", PG_BIN } = process.env;
    execFile(
      command,
      args,
      { cwd: ROOT, env: { PATH, ...(PG_BIN ? { PG_BIN } : {}), ...env } },
      (error, stdout, stderr) =>
        resolve({ code: error ? Number(error.code) : 0, said: `${stdout}${stderr}` }),
    );
  });
const script = (name: "backup" | "restore", folder: string, url: string) =>
  run(`scripts/${name}.sh`, [folder], { DATABASE_URL: url });

/** Each table of ours with all that stands in it, whatever its order. */
async function contents(pool: Pool): Promise<Record<string, string>> {
  const { rows } = await pool.query<{ name: string }>(
    `select quote_ident(relname) as name from pg_class
     where relnamespace = 'public'::regnamespace and relkind in ('r', 'v') order by 1`,
  );
  const found: Record<string, string> = {};
  for (const { name } of rows) {
    const { rows: of } = await pool.query<{ all: string }>(
      `select count(*) || ' ' || coalesce(md5(string_agg(t::text, e'\\n' order by t::text)), '') as all from ${name} t`,
    );
    found[name] = of[0]!.all;
  }
  return found;
}

describe.skipIf(!(await usableTools()))("a backup of a server's database", () => {
  let db: TestDatabase;
  let folder: string;
  const made: TestDatabase[] = [];
  const empty = async () => {
    const target = await emptyTestDatabase();
    made.push(target);
    return target;
  };

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "sbi-backup-"));
    db = await createTestDatabase();
    const gateway = await addDevice(db.pool, "backup-gw", { kind: "lora-gateway" });
    await addDevice(db.pool, "backup-1", { gatewayNo: gateway.deviceNo });
    const entry = { actor: PLATFORM_ACTOR, action: "test.add", object: { type: "t", id: null } };
    for (let n = 0; n < 5; n++) await appendAuditAlone(db.pool, entry);
  });
  afterAll(async () => {
    for (const each of [db, ...made]) await each.drop();
    await rm(folder, { recursive: true, force: true });
  });

  it("becomes the same database again, row by row, whose audit is whole and which goes on", async () => {
    const receivedAt = Date.parse("2026-05-01T00:00:10Z");
    const side = await startTestIngest(db.pool);
    await side.publish(
      "backup-1",
      "telemetry",
      [
        { observedAt: "2026-01-31T23:59:59Z", volume: 10, note: "kept as it came" },
        { observedAt: "2026-05-01T00:00:00Z", volume: 12.5 },
        { observedAt: "2026-05-01T00:00:00Z", volume: "much" },
      ],
      { receivedAt },
    );
    await side.publish("backup-1", "events", {
      eventId: "e1",
      type: "leak",
      observedAt: "2026-05-01T00:00:00Z",
    });
    const before = await contents(db.pool);
    expect(Object.keys(before)).toContain("readings_gas_meter");
    expect(await script("backup", join(folder, "one"), db.url)).toMatchObject({ code: 0 });
    const target = await empty();
    const restored = await script("restore", join(folder, "one"), target.url);
    expect(restored, restored.said).toMatchObject({ code: 0 });
    expect(await contents(target.pool)).toEqual(before);
    const head = /--head (\S+)/.exec(restored.said)![1]!;
    const env = { DATABASE_URL: target.url, DATA_DIR: folder };
    const verified = await run(
      process.execPath,
      [...builtCommand("app/cli/audit-verify"), "--head", head],
      env,
    );
    expect(verified, verified.said).toMatchObject({ code: 0 });

    const again = await startTestIngest(target.pool);
    await again.publish(
      "backup-1",
      "telemetry",
      [
        { observedAt: "2026-05-01T00:00:00Z", volume: 12.5 },
        { observedAt: "2027-01-01T00:00:00Z", volume: 20 },
        { observedAt: "2026-05-02T00:00:00Z", volume: 13 },
      ],
      { receivedAt: Date.parse("2027-01-01T00:00:10Z") },
    );
    // Two readings and the event before, of which one came again, and two that are new.
    expect(await again.ledger("backup-1")).toMatchObject({
      received: 7,
      stored: 5,
      duplicate: 1,
      rejected: 1,
    });
  });

  it("goes to no folder that is there, and not into a database that has something", async () => {
    expect(await script("backup", folder, db.url)).toMatchObject({
      code: 2,
      said: expect.stringContaining("is there already"),
    });
    expect(await script("backup", join(folder, "two"), db.url)).toMatchObject({ code: 0 });
    expect(await script("restore", join(folder, "two"), db.url)).toMatchObject({
      code: 2,
      said: expect.stringContaining("is not empty"),
    });
  });

  it("that was damaged, or is of a TimescaleDB that the server has not got, is refused before anything is touched", async () => {
    const at = join(folder, "three");
    expect(await script("backup", at, db.url)).toMatchObject({ code: 0 });
    const target = await empty();
    const versions = await readFile(join(at, "versions"), "utf8");
    await writeFile(join(at, "versions"), versions.replace(/timescaledb .*/, "timescaledb 1.0.0"));
    expect(await script("restore", at, target.url)).toMatchObject({
      code: 2,
      said: expect.stringContaining("not as it was written"),
    });
    const sums = await readFile(join(at, "SHA256SUMS"), "utf8");
    const sum = createHash("sha256")
      .update(await readFile(join(at, "versions")))
      .digest("hex");
    await writeFile(join(at, "SHA256SUMS"), sums.replace(/^\w+( +versions)$/m, `${sum}$1`));
    expect(await script("restore", at, target.url)).toMatchObject({
      code: 2,
      said: expect.stringContaining("has no TimescaleDB 1.0.0"),
    });
    await appendFile(join(at, "database.dump"), "x");
    expect(await script("restore", at, target.url)).toMatchObject({ code: 2 });
    expect(await contents(target.pool)).toEqual({});
  });

  it("of an earlier version, which does not say whose the database is, gives it to the owner of the tables", async () => {
    const at = join(folder, "old");
    expect(await script("backup", at, db.url)).toMatchObject({ code: 0 });
    await rm(join(at, "database.sql"));
    const sums = await readFile(join(at, "SHA256SUMS"), "utf8");
    await writeFile(join(at, "SHA256SUMS"), sums.replace(/^.*database[.]sql\n/m, ""));
    const target = await empty();
    const role = `sbi_somebody_${randomBytes(5).toString("hex")}`;
    await target.pool.query(`create role ${role} superuser login`);
    try {
      await target.pool.query(`alter database ${new URL(target.url).pathname.slice(1)} owner to ${role}`);
      const restored = await script("restore", at, target.url);
      expect(restored).toEqual({
        code: 0,
        said: expect.stringContaining("WARNING: the backup does not say"),
      });
      const { rows } = await target.pool.query(
        `select pg_get_userbyid(datdba) = tableowner as same from pg_database, pg_tables
         where datname = current_database() and schemaname = 'public' and tablename = 'audit'`,
      );
      expect(rows).toEqual([{ same: true }]);
    } finally {
      await target.pool.query(`reassign owned by ${role} to current_user`);
      await target.pool.query(`drop role ${role}`);
    }
  });

  it("gives a role's own settings back as the values that they are, whatever a role has written into them", async () => {
    const role = `sbi_hostile_${randomBytes(5).toString("hex")}`;
    const touched = join(folder, "touched");
    const name = new URL(db.url).pathname.slice(1);
    // Each is taken by PostgreSQL as the text of a list, from any role that may log in.
    const hostile = {
      local_preload_libraries: `x;\\!touch ${touched}`,
      search_path: `public,x;alter/**/role/**/${role}/**/superuser;--,y'z,"q "" ;","",x;\\!touch\${IFS}${touched}`,
    };
    const told = async (pool: Pool) =>
      (
        await pool.query(
          `select rolsuper, array(select one::text from pg_db_role_setting, unnest(setconfig) as one
             where setrole = r.oid and setdatabase = (select oid from pg_database where datname = current_database())
             order by 1) as own
           from pg_roles r where rolname = $1`,
          [role],
        )
      ).rows[0];
    const client = await db.pool.connect();
    try {
      await client.query(`create role ${role} login`);
      await client.query(`set session authorization ${role}`);
      for (const [setting, text] of Object.entries(hostile)) {
        await client.query("select set_config($1, $2, false)", [setting, text]);
        await client.query(`alter role ${role} in database ${name} set ${setting} from current`);
        await client.query(`alter role ${role} set ${setting} from current`);
      }
      await client.query("reset session authorization");
      const before = await told(db.pool);
      expect(before.own).toEqual(Object.entries(hostile).map(([setting, text]) => `${setting}=${text}`));
      const at = join(folder, "hostile");
      expect(await script("backup", at, db.url)).toMatchObject({ code: 0 });
      const target = await empty();
      const restored = await script("restore", at, target.url);
      expect(restored, restored.said).toMatchObject({ code: 0 });
      expect(await told(target.pool)).toEqual({
        rolsuper: false,
        own: [
          `local_preload_libraries="x;\\!touch", "${touched}"`,
          `search_path=public, "x;alter/**/role/**/${role}/**/superuser;--", "y'z", "q "" ;", "", "x;\\!touch\${IFS}${touched}"`,
        ],
      });
      await expect(readFile(touched)).rejects.toThrow("ENOENT");
      const roles = (await readFile(join(at, "roles.sql"), "utf8")).split("\n");
      expect(roles.filter((line) => line.startsWith(`alter role ${role} `))).toEqual([
        `alter role ${role} set local_preload_libraries to E'x;\\\\!touch', '${touched}';`,
        `alter role ${role} set search_path to 'public', 'x;alter/**/role/**/${role}/**/superuser;--', 'y''z', 'q " ;', '', E'x;\\\\!touch\${IFS}${touched}';`,
      ]);
    } finally {
      client.release(true);
      await db.pool.query(`drop role ${role}`);
    }
  });

  it("of a database that is away fails with the reason, and leaves no folder", async () => {
    const away = new URL(db.url);
    away.pathname = "/there_is_no_such_database";
    const { code, said } = await script("backup", join(folder, "four"), away.toString());
    expect([code === 0, said]).toEqual([false, expect.stringContaining("there_is_no_such_database")]);
    await expect(readFile(join(folder, "four", "versions"))).rejects.toThrow("ENOENT");
  });
});

describe("the scripts of a backup", () => {
  /** Tools that say how they were called, and answer as the server's would. */
  const TOOL = `#!/bin/sh
printf '%s~%s~%s\\n' "$(printf '%s ' "$0" "$@" | tr '\\n' ' ')" "$PGPASSWORD" "$DATABASE_URL" >>"$LOG"
case "$*" in
  *--version*) printf '%s (PostgreSQL) %s (Debian 17.2-1)\\n' "\${0##*/}" "\${VERSION:-17.2}" ;;
  *server_version_num*) printf 'postgresql 170002\\ntimescaledb 2.23.0\\n' ;;
  *--list*) [ -z "$UNREAD" ] || { printf '%s\\n' "$UNREAD" >&2; exit 1; } ;;
  *pg_class*) printf '0\\n' ;;
  *rolcanlogin*) [ -z "$UNTOLD" ] || { printf 'permission denied for view pg_roles\\n' >&2; exit 1; } ;;
  *rolsuper*) printf 't\\n' ;;
  *pg_available_extension_versions*) printf '1\\n' ;;
  *) cat >/dev/null 2>&1 </dev/null ;;
esac
`;
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "sbi-tools-"));
    for (const tool of ["psql", "pg_dump", "pg_restore"])
      await writeFile(join(folder, tool), TOOL, { mode: 0o755 });
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it.each([
    ["plain", "postgres://owner:s3cret@db:5432/sbi", "s3cret", "postgres://owner@db:5432/sbi"],
    [
      "with signs that are written with a percent sign, and parameters",
      "postgresql://ow%40ner:s3%40cr%3Aet%5C%25n:x@[::1]:5432/sbi?sslmode=require&connect_timeout=3",
      "s3@cr:et\\%n:x",
      "postgresql://ow%40ner@[::1]:5432/sbi?sslmode=require&connect_timeout=3",
    ],
    [
      "in a parameter",
      "postgres://owner@db/sbi?password=s3cret&sslmode=disable",
      "s3cret",
      "postgres://owner@db/sbi?sslmode=disable",
    ],
    ["of nobody", "postgres://db/sbi", "", "postgres://db/sbi"],
  ])("show nobody a password %s on a command line", async (what, url, password, database) => {
    const log = join(folder, `${what}.log`);
    const env = { DATABASE_URL: url, PG_BIN: folder, LOG: log };
    const at = join(folder, what);
    const made = await run("scripts/backup.sh", [at], env);
    expect(made, made.said).toMatchObject({ code: 0 });
    const restored = await run("scripts/restore.sh", [at], env);
    expect(restored, restored.said).toMatchObject({ code: 0 });
    const calls = (await readFile(log, "utf8")).trimEnd().split("\n");
    expect(new Set(calls.map((call) => /[^/ ]+(?= )/.exec(call)![0]))).toEqual(
      new Set(["psql", "pg_dump", "pg_restore"]),
    );
    for (const call of calls.filter((one) => !/--list|--version|--schema-only/.test(one))) {
      const [line = "", given, whole] = call.split("~");
      expect(line).toContain(` -d ${database}`);
      expect([given, whole]).toEqual([password, ""]);
      if (password !== "") expect(line).not.toContain("s3");
    }
  });

  it("name PG_BIN where the tools are older than the server, and touch nothing", async () => {
    const log = join(folder, "old.log");
    const env = { DATABASE_URL: "postgres://db/sbi", PG_BIN: folder, LOG: log };
    const at = join(folder, "old");
    const refused = await run("scripts/backup.sh", [at], { ...env, VERSION: "16.4" });
    expect(refused).toEqual({
      code: 1,
      said: expect.stringContaining(
        "pg_dump is of PostgreSQL 16, older than 17: set PG_BIN to where the tools of PostgreSQL 17 or newer are",
      ),
    });
    await expect(readFile(join(at, "versions"))).rejects.toThrow("ENOENT");
    for (const VERSION of ["18devel", "17.0"])
      expect(await run("scripts/backup.sh", [join(folder, VERSION)], { ...env, VERSION })).toMatchObject({
        code: 0,
      });
    const before = (await readFile(log, "utf8")).length;
    const restored = await run("scripts/restore.sh", [join(folder, "17.0")], { ...env, VERSION: "9.6.24" });
    expect(restored).toEqual({ code: 2, said: expect.stringContaining("set PG_BIN to where") });
    expect((await readFile(log, "utf8")).slice(before)).not.toContain("timescaledb_pre_restore");
  });

  it("say what pg_restore says of a backup that it cannot read, and touch nothing", async () => {
    const log = join(folder, "unread.log");
    const env = { DATABASE_URL: "postgres://db/sbi", PG_BIN: folder, LOG: log };
    const at = join(folder, "unread");
    expect(await run("scripts/backup.sh", [at], env)).toMatchObject({ code: 0 });
    const before = (await readFile(log, "utf8")).length;
    const UNREAD = "pg_restore: error: unsupported version (1.16) in file header";
    const restored = await run("scripts/restore.sh", [at], { ...env, UNREAD });
    expect(restored).toEqual({ code: 2, said: expect.stringMatching(/unsupported version .*; PG_BIN says/) });
    expect((await readFile(log, "utf8")).slice(before)).not.toContain("timescaledb_pre_restore");
  });

  it("warn where the roles cannot be read: a new server needs them", async () => {
    const env = { DATABASE_URL: "postgres://db/sbi", PG_BIN: folder, LOG: join(folder, "untold.log") };
    const quiet = await run("scripts/backup.sh", [join(folder, "told")], env);
    expect(quiet).toEqual({ code: 0, said: expect.not.stringContaining("WARNING") });
    const untold = await run("scripts/backup.sh", [join(folder, "untold")], { ...env, UNTOLD: "1" });
    expect(untold).toEqual({
      code: 0,
      said: expect.stringMatching(/WARNING: roles.sql is not whole.*permission denied for view pg_roles/),
    });
  });

  it("refuse what is no address", async () => {
    const { code, said } = await run("scripts/backup.sh", [join(folder, "none")], {
      DATABASE_URL: "host=db password=s3cret",
      PG_BIN: folder,
      LOG: join(folder, "none.log"),
    });
    expect([code, said.includes("s3cret"), said]).toEqual([
      2,
      false,
      expect.stringContaining("expected postgres://"),
    ]);
  });
});
