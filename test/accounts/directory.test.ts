import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { ADMINISTRATOR } from "../../access/decide.ts";
import { UNLIMITED } from "../../access/limits.ts";
import {
  type AccessDirectory,
  type AccessDirectoryOptions,
  createAccessDirectory,
} from "../../accounts/directory.ts";
import { createKey, revokeKey, rotateKey } from "../../accounts/keys.ts";
import { changePrincipal, createPrincipal, setGrants } from "../../accounts/principals.ts";
import { changeTenant, createTenant } from "../../accounts/tenants.ts";
import { createLogger } from "../../base/log.ts";
import { PLATFORM_ACTOR } from "../../store/audit/audit.ts";
import { createTestDatabase, type TestDatabase } from "../helpers/db.ts";
import { areaOf } from "../helpers/limits.ts";

const caller = { principal: ADMINISTRATOR, limits: UNLIMITED, actor: PLATFORM_ACTOR };
const log = createLogger("silent");
const HOUR_MS = 3_600_000;

let db: TestDatabase;
beforeAll(async () => {
  db = await createTestDatabase();
  await createTenant(db.pool, caller, { id: "gas", name: "燃气", use: "commercial" });
});
afterAll(() => db.drop());

const open: AccessDirectory[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((directory) => directory.close()));
});

/** A directory as one process has it, with what it was told of. */
async function start(options: Partial<AccessDirectoryOptions> = {}) {
  const revoked: string[] = [];
  const directory = createAccessDirectory({
    pool: db.pool,
    log,
    onRevoked: (id) => revoked.push(id),
    ...options,
  });
  await directory.load();
  open.push(directory);
  return { directory, revoked };
}

let count = 0;
/** Adds an application that may read devices, with a key. */
async function addApplication(tenantId = "gas", expiresAt: Date | null = null) {
  const id = `app-${++count}`;
  const grants = [{ scopes: ["devices:read" as const], area: areaOf({}) }];
  await createPrincipal(db.pool, caller, { id, type: "application", tenantId, name: id, grants });
  const { key, record } = await createKey(db.pool, caller, id, expiresAt);
  return { id, key, prefix: record.prefix };
}

describe("a key", () => {
  it("names its application with tenant and grants", async () => {
    const { id, key } = await addApplication();
    const { directory } = await start();
    expect(directory.findByKey(key)).toEqual({
      type: "application",
      id,
      ownerId: null,
      name: id,
      tenantId: "gas",
      grants: [{ scopes: ["devices:read"], area: areaOf({}) }],
    });
    expect(directory.findByKey(key)).toBe(directory.findPrincipal(id));
  });

  it("that is changed in any one character names nobody", async () => {
    const { key } = await addApplication();
    const { directory } = await start();
    for (let at = 0; at < key.length; at++) {
      const other = key[at] === "a" ? "b" : "a";
      expect(
        directory.findByKey(key.slice(0, at) + other + key.slice(at + 1)),
        `character ${at}`,
      ).toBeUndefined();
    }
    expect(directory.findByKey(`${key}a`)).toBeUndefined();
    expect(directory.findByKey(key.slice(0, -1))).toBeUndefined();
  });

  it("of one application with the secret of another names neither", async () => {
    const [a, b] = [await addApplication(), await addApplication()];
    const { directory } = await start();
    expect(directory.findByKey(a.key.replace(a.prefix, b.prefix))).toBeUndefined();
  });

  it("ends when its clock says so, to the millisecond, and its application is told of", async () => {
    let now = Date.now();
    const { id, key } = await addApplication("gas", new Date(now + HOUR_MS));
    const { directory, revoked } = await start({ now: () => now });
    now += HOUR_MS - 1;
    expect(directory.findByKey(key)?.id).toBe(id);
    await directory.lookForChanges();
    expect(revoked).toEqual([]);
    now += 1;
    expect(directory.findByKey(key)).toBeUndefined();
    await directory.lookForChanges();
    await directory.lookForChanges();
    expect(revoked).toEqual([id]);
  });

  it("is void at once where it is revoked, and its application is told of", async () => {
    const { id, key, prefix } = await addApplication();
    const { directory, revoked } = await start();
    await revokeKey(db.pool, caller, id, prefix);
    await directory.refresh();
    expect(directory.findByKey(key)).toBeUndefined();
    expect(revoked).toEqual([id]);
  });

  it("that is rotated goes on for the overlap beside the new one", async () => {
    let now = Date.now();
    const { id, key, prefix } = await addApplication();
    const { directory, revoked } = await start({ now: () => now });
    const made = await rotateKey(db.pool, caller, id, prefix, { overlapMs: HOUR_MS, now });
    await directory.refresh();
    expect([directory.findByKey(key)?.id, directory.findByKey(made.key)?.id]).toEqual([id, id]);
    expect(revoked).toEqual([]);
    now += HOUR_MS;
    expect([directory.findByKey(key)?.id, directory.findByKey(made.key)?.id]).toEqual([undefined, id]);
  });
});

describe("an application", () => {
  it("that is disabled is shut out, and comes back with the same key", async () => {
    const { id, key } = await addApplication();
    const { directory, revoked } = await start();
    await changePrincipal(db.pool, caller, "application", id, { disabled: true });
    await directory.refresh();
    expect([directory.findByKey(key), directory.findPrincipal(id)]).toEqual([undefined, undefined]);
    expect(revoked).toEqual([id]);
    await changePrincipal(db.pool, caller, "application", id, { disabled: false });
    await directory.refresh();
    expect(directory.findByKey(key)?.id).toBe(id);
  });

  it("is shut out with its tenant, and others are not", async () => {
    await createTenant(db.pool, caller, { id: "police", name: "公安", use: "government" });
    const [mine, other] = [await addApplication("police"), await addApplication("gas")];
    const { directory, revoked } = await start();
    await changeTenant(db.pool, caller, "police", { disabled: true });
    await directory.refresh();
    expect(directory.findByKey(mine.key)).toBeUndefined();
    expect(directory.findByKey(other.key)?.id).toBe(other.id);
    expect(revoked).toEqual([mine.id]);
  });

  it("has new grants after a change, and is told of; others stay the same objects", async () => {
    const [changed, same] = [await addApplication(), await addApplication()];
    const { directory, revoked } = await start();
    const before = directory.findPrincipal(same.id);
    const grants = [{ scopes: ["events:read" as const], area: areaOf({ kinds: ["camera"] }) }];
    await setGrants(db.pool, caller, "application", changed.id, grants);
    await directory.refresh();
    expect(directory.findByKey(changed.key)?.grants).toEqual(grants);
    expect(revoked).toEqual([changed.id]);
    expect(directory.findPrincipal(same.id)).toBe(before);
  });
});

describe("another process", () => {
  it("sees at its next look what was changed here, and does not read all again without a change", async () => {
    const { id, key, prefix } = await addApplication();
    const other = await start();
    expect(other.directory.findByKey(key)?.id).toBe(id);
    await revokeKey(db.pool, caller, id, prefix);
    expect(other.directory.findByKey(key)?.id).toBe(id);
    await other.directory.lookForChanges();
    expect(other.directory.findByKey(key)).toBeUndefined();
    expect(other.revoked).toEqual([id]);
    const principal = other.directory.findPrincipal(id);
    await other.directory.lookForChanges();
    expect(other.directory.findPrincipal(id)).toBe(principal);
  });

  it("looks by itself while it follows", async () => {
    const { id, key, prefix } = await addApplication();
    const { directory } = await start({ followMs: 20 });
    directory.follow();
    await revokeKey(db.pool, caller, id, prefix);
    await expect.poll(() => directory.findByKey(key), { timeout: 10_000 }).toBeUndefined();
  });
});

describe("the directory", () => {
  it("holds what was committed before a refresh was asked for, also when one was under way", async () => {
    const { directory } = await start();
    const first = directory.refresh();
    const { id, key } = await addApplication();
    const second = directory.refresh();
    const third = directory.refresh();
    await second;
    expect(directory.findByKey(key)?.id).toBe(id);
    await Promise.all([first, third]);
  });

  it("keeps what it has when the database is away, and says so", async () => {
    const { id, key } = await addApplication();
    let away = false;
    const pool = new Proxy(db.pool, {
      get(target, name) {
        if (away && (name === "query" || name === "connect")) throw new Error("away");
        const value = Reflect.get(target, name);
        return typeof value === "function" ? value.bind(target) : value;
      },
    });
    const { directory } = await start({ pool });
    away = true;
    await expect(directory.lookForChanges()).rejects.toThrow("away");
    await expect(directory.refresh()).rejects.toThrow("away");
    expect(directory.findByKey(key)?.id).toBe(id);
    away = false;
    await directory.refresh();
    expect(directory.findByKey(key)?.id).toBe(id);
  });

  it("writes when a key was used, once for many uses, and does not count that as a change", async () => {
    const { id, key, prefix } = await addApplication();
    const { directory } = await start();
    for (let i = 0; i < 1000; i++) directory.findByKey(key);
    const before = directory.findPrincipal(id);
    await directory.writeUses();
    const { rows } = await db.pool.query("select last_used_at from api_keys where prefix = $1", [prefix]);
    expect(Math.abs(rows[0].last_used_at - Date.now())).toBeLessThan(60_000);
    const version = await db.pool.query("select version from access_version");
    await directory.lookForChanges();
    expect(directory.findPrincipal(id)).toBe(before);
    directory.findByKey(key);
    await directory.writeUses();
    expect((await db.pool.query("select version from access_version")).rows).toEqual(version.rows);
  });

  it("gives nothing for a role or scope that it does not know, and keeps the rest", async () => {
    const { id, key } = await addApplication();
    await db.pool.query("insert into grants (principal_id, scopes) values ($1, '{planets:move}')", [id]);
    await db.pool.query("insert into grants (principal_id, role) values ($1, 'emperor')", [id]);
    const { directory } = await start();
    expect(directory.findByKey(key)?.grants).toEqual([{ scopes: ["devices:read"], area: areaOf({}) }]);
  });

  it("reads 10,000 keys in a moment, and knows one in a fraction of a millisecond", async () => {
    const { id, key } = await addApplication();
    await db.pool.query(`
      insert into principals (id, type, tenant_id, name)
        select 'mass-' || n, 'application', 'gas', 'mass' from generate_series(1, 10000) n`);
    await db.pool.query(`
      insert into grants (principal_id, scopes, devices)
        select 'mass-' || n, '{devices:read}', array['meter-' || n] from generate_series(1, 10000) n`);
    await db.pool.query(`
      insert into api_keys (principal_id, prefix, key_hash)
        select 'mass-' || n, lpad(n::text, 8, '0'), sha256(('k' || n)::bytea) from generate_series(1, 10000) n`);
    const cpuMs = (since: NodeJS.CpuUsage) => process.cpuUsage(since).user / 1000;
    const began = process.cpuUsage();
    const { directory } = await start();
    const loaded = cpuMs(began);
    expect(directory.size.keys).toBeGreaterThan(10_000);
    const from = process.cpuUsage();
    for (let i = 0; i < 1000; i++) expect(directory.findByKey(key)!.id).toBe(id);
    const found = cpuMs(from) / 1000;
    // Of the processor, and generous: both take about a tenth of this.
    expect(loaded).toBeLessThan(5_000);
    expect(found).toBeLessThan(1);
    if (process.env.SHOW_FIGURES) console.log({ loaded, found, heap: process.memoryUsage().heapUsed });
  });
});
