import { existsSync } from "node:fs";
import { copyFile, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { findTraces, settleSigningKeys } from "../../app/platform-keys.ts";
import { createLogger } from "../../base/log.ts";
import { findKeyIds, openKeyRing } from "../../broadcast/signing/key-ring.ts";
import { listSigningKeys } from "../../store/processes/signing-keys.ts";
import { migrate, readMigrations } from "../../store/schema/migrate.ts";
import { createTestDatabase, emptyTestDatabase, type TestDatabase } from "../helpers/db.ts";

/** The last one of before the database knew which keys are the platform's. */
const BEFORE = 46;

let db: TestDatabase;
let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "sbi-settle-"));
});
afterEach(async () => {
  await db.drop();
  await rm(dir, { recursive: true, force: true });
});

const at = (name: string) => join(dir, name);
const known = () => listSigningKeys(db.pool);
/** As a process that starts with this folder. */
const settle = (name: string) =>
  settleSigningKeys(db.pool, {
    read: () => ({ folder: at(name), kids: findKeyIds(at(name)) }),
    make: () => openKeyRing(at(name)),
  });
const make = async (name: string) => {
  await openKeyRing(at(name));
  return findKeyIds(at(name))!;
};
/** A file that lies in two folders. */
const copy = async (from: string, to: string) => {
  await make(to);
  await copyFile(join(at(from), "signing-keys.json"), join(at(to), "signing-keys.json"));
};

describe("the keys of a platform", () => {
  beforeEach(async () => {
    db = await createTestDatabase();
  });

  it("are made and entered by the first process, and stay when it comes back", async () => {
    expect(await settle("a")).toBeUndefined();
    const kids = findKeyIds(at("a"));
    expect(await known()).toEqual(kids);
    expect(await settle("a")).toBeUndefined();
    expect([await known(), findKeyIds(at("a"))]).toEqual([kids, kids]);
  });

  it("are those of one of three processes that begin at once, and the others make no file", async () => {
    const names = ["a", "b", "c"];
    const told = await Promise.all(names.map(settle));
    const [winner, ...others] = names.filter((_, i) => told[i] === undefined);
    expect(others).toEqual([]);
    expect(await known()).toEqual(findKeyIds(at(winner!)));
    for (const [i, name] of names.entries()) {
      expect(existsSync(at(name))).toBe(name === winner);
      if (name === winner) continue;
      expect(told[i]).toContain(
        `there is no ${join(at(name), "signing-keys.json")}, and the platform signs by key ${(await known())[0]}`,
      );
      expect(told[i]).toContain("BROADCAST_KEYS_DIR");
      expect(told[i]).toContain("npm run broadcast:keys -- adopt");
    }
  });

  it("are those of all of three that begin at once in one folder", async () => {
    expect(await Promise.all(["a", "a", "a"].map(settle))).toEqual([undefined, undefined, undefined]);
    expect(await known()).toEqual(findKeyIds(at("a")));
  });

  it("stay what they are when a process with others, or with those of before a rotation, comes first", async () => {
    await make("a");
    await copy("a", "copy");
    const [other] = await make("other");
    await settle("a");
    await (await openKeyRing(at("a"))).rotate();
    // A rotation that the database was not told of is entered by the process that has it.
    expect(await settle("a")).toBeUndefined();
    const [first, second] = findKeyIds(at("a"))!;
    expect(await known()).toEqual([first, second]);
    expect(await settle("other")).toContain(`has key ${other}, and the platform signs by key ${second}`);
    expect(await settle("copy")).toContain(`lacks key ${second}`);
    expect(await known()).toEqual([first, second]);
    expect(await settle("a")).toBeUndefined();
  });
});

describe("a platform of before the database knew its keys", () => {
  beforeEach(async () => {
    db = await emptyTestDatabase();
    const migrations = (await readMigrations()).filter(({ version }) => version <= BEFORE);
    await migrate(db.pool, createLogger("silent"), migrations);
  });
  const upgrade = () => migrate(db.pool, createLogger("silent"));
  /** An order that a folder's key has signed, as it is kept. */
  const order = async (name: string, issuedAt: string) => {
    const jws = await (await openKeyRing(at(name))).sign({ type: "start" });
    await db.pool.query(
      `with b as (
         insert into broadcasts (id, state, message, mode, class, level, headline, created_by, cap_identifier, cap_sender,
           cap_sent)
         values ($1, 'completed', '{}', 'actual', 'emergency', 2, 'x', 'li', $1, 'x', now()) returning broadcast_no
       )
       insert into broadcast_orders (command_id, broadcast_no, type, attempt, jws, issued_at)
       select $1 || '.1', broadcast_no, 'start', 1, $2, $3 from b`,
      [name, jws, issuedAt],
    );
  };
  const noted = async (name: string) =>
    db.pool.query("insert into processes (instance, key_ids) values ($1, $2::text[])", [
      name,
      findKeyIds(at(name)),
    ]);

  it("goes on with the keys that it has, also where it has signed nothing yet", async () => {
    const kids = await make("a");
    await upgrade();
    expect(await settle("a")).toBeUndefined();
    expect(await known()).toEqual(kids);
  });

  it("goes on with the keys of its last order, whoever starts first and whatever processes have noted", async () => {
    for (const name of ["lost", "a", "stray"]) await make(name);
    await order("lost", "2026-01-01T00:00:00Z");
    await order("a", "2026-02-01T00:00:00Z");
    await noted("stray");
    await upgrade();
    expect(await findTraces(db.pool)).toEqual(findKeyIds(at("a")));
    for (const name of ["stray", "lost", "fresh"]) expect(await settle(name), name).toContain("signs by key");
    expect([await known(), existsSync(at("fresh"))]).toEqual([[], false]);
    expect(await settle("a")).toBeUndefined();
    expect(await known()).toEqual(findKeyIds(at("a")));
  });

  it("goes on with the keys that a process has noted, where there is no order", async () => {
    for (const name of ["a", "stray"]) await make(name);
    await noted("a");
    await upgrade();
    expect(await settle("stray")).toContain("signs by key");
    expect(await settle("a")).toBeUndefined();
    expect(await known()).toEqual(findKeyIds(at("a")));
  });
});
