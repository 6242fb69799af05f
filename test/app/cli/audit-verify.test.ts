import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createLogger } from "../../../base/log.ts";
import { appendAuditAlone, PLATFORM_ACTOR } from "../../../store/audit/audit.ts";
import { auditHeadFile } from "../../../store/audit/head.ts";
import { openPool } from "../../../store/database/database.ts";
import type * as launch from "../../../store/embedded/launch.ts";
import { builtCommand, importBuilt } from "../../helpers/built.ts";
import { createTestDatabase, emptyTestDatabase, type TestDatabase } from "../../helpers/db.ts";
import { copyTemplate } from "../../helpers/embedded-templates.ts";

const silent = createLogger("silent");

/** Runs the command as people do. */
function verify(
  env: Record<string, string>,
  ...args: string[]
): Promise<{ code: number | null; said: string }> {
  const child = spawn(process.execPath, [...builtCommand("app/cli/audit-verify"), ...args], {
    env: { PATH: process.env.PATH, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let said = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      said += text;
    });
  }
  return new Promise((resolve) => child.once("close", (code) => resolve({ code, said })));
}

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "sbi-verify-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const entry = { actor: PLATFORM_ACTOR, action: "test.add", object: { type: "t", id: null } };

describe("audit:verify on a database at DATABASE_URL", () => {
  let db: TestDatabase;
  let env: Record<string, string>;
  beforeAll(async () => {
    db = await createTestDatabase();
    env = { DATABASE_URL: db.url, DATA_DIR: folder };
    for (let n = 0; n < 5; n++) await appendAuditAlone(db.pool, entry);
  });
  afterAll(() => db.drop());
  const headOf = async (auditNo: number) => {
    const { rows } = await db.pool.query(
      "select encode(hash, 'hex') as hash from audit where audit_no = $1",
      [auditNo],
    );
    return `${auditNo}:${rows[0].hash}`;
  };

  it("says that all is well, and that without a head the end is not known", async () => {
    const { code, said } = await verify(env);
    expect(said).toContain("The audit is as it was written.");
    expect(said).toContain("There is no head to compare with");
    expect(said).toContain(await headOf(5));
    expect(code).toBe(0);
  });

  it("finds what was removed from the end by the head that the platform has noted, and by one that is given", async () => {
    const head = await headOf(5);
    await writeFile(auditHeadFile(folder), `${head}\n`);
    const before = await verify(env);
    await db.pool.query("alter table audit disable trigger all");
    await db.pool.query("delete from audit where audit_no > 3");
    const noted = await verify(env);
    await rm(auditHeadFile(folder));
    const given = await verify(env, "--head", head);
    const without = await verify(env);
    expect([before.code, noted.code, given.code, without.code]).toEqual([0, 1, 1, 0]);
    for (const { said } of [noted, given]) expect(said).toContain("Rows 4 to 5 are missing");
  });

  it("names each row that was changed", async () => {
    await db.pool.query("update audit set reason = 'x' where audit_no in (1, 3)");
    const { code, said } = await verify(env);
    expect(said).toContain("the first place is row 1");
    expect(said).toContain("Row 1 was changed");
    expect(said).toContain("Row 3 was changed");
    expect(said).not.toContain("Row 2");
    expect(code).toBe(1);
  });

  it.each([
    [["--head", "5"], "expected <number>:<64 hexadecimal digits>"],
    [["--colour"], "--colour"],
  ])("refuses %j", async (args, words) => {
    const { code, said } = await verify(env, ...args);
    expect(said).toContain(words);
    expect(said).not.toMatch(/\n\s+at /);
    expect(code).toBe(2);
  });

  it("says when it cannot check: no database, no audit in it", async () => {
    const away = await verify({ DATABASE_URL: "postgres://nobody@127.0.0.1:1/none", DATA_DIR: folder });
    expect(away.code).toBe(2);
    expect(away.said).toContain("cannot be reached");
    const empty = await emptyTestDatabase();
    const none = await verify({ DATABASE_URL: empty.url, DATA_DIR: folder });
    await empty.drop();
    expect(none.code).toBe(2);
    expect(none.said).toContain("has no audit");
  });
});

describe("audit:verify on the embedded database", () => {
  it("starts it, refuses while a platform runs on it, and makes none where there is none", async () => {
    const dataDir = join(folder, "embedded");
    const missing = await verify({ DATA_DIR: dataDir });
    expect(missing.code).toBe(2);
    expect(missing.said).toContain("there is no database");
    await expect(readFile(join(dataDir, "database"))).rejects.toThrow(/ENOENT/);

    await copyTemplate("tables", join(dataDir, "database"));
    const { startEmbedded } = await importBuilt<typeof launch>("store/embedded/launch");
    const database = await startEmbedded({ dataDir: join(dataDir, "database"), log: silent });
    const pool = openPool({ url: database.url, size: 1, applicationName: "test" }, () => {});
    await appendAuditAlone(pool, entry);
    const busy = await verify({ DATA_DIR: dataDir });
    await pool.end();
    await database.stop();
    expect(busy.code).toBe(2);
    expect(busy.said).toContain("is in use by process");

    const { code, said } = await verify({ DATA_DIR: dataDir });
    expect(said).toContain("1 row;");
    expect(code).toBe(0);
  });
});
