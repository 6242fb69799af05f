import { mkdtemp, readdir, rm } from "node:fs/promises";
import { hostname, tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { hashToken } from "../../../access/tokens.ts";
import { passwordHasher } from "../../../accounts/password-hash.ts";
import { readAccessSnapshot } from "../../../store/access/access-snapshot.ts";
import { confirmTotp, findPassword, savePendingTotp } from "../../../store/access/passwords.ts";
import { insertSession } from "../../../store/access/sessions.ts";
import { listAudit } from "../../../store/audit/audit.ts";
import { createTestDatabase, emptyTestDatabase, type TestDatabase } from "../../helpers/db.ts";
import { keepSecret } from "../../helpers/secrets.ts";
import { callAccess, spawnAccess } from "./access-runs.ts";

const PASSWORD = keepSecret("an apple a day in the county");
const EVERYTHING = { regions: "all", kinds: "all", tenants: "all", devices: "all" };

describe("npm run access on a database server", () => {
  let db: TestDatabase;
  let dataDir: string;
  const run = (line: string, stdin?: string) =>
    callAccess({ DATABASE_URL: db.url, DATA_DIR: dataDir }, line.split(" "), stdin);
  /** The same, and it has to work. */
  const json = async (line: string, stdin?: string) => {
    const ran = await run(`${line} --json`, stdin);
    expect({ code: ran.code, stderr: ran.code === 0 ? "" : ran.stderr }).toEqual({ code: 0, stderr: "" });
    return ran.json();
  };
  const said = async (line: string, stdin?: string) => {
    const { code, stdout, stderr } = await run(line, stdin);
    return { code, text: stdout + stderr };
  };
  const lastAudit = async () => (await listAudit(db.pool, {}, "all", { limit: 1 })).items[0]!;

  beforeAll(async () => {
    db = await createTestDatabase();
    dataDir = await mkdtemp(join(tmpdir(), "sbi-access-cli-"));
    await db.pool.query(`
      insert into regions (code, parent_code, name, level) values
        ('52', null, '贵州省', 1), ('5203', '52', '遵义市', 2), ('520326', '5203', '务川县', 3)
      on conflict do nothing`);
    await json("tenant create city-gas --name 城市燃气 --use commercial");
    await json("tenant create office --name Office --use government");
  });
  afterAll(async () => {
    await db?.drop();
    await rm(dataDir, { recursive: true, force: true });
  });

  it("adds a tenant, which stands in the audit under the account and machine that did it", async () => {
    const tenants = await json("tenant list");
    expect(tenants.map(({ id, use }: { id: string; use: string }) => `${id} ${use}`)).toEqual([
      "city-gas commercial",
      "office government",
    ]);
    expect((await run("tenant list")).stdout).toMatch(/^city-gas +commercial +城市燃气$/m);
    const row = await lastAudit();
    expect(row).toMatchObject({ action: "tenant.create", object: { type: "tenant", id: "office" } });
    expect(row.actor).toMatchObject({
      type: "machine",
      id: `${userInfo().username}@${hostname()}`,
      tenantId: null,
    });
  });

  it("adds a person whose password comes from stdin, with a role where it says", async () => {
    const line =
      "person create li.na --tenant office --name 李娜 --role dispatcher --region 520326 --password-stdin";
    const person = await json(line, `${PASSWORD}\n`);
    const area = { ...EVERYTHING, regions: ["520326"] };
    expect(person).toMatchObject({ id: "li.na", tenantId: "office", grants: [{ role: "dispatcher", area }] });
    expect(JSON.stringify(person)).not.toContain(PASSWORD);
    const kept = await findPassword(db.pool, "li.na");
    expect((await passwordHasher.verify(PASSWORD, kept?.passwordHash)).ok).toBe(true);
    expect(JSON.stringify(await lastAudit())).not.toMatch(/scrypt|apple/);

    // As people run it.
    const again = await spawnAccess({ DATABASE_URL: db.url, DATA_DIR: dataDir }, line.split(" "), PASSWORD);
    expect(again).toMatchObject({
      code: 1,
      stdout: "",
      stderr: expect.stringContaining("exists or has existed"),
    });
  });

  it("makes a password, and shows it once", async () => {
    const line = [
      "person",
      "create",
      "wang.wu",
      "--tenant",
      "office",
      "--name",
      "老 王",
      "--generate",
      "--json",
    ];
    const ran = await spawnAccess({ DATABASE_URL: db.url, DATA_DIR: dataDir }, line);
    const { password, name } = ran.json();
    expect([ran.code, ran.stderr, name]).toEqual([0, "", "老 王"]);
    const kept = await findPassword(db.pool, "wang.wu");
    expect((await passwordHasher.verify(keepSecret(password), kept?.passwordHash)).ok).toBe(true);
    const listed = await json("person list --tenant office");
    expect(JSON.stringify(listed)).not.toContain(password);
    expect(listed.find(({ id }: { id: string }) => id === "wang.wu").grants).toEqual([]);
  });

  it("gives another password, which ends the person's sessions, and removes a lost second factor", async () => {
    const at = new Date();
    await insertSession(db.pool, {
      principalId: "li.na",
      type: "bearer",
      tokenHash: hashToken("t"),
      at,
      expiresAt: new Date(at.getTime() + 3_600_000),
      address: null,
      userAgent: null,
      secondFactor: false,
      endsIdle: true,
    });
    await savePendingTotp(db.pool, "li.na", "ABCD", new Date(at.getTime() + 60_000));
    await confirmTotp(db.pool, "li.na", "ABCD", 1);
    await json("person password li.na --password-stdin", "quite another one");
    const { rows } = await db.pool.query("select 1 from sessions where ended_at is null");
    expect(rows).toEqual([]);
    expect((await findPassword(db.pool, "li.na"))?.totpSecret).toBe("ABCD");
    await json("person totp-reset li.na");
    expect((await findPassword(db.pool, "li.na"))?.totpSecret).toBeNull();
    expect(await lastAudit()).toMatchObject({ action: "totp.reset", object: { id: "li.na" } });
    expect(await said("person totp-reset li.na")).toEqual({ code: 1, text: "li.na has no second factor\n" });
  });

  it("adds and takes away grants one by one, for people and applications", async () => {
    await json("person grant wang.wu --role viewer --region 52");
    const two = await json("grant add wang.wu --role operator --region 5203,520326 --kind gas-meter,camera");
    expect(two.grants).toHaveLength(2);
    const area = { ...EVERYTHING, regions: ["5203", "520326"], kinds: ["gas-meter", "camera"] };
    expect(two.grants[1]).toEqual({ role: "operator", area });
    expect((await run("person grants wang.wu")).stdout).toMatch(/^1 +viewer of regions 52$/m);
    const { grants } = await json("grant remove wang.wu 1");
    expect(grants).toEqual([{ role: "operator", area }]);
    expect(await said("grant remove wang.wu 2")).toMatchObject({ code: 2 });
    expect(await json("grant list wang.wu")).toEqual({ id: "wang.wu", grants });
  });

  it("makes, rotates and revokes keys of an application, and says whose one is", async () => {
    await json(
      "app create billing --tenant city-gas --name Billing --scope readings:read,devices:read --region all --tenant-of city-gas",
    );
    const first = await json("app key create billing --days 30");
    const life = Date.parse(first.expiresAt) - Date.now();
    expect(life).toBeGreaterThan(29.9 * 86_400_000);
    expect(life).toBeLessThanOrEqual(30 * 86_400_000);
    keepSecret(first.key);
    const rotated = await json(`app key rotate billing ${first.prefix} --overlap-hours 1`);
    keepSecret(rotated.new.key);
    expect(Date.parse(rotated.old.expiresAt)).toBeLessThanOrEqual(Date.now() + 3_600_000);
    const { keys } = await readAccessSnapshot(db.pool);
    expect(keys.map(({ hash }) => hash)).toEqual([hashToken(first.key), hashToken(rotated.new.key)]);

    expect((await run(`whois ${first.key}`)).stdout).toContain(
      "billing (Billing) of tenant city-gas\nThe key ends: 2",
    );
    await json(`app key revoke billing ${first.prefix}`);
    expect((await run(`whois sbi_${first.prefix}`)).stdout).toContain("The key has ended: ");
    expect(await said("whois zzzzzzzz")).toMatchObject({ code: 1 });
    const listed = await run("app key list billing");
    expect(listed.stdout).toContain(rotated.new.prefix);
    expect(listed.stdout + JSON.stringify(await json(`whois ${first.prefix}`))).not.toContain(
      first.key.slice(13),
    );
    expect((await readAccessSnapshot(db.pool)).keys).toHaveLength(1);
    await json("app disable billing");
    expect((await readAccessSnapshot(db.pool)).keys).toHaveLength(0);
    await json("app enable billing");
  });

  it("shuts people and whole tenants out, and lets them in again", async () => {
    const living = async () => (await readAccessSnapshot(db.pool)).principals.map(({ id }) => id).sort();
    await json("person disable li.na");
    expect(await living()).toEqual(["billing", "wang.wu"]);
    await json("tenant disable office");
    expect(await living()).toEqual(["billing"]);
    await json("tenant enable office");
    await json("person enable li.na");
    expect(await living()).toEqual(["billing", "li.na", "wang.wu"]);
  });

  it("changes nothing when something that it names does not exist, and says what", async () => {
    const before = await listAudit(db.pool, {}, "all", { limit: 1 });
    const person = "person create chen.yi --name Chen --no-password";
    for (const [line, words, code] of [
      [`${person} --tenant nobody`, "There is no tenant 'nobody'", 2],
      [`${person} --tenant office --role viewer --region 999999`, "There is no region '999999'", 2],
      ["app key create nothing", "There is no application 'nothing'", 1],
      ["grant list nobody", "There is no person or application 'nobody'", 1],
      ["grant add wang.wu --scope readings:read --region 52", "expected a role for a person", 2],
      ["tenant disable nobody", "There is no tenant 'nobody'", 1],
    ] as const) {
      const answer = await said(line);
      expect(answer, line).toEqual({ code, text: expect.stringContaining(words) });
    }
    const after = await listAudit(db.pool, {}, "all", { limit: 1 });
    expect(after.items).toEqual(before.items);
    expect(await readdir(dataDir)).toEqual([]);
  });

  it("says in a sentence when the database is away or was never prepared", async () => {
    const away = await spawnAccess({ DATABASE_URL: "postgres://nobody@127.0.0.1:1/none" }, [
      "tenant",
      "list",
    ]);
    expect(away).toMatchObject({ code: 1, stderr: expect.stringContaining("cannot be reached") });
    const empty = await emptyTestDatabase();
    const none = await spawnAccess({ DATABASE_URL: empty.url }, ["tenant", "list"]);
    await empty.drop();
    expect(none).toMatchObject({ code: 2, stderr: expect.stringContaining("start the platform once") });
  });

  it("sets who answers for an application, and lets it have nobody until then", async () => {
    await json("tenant create desk --name Desk --use government");
    await json("person create own.er --tenant desk --name Owner --no-password");
    const made = await json("app create feed --tenant desk --name Feed --owner own.er");
    expect(made.ownerId).toBe("own.er");
    expect((await json("app create later --tenant desk --name Later")).ownerId).toBeNull();
    expect((await run("app owner later nobody")).code).toBe(2);
    expect(await said("app owner later own.er")).toEqual({ code: 0, text: "own.er answers for later\n" });
    expect(await lastAudit()).toMatchObject({
      action: "application.owner",
      object: { id: "later" },
      actor: { type: "machine" },
      before: { ownerId: null },
      after: { ownerId: "own.er" },
    });
    expect((await run("app list")).stdout).toMatch(/^later +desk +Later +own\.er/m);
    const { principals, changes } = await readAccessSnapshot(db.pool);
    expect(principals.find(({ id }) => id === "later")).toMatchObject({ ownerId: "own.er" });
    // Whoever holds the machine waits for nobody, and is nobody's maker.
    expect(changes).toEqual([]);
  });

  it("confirms and takes back what was done over HTTP, as whoever holds the machine", async () => {
    await json("person create app.rover --tenant desk --name A --role approver --region all --no-password");
    const insert = async (kind: string) =>
      (
        await db.pool.query<{ change_no: number }>(
          `insert into access_changes (principal_id, kind, asked_by, asked_by_name, asked_at, effective_at)
           values ('app.rover', $1, 'administrator', 'administrator', now(), now() + interval '1 day')
           returning change_no`,
          [kind],
        )
      ).rows[0]!.change_no;
    const [one, two] = [await insert("grants"), await insert("password")];
    expect((await json("change list")).map(({ changeNo }: { changeNo: number }) => changeNo)).toEqual([
      two,
      one,
    ]);
    expect((await run("change list")).stdout).toMatch(/app\.rover +password +administrator +\S+ +waiting/);
    expect((await run(`change confirm ${one}`)).code).toBe(0);
    expect(await lastAudit()).toMatchObject({ action: "access.confirm", object: { id: "app.rover" } });
    expect((await said(`change confirm ${one}`)).text).toContain("is 'confirmed'");
    expect((await run(`change refuse ${two}`)).code).toBe(2);
    const refused = await json(`change refuse ${two} --reason unknown`);
    expect(refused).toMatchObject({ state: "refused", reason: "unknown" });
    expect(await json("change list")).toEqual([]);
    const people = await json("person list");
    expect(people.find(({ id }: { id: string }) => id === "app.rover").disabledAt).not.toBeNull();
  });
});
