import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type pg from "pg";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { connectDevice } from "../helpers/mqtt.ts";
import { usableTools } from "../helpers/pg-tools.ts";
import { PlatformProcess } from "../helpers/platform-process.ts";
import { keepSecret } from "../helpers/secrets.ts";
import { databaseUrl, withAdmin } from "../helpers/server-databases.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/** The blocks of commands of one part of docs/security.md, as they stand there. */
async function commands(heading: string): Promise<string[]> {
  const text = await readFile(join(ROOT, "docs/security.md"), "utf8");
  const [, part = ""] = text.split(`# ${heading}\n`);
  return [...part.split(/^##+ /m)[0]!.matchAll(/^ *```(?:sh|sql)\n([^`]+)```/gm)].map(([, block]) => block!);
}

/** What of a database no table says: whose it is, who may what with it, its settings, and its roles. */
async function surroundings(admin: pg.Client, database: string, like: string) {
  const { rows } = await admin.query(
    `select pg_get_userbyid(datdba) as owner, datconnlimit,
       array(select one::text from unnest(datacl) as one order by 1) as rights,
       array(select setrole::regrole::text || ' ' || setconfig::text from pg_db_role_setting
             where setdatabase = d.oid and not setconfig::text like '%timescaledb.restoring%' order by 1) as settings,
       array(select to_jsonb(r) - 'oid' from pg_roles r where rolname like $2 order by rolname) as roles,
       array(select roleid::regrole || ' of ' || member::regrole || admin_option from pg_auth_members
             where roleid::regrole::text like $2 order by 1) as memberships
     from pg_database d where datname = $1`,
    [database, like],
  );
  return rows[0];
}

describe.skipIf(!(await usableTools()))("the backup and the restore of docs/security.md", () => {
  const serverUrl = process.env.DATABASE_URL ?? "postgres://none/none";
  const server = new URL(serverUrl);
  const admin = decodeURIComponent(server.username) || "postgres";
  const mark = randomBytes(5).toString("hex");
  const database = `sbi_test_${inject("testRun").id}_docs_${mark}`;
  const password = keepSecret(randomBytes(12).toString("hex"));
  let folder: string;
  let running: PlatformProcess | undefined;
  const strays: string[] = [];

  /** With the names of this server in place of those of the page. */
  const here = (block: string, head = "") =>
    block
      .replaceAll("postgres:…@db:5432", `${admin}:${server.password || "none"}@${server.host}`)
      .replaceAll("-h db -U postgres", `-h ${server.hostname} -p ${server.port || 5432} -U ${admin}`)
      .replaceAll("@db:5432", `@${server.host}`)
      .replaceAll("1234:5f0c…", head)
      .replaceAll("…", password)
      .replaceAll(/\bsbi_(owner|app)\b/g, `sbi_${mark}_$1`)
      .replaceAll(/\bsbi\b/g, database)
      .replaceAll(/\/backups\/(\w+Z)?/g, (_, of?: string) => `${folder}/backups/${of ? made : ""}`);
  let made = "";
  const shell = (block: string, input?: string) =>
    new Promise<{ code: number; said: string }>((resolve) => {
      const { PATH = "", PG_BIN, HOME = "" } = process.env;
      const env = {
        HOME,
        PATH: `${PG_BIN ? `${PG_BIN}:` : ""}${PATH}`,
        ...(PG_BIN ? { PG_BIN } : {}),
        ...(server.password ? { PGPASSWORD: decodeURIComponent(server.password) } : {}),
        DATA_DIR: join(folder, "data"),
      };
      const child = execFile("bash", ["-ec", block], { cwd: ROOT, env }, (error, stdout, stderr) =>
        resolve({ code: error ? Number(error.code) : 0, said: `${stdout}${stderr}` }),
      );
      child.stdin!.end(input);
    });
  const look = () => withAdmin(serverUrl, (client) => surroundings(client, database, `sbi_${mark}_%`));
  /** What the page says that the platform is given. */
  const start = async () => {
    const settings = here((await commands("The database"))[1]!);
    const env = Object.fromEntries(
      settings
        .trim()
        .split("\n")
        .map((line) => line.split(/=(.*)/s)),
    );
    const { DATABASE_URL: url, ...others } = env as Record<string, string>;
    running = await PlatformProcess.start({
      dataDir: join(folder, "data"),
      databaseUrl: url,
      env: { ...others, SEED: "regions" },
    });
    return running;
  };
  const send = async (platform: PlatformProcess, token: string, volume: number, observedAt: string) => {
    const device = await connectDevice(platform.mqttPort, "m-1", token);
    const reading = JSON.stringify({ observedAt, volume });
    await device.publishAsync("v1/devices/m-1/telemetry", reading, { qos: 1 });
    await device.endAsync();
  };
  const dropAll = () =>
    withAdmin(serverUrl, async (client) => {
      await client.query(`drop database if exists ${database} with (force)`);
      for (const role of ["owner", "app", "readers"])
        await client.query(`drop role if exists sbi_${mark}_${role}`);
    });

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "sbi-docs-"));
  });
  afterAll(async () => {
    await running?.end("SIGKILL");
    await dropAll();
    await withAdmin(serverUrl, async (client) => {
      for (const role of strays) await client.query(`drop role if exists ${role}`);
    });
    await rm(folder, { recursive: true, force: true });
  });

  it("end in a platform that runs on another server as the two roles, of which none is a superuser", async () => {
    const asAdmin = `psql -q -v ON_ERROR_STOP=1 -h ${server.hostname} -p ${server.port || 5432} -U ${admin} -d postgres`;
    const prepared = await shell(asAdmin, here((await commands("The database"))[0]!));
    expect(prepared, prepared.said).toMatchObject({ code: 0 });
    // What an operator may have added: a group, rights and settings.
    const owner = `sbi_${mark}_owner`;
    const added = await shell(
      asAdmin,
      `create role sbi_${mark}_readers noinherit connection limit 7 valid until '2030-01-01 00:00Z';
       grant sbi_${mark}_readers to sbi_${mark}_app with admin option;
       grant connect, temporary on database ${database} to sbi_${mark}_readers with grant option;
       alter role sbi_${mark}_app set search_path to "$user", public;
       alter role sbi_${mark}_app in database ${database} set lock_timeout to '5min';
       alter database ${database} set application_name to 'it''s';
       alter database ${database} connection limit 90;`,
    );
    expect(added, added.said).toMatchObject({ code: 0 });
    const first = await start();
    const { token } = await first.register("m-1");
    await send(first, token, 1.5, "2026-05-01T00:00:00Z");
    // Without a terminal, as the page says.
    const [people = ""] = await commands("Before the first day");
    const settings = here((await commands("The database"))[1]!).replaceAll(/^/gm, "export ");
    const asked = await shell(`${settings}\n${people.trim()} --generate`);
    expect(asked, asked.said).toEqual({
      code: 0,
      said: expect.stringMatching(/Password, shown this once: \S+/),
    });
    const before = await look();
    expect(before.owner).toBe(owner);
    expect(before.roles.map(({ rolsuper }: { rolsuper: boolean }) => rolsuper)).toEqual([
      false,
      false,
      false,
    ]);

    const [backup = "", restore = ""] = await commands("A backup and a restore");
    const backedUp = await shell(here(backup));
    expect(backedUp, backedUp.said).toMatchObject({ code: 0, said: expect.not.stringContaining("WARNING") });
    [made = ""] = await readdir(join(folder, "backups"));
    await first.end("SIGTERM");
    // Another server knows neither the database nor the roles.
    await dropAll();
    const roles = await readFile(join(folder, "backups", made, "roles.sql"), "utf8");
    expect(roles).not.toContain(password);
    const named = [...roles.matchAll(/^create role (\S+?)[ ;]/gm)].map(([, role]) => role!);
    const { rows } = await withAdmin(serverUrl, (client) =>
      client.query("select quote_ident(rolname) as role from pg_roles"),
    );
    const known = new Set(rows.map(({ role }) => role));
    // Those of other tests on this server, which may have ended meanwhile.
    strays.push(...named.filter((role) => !known.has(role)));

    // Without the roles nothing is touched, and they are named.
    const [, ...parts] = here(restore, "").split(/^(?=createdb)/m);
    const early = await shell(parts.join("").split("\n").slice(0, 2).join("\n"));
    expect(early.code, early.said).toBe(2);
    expect(early.said).toContain(`lacks roles that the backup names: sbi_${mark}_app, sbi_${mark}_owner`);
    await dropAll();

    const head = await readFile(join(folder, "backups", made, "audit-head"), "utf8");
    const restored = await shell(here(restore, head.trim()));
    expect(restored, restored.said).toMatchObject({ code: 0 });
    expect(restored.said).toContain(`--head ${head.trim()}`);
    expect(await look()).toEqual(before);

    const second = await start();
    expect(await second.api("/v1/devices/m-1/latest")).toMatchObject({
      reading: { metrics: { volume: 1.5 } },
    });
    await send(second, token, 2.5, "2026-05-02T00:00:00Z");
    expect(await second.api("/v1/devices/m-1/ledger")).toMatchObject({ received: 2, stored: 2, pending: 0 });
    expect(await second.end("SIGTERM")).toBe(0);
    await withAdmin(databaseUrl(serverUrl, database), async (client) => {
      const { rows: owners } = await client.query(
        "select distinct tableowner from pg_tables where schemaname = 'public'",
      );
      expect(owners).toEqual([{ tableowner: owner }]);
    });
  }, 180_000);
});
