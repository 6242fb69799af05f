import { mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { hashToken } from "../../access/tokens.ts";
import { knownGrant } from "../../accounts/grants.ts";
import { createPasswordHasher } from "../../accounts/password-hash.ts";
import { checkPassword } from "../../accounts/password-rules.ts";
import { createLogger } from "../../base/log.ts";
import { kindByName } from "../../devices/catalog.ts";
import { seedDemoAccess } from "../../seeds/demo-access.ts";
import { readDemoAccess } from "../../seeds/demo-access-file.ts";
import { seedDemoFleet } from "../../seeds/demo-fleet.ts";
import {
  DEMO_APPLICATIONS,
  DEMO_HOUSEHOLD_METER,
  DEMO_PEOPLE,
  DEMO_TENANTS,
} from "../../seeds/demo-people.ts";
import { readAccessSnapshot } from "../../store/access/access-snapshot.ts";
import { findPassword } from "../../store/access/passwords.ts";
import { readAuditForVerify, verifyAudit } from "../../store/audit/verify.ts";
import { CHEAP } from "../helpers/cheap-hash.ts";
import { createTestDatabase, type TestDatabase } from "../helpers/db.ts";

const log = createLogger("silent");
const hasher = createPasswordHasher({ cost: CHEAP });
const TOTAL = DEMO_PEOPLE.length + DEMO_APPLICATIONS.length;

describe("the demo's people and applications", () => {
  it("are of all three uses, and have grants that this version knows, over kinds that there are", () => {
    expect(DEMO_TENANTS.map(({ use }) => use).sort()).toEqual(["civil", "commercial", "government"]);
    for (const { id, grants, tenantId } of [...DEMO_PEOPLE, ...DEMO_APPLICATIONS]) {
      expect(
        DEMO_TENANTS.map((tenant) => tenant.id),
        id,
      ).toContain(tenantId);
      for (const grant of grants) {
        expect(knownGrant(grant), id).toEqual(grant);
        const { kinds } = grant.area;
        if (kinds !== "all") for (const kind of kinds) expect(kindByName(kind), kind).toBeDefined();
      }
    }
  });
});

describe("seeding the demo's people and applications", () => {
  let database: TestDatabase;
  let dataDir: string;
  beforeAll(async () => {
    database = await createTestDatabase({ regions: true });
  });
  afterAll(() => database?.drop());
  beforeEach(async () => {
    dataDir = await mkdtemp(join(tmpdir(), "sbi-access-"));
    for (const table of [
      "former_places",
      "rollup_moved",
      "devices",
      "api_keys",
      "grants",
      "passwords",
      "principals",
      "tenants",
    ]) {
      if (table === "devices") await database.pool.query("delete from devices where gateway_no is not null");
      await database.pool.query(`delete from ${table}`);
    }
  });
  afterEach(() => rm(dataDir, { recursive: true, force: true }));

  const seed = () => seedDemoAccess(database.pool, { dataDir, log, hasher });
  const path = () => join(dataDir, "demo-access.json");
  const owners = async () => {
    const { rows } = await database.pool.query<{ kind: string; tenant_id: string | null; count: number }>(
      "select kind, tenant_id, count(*)::int as count from devices group by 1, 2 order by 1, 2",
    );
    return rows.map(({ kind, tenant_id, count }) => `${kind} ${tenant_id ?? "nobody"} ${count}`);
  };
  /** What the file says is what the database takes. */
  const expectAgreement = async () => {
    const { people, applications } = await readDemoAccess(dataDir);
    expect([people.length, applications.length]).toEqual([DEMO_PEOPLE.length, DEMO_APPLICATIONS.length]);
    for (const person of people) {
      checkPassword(person.password, person);
      const kept = await findPassword(database.pool, person.id);
      expect((await hasher.verify(person.password, kept?.passwordHash)).ok, person.id).toBe(true);
    }
    const { keys } = await readAccessSnapshot(database.pool);
    expect(keys).toHaveLength(applications.length);
    for (const { id, key } of applications) {
      const found = keys.find(({ principalId }) => principalId === id);
      expect(found?.hash.equals(hashToken(key)), id).toBe(true);
    }
  };

  it("makes random passwords and keys that only their owner can read, and the audit says so without them", async () => {
    expect(await seed()).toEqual({ path: path(), created: DEMO_TENANTS.length + TOTAL, renewed: 0 });
    await expectAgreement();
    expect((await stat(path())).mode & 0o777).toBe(0o600);
    expect(await readdir(dataDir)).toEqual(["demo-access.json"]);
    const { people, applications } = await readDemoAccess(dataDir);
    const secrets = [...people.map(({ password }) => password), ...applications.map(({ key }) => key)];
    expect(new Set(secrets).size).toBe(TOTAL);

    const { rows } = await database.pool.query<{ actor_type: string; action: string; row: string }>(
      "select actor_type, action, audit::text as row from audit",
    );
    const counts = Object.fromEntries(
      ["tenant.create", "person.create", "application.create", "key.create"].map((action) => [
        action,
        rows.filter((row) => row.action === action).length,
      ]),
    );
    expect(counts).toEqual({
      "tenant.create": 3,
      "person.create": DEMO_PEOPLE.length,
      "application.create": DEMO_APPLICATIONS.length,
      "key.create": DEMO_APPLICATIONS.length,
    });
    for (const { actor_type, row } of rows) {
      expect(actor_type).toBe("platform");
      for (const secret of secrets) expect(row).not.toContain(secret);
    }
    expect((await verifyAudit(readAuditForVerify(database.pool), [])).faults).toEqual([]);
  });

  it("keeps every secret and does not touch file or audit when run again", async () => {
    await seed();
    const file = await stat(path());
    const count = async () => (await database.pool.query("select count(*) as n from audit")).rows[0].n;
    const before = [await readFile(path(), "utf8"), await count()];
    expect(await seed()).toMatchObject({ created: 0, renewed: 0 });
    expect([await readFile(path(), "utf8"), await count()]).toEqual(before);
    expect((await stat(path())).ino).toBe(file.ino);
  });

  it("gives the gas company its meters and nobody anything else, whichever is seeded first", async () => {
    const wanted = [
      "camera nobody 40",
      "gas-meter demo-gas 2000",
      "lora-gateway nobody 4",
      "speaker nobody 60",
    ];
    const fleet = () => seedDemoFleet(database.pool, { dataDir, log });
    await fleet();
    expect((await owners()).filter((row) => !row.includes("nobody"))).toEqual([]);
    await seed();
    expect(await owners()).toEqual(wanted);

    // What an operator has changed stays.
    await database.pool.query("update devices set tenant_id = null where id = $1", [DEMO_HOUSEHOLD_METER]);
    await seed();
    await fleet();
    expect(await owners()).toContain("gas-meter nobody 1");

    await database.pool.query("delete from former_places");
    await database.pool.query("delete from rollup_moved");
    await database.pool.query("delete from devices where gateway_no is not null");
    await database.pool.query("delete from devices");
    await fleet();
    expect(await owners()).toEqual(wanted);
  });

  it("makes new secrets for everybody when the file is lost, and the old ones are void", async () => {
    await seed();
    const before = await readDemoAccess(dataDir);
    await rm(path());
    expect(await seed()).toMatchObject({ created: 0, renewed: TOTAL });
    await expectAgreement();
    const after = await readDemoAccess(dataDir);
    for (const [index, { password }] of before.people.entries())
      expect(after.people[index]?.password).not.toBe(password);
    for (const [index, { key }] of before.applications.entries())
      expect(after.applications[index]?.key).not.toBe(key);
  });

  it("mends only what file and database disagree on, and leaves what operators changed", async () => {
    await seed();
    const before = await readDemoAccess(dataDir);
    const [first] = DEMO_PEOPLE;
    await database.pool.query(
      "update passwords set password_hash = 'x', changed_at = changed_at + interval '1 minute' where principal_id = $1",
      [first?.id],
    );
    await database.pool.query("update api_keys set revoked_at = now() where principal_id = 'gas-billing'");
    await database.pool.query(
      "update principals set name = '燃气', disabled_at = now() where id = 'resident-app'",
    );
    await database.pool.query("delete from grants where principal_id = 'chen.jie'");
    expect(await seed()).toMatchObject({ created: 0, renewed: 2 });
    const after = await readDemoAccess(dataDir);
    const changed = [
      ...after.people.filter(({ password }, index) => password !== before.people[index]?.password),
      ...after.applications.filter(({ key }, index) => key !== before.applications[index]?.key),
    ];
    expect(changed.map(({ id }) => id)).toEqual([first?.id, "gas-billing"]);
    const { rows } = await database.pool.query(
      `select p.name, p.disabled_at is not null as disabled,
              (select count(*)::int from grants where principal_id = 'chen.jie') as grants
       from principals p where id = 'resident-app'`,
    );
    expect(rows).toEqual([{ name: "燃气", disabled: true, grants: 0 }]);
  });

  it("refuses to take over somebody of another tenant, and changes nothing", async () => {
    await database.pool.query("insert into tenants (id, name, use) values ('real', 'Real', 'government')");
    await database.pool.query(
      "insert into principals (id, type, tenant_id, name) values ('zhang.min', 'person', 'real', 'Somebody')",
    );
    await expect(seed()).rejects.toMatchObject({ code: "principal_exists" });
    const { rows } = await database.pool.query("select id from principals");
    expect(rows).toEqual([{ id: "zhang.min" }]);
    expect(await readdir(dataDir)).toEqual([]);
  });

  it("refuses to write over a file that is not its own", async () => {
    await writeFile(path(), "notes of somebody");
    await expect(seed()).rejects.toThrow(/is not the demo's list/);
    expect(await readFile(path(), "utf8")).toBe("notes of somebody");
    expect((await readAccessSnapshot(database.pool)).principals).toEqual([]);
  });

  it("lets two starters seed at once: one makes everybody, the other finds them", async () => {
    const results = await Promise.all([seed(), seed()]);
    expect(results.map(({ created }) => created).sort((a, b) => a - b)).toEqual([
      0,
      DEMO_TENANTS.length + TOTAL,
    ]);
    expect(results.map(({ renewed }) => renewed)).toEqual([0, 0]);
    await expectAgreement();
  });
});
