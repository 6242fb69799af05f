import { mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { loadAdminKey } from "../../../app/admin-key.ts";
import { type Platform, startPlatform } from "../../../app/platform.ts";
import { loadConfig } from "../../../base/config/index.ts";
import { createLogger } from "../../../base/log.ts";
import { createTestDatabase, type TestDatabase } from "../../helpers/db.ts";
import { copyTemplate } from "../../helpers/embedded-templates.ts";
import { assertNoSecretIn, keepSecret } from "../../helpers/secrets.ts";
import { callAccess, spawnAccess } from "./access-runs.ts";

const PASSWORD = keepSecret("an apple a day in the county");

describe("a platform and npm run access on one database server", () => {
  let db: TestDatabase;
  let dataDir: string;
  let platform: Platform;
  const logged: string[] = [];
  const start = async () => {
    const ports = { HOST: "127.0.0.1", MQTT_PORT: "0", MQTT_WS_PORT: "off", HTTP_PORT: "0" };
    const config = loadConfig({ DATABASE_URL: db.url, DATA_DIR: dataDir, SEED: "none", ...ports });
    platform = await startPlatform(config, createLogger("debug", { write: (line) => logged.push(line) }));
  };
  const run = (line: string, stdin?: string) =>
    callAccess({ DATABASE_URL: db.url, DATA_DIR: dataDir }, line.split(" "), stdin);
  const done = async (line: string, stdin?: string) => {
    const ran = await run(`${line} --json`, stdin);
    expect(ran.code, ran.stderr).toBe(0);
    return ran.json();
  };
  const api = (path: string, init?: RequestInit) =>
    fetch(`http://127.0.0.1:${platform.httpPort}/v1${path}`, init);
  const statusWith = async (key: string, path = "/kinds") =>
    (await api(path, { headers: { authorization: `Bearer ${key}` } })).status;
  const signIn = (username: string, password: string) =>
    api("/sessions", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ username, password, type: "bearer" }),
    });

  beforeAll(async () => {
    db = await createTestDatabase();
    dataDir = await mkdtemp(join(tmpdir(), "sbi-recover-"));
    keepSecret((await loadAdminKey(undefined, dataDir)).key);
    await start();
    await done("tenant create office --name Office --use government");
  });
  afterAll(async () => {
    await platform?.stop();
    await db?.drop();
    await rm(dataDir, { recursive: true, force: true });
    assertNoSecretIn(logged);
  });

  it("is heard by the running platform within seconds: a new key opens, a revoked one does not", async () => {
    await done("app create tool --tenant office --name Tool --scope kinds:read --region all");
    const { key, prefix } = await done("app key create tool");
    keepSecret(key);
    await vi.waitFor(async () => expect(await statusWith(key)).toBe(200), { timeout: 5000, interval: 100 });
    await done(`app key revoke tool ${prefix}`);
    await vi.waitFor(async () => expect(await statusWith(key)).toBe(401), { timeout: 5000, interval: 200 });
  });

  it("makes a locked-out person administrator of everything, and the audit names the machine", async () => {
    await done("person create wang.wu --tenant office --name Wang --no-password");
    await done("person disable wang.wu");
    const ran = await run("recover person wang.wu --password-stdin", `${PASSWORD}\n`);
    expect(ran.code).toBe(0);
    expect(ran.stderr).toContain("WANG.WU IS ADMINISTRATOR OF EVERYTHING NOW");
    expect(ran.stdout + ran.stderr).not.toContain(PASSWORD);
    const token = await vi.waitFor(
      async () => {
        const answer = await signIn("wang.wu", PASSWORD);
        expect(answer.status).toBe(201);
        return keepSecret(((await answer.json()) as { token: string }).token);
      },
      { timeout: 8000, interval: 500 },
    );
    const audit = await api("/audit?action=access.recover", {
      headers: { authorization: `Bearer ${token}` },
    });
    const { items } = (await audit.json()) as {
      items: { actor: { type: string }; object: { id: string } }[];
    };
    expect(items).toMatchObject([{ actor: { type: "machine" }, object: { type: "person", id: "wang.wu" } }]);

    await done("recover person wang.wu --password-stdin", `${PASSWORD} once more`);
    expect((await done("grant list wang.wu")).grants).toHaveLength(1);
  });

  it("refuses to recover who does not exist, or whose tenant is shut out", async () => {
    expect(await run("recover person nobody --generate")).toMatchObject({ code: 1, stdout: "" });
    await done("tenant create closed --name Closed --use civil");
    await done("person create old.hand --tenant closed --name Old --no-password");
    await done("tenant disable closed");
    const ran = await run("recover person old.hand --generate");
    expect(ran).toMatchObject({
      code: 2,
      stdout: "",
      stderr: expect.stringContaining("tenant enable closed"),
    });
  });

  it("replaces the administrator's key, which holds from the next start on, when the old one is void", async () => {
    const { key: old } = await loadAdminKey(undefined, dataDir);
    const ran = await run("recover admin-key --json");
    const { key, file } = ran.json();
    keepSecret(key);
    expect(ran.stderr).toContain("THE ADMINISTRATOR'S KEY WAS REPLACED");
    expect(await readFile(file, "utf8")).toBe(`${key}\n`);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect((await readdir(dataDir)).filter((name) => name.startsWith("admin-key"))).toEqual(["admin-key"]);
    expect([await statusWith(old), await statusWith(key)]).toEqual([200, 401]);
    await platform.stop();
    await start();
    expect([await statusWith(old), await statusWith(key)]).toEqual([401, 200]);
    const { rows } = await db.pool.query(
      "select audit::text as row from audit where action = 'access.recover'",
    );
    expect(rows.at(-1).row).toContain("The administrator's key was replaced");
    expect(rows.at(-1).row).not.toContain(key);
  });

  it("leaves the key alone where it comes from the environment, or where the audit cannot be written", async () => {
    const kept = await readFile(join(dataDir, "admin-key"), "utf8");
    const env = { DATABASE_URL: db.url, DATA_DIR: dataDir };
    const given = await callAccess({ ...env, ADMIN_API_KEY: "0123456789abcdef0123456789abcdef" }, [
      "recover",
      "admin-key",
    ]);
    expect(given).toMatchObject({ code: 2, stderr: expect.stringContaining("change it there") });
    const away = await callAccess({ ...env, DATABASE_URL: "postgres://a@127.0.0.1:1/b" }, [
      "recover",
      "admin-key",
    ]);
    expect(away.code).toBe(1);
    await db.pool.query("alter table audit rename to audit_away");
    const noAudit = await callAccess(env, ["recover", "admin-key"]);
    await db.pool.query("alter table audit_away rename to audit");
    expect(noAudit.code).toBe(2);
    expect(await readFile(join(dataDir, "admin-key"), "utf8")).toBe(kept);
    expect((await readdir(dataDir)).filter((name) => name.startsWith("admin-key"))).toEqual(["admin-key"]);
  });
});

describe("npm run access on the embedded database", () => {
  it("starts it, says whom to ask while a platform has it, and makes none where there is none", async () => {
    const dataDir = await mkdtemp(join(tmpdir(), "sbi-access-embedded-"));
    const env = { DATA_DIR: dataDir };
    try {
      const missing = await callAccess(env, ["tenant", "list"]);
      expect(missing).toMatchObject({ code: 2, stderr: expect.stringContaining("there is no database") });
      expect(await readdir(dataDir)).toEqual([]);
      await writeFile(join(dataDir, "admin-key"), `${keepSecret("the key of this test")}\n`);

      await copyTemplate("tables", join(dataDir, "database"));
      const ports = { HOST: "127.0.0.1", MQTT_PORT: "0", MQTT_WS_PORT: "off", HTTP_PORT: "0" };
      const platform = await startPlatform(
        loadConfig({ ...env, SEED: "none", ...ports }),
        createLogger("silent"),
      );
      const line = ["tenant", "create", "office", "--name", "Office", "--use", "government"];
      const busy = await spawnAccess(env, line).finally(() => platform.stop());
      expect(busy.code).toBe(2);
      expect(busy.stderr).toContain("is in use by process");
      expect(busy.stderr).toContain("stop the platform for this command, or use its HTTP API");

      const created = await spawnAccess(env, line);
      expect({ code: created.code, stderr: created.stderr }).toEqual({ code: 0, stderr: "" });
      expect((await callAccess(env, ["tenant", "list"])).stdout).toMatch(/^office +government +Office$/m);
    } finally {
      await rm(dataDir, { recursive: true, force: true });
    }
  }, 120_000);
});
