import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { chmod, copyFile, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { KEYS_OPTIONS, runBroadcastKeys } from "../../../app/cli/broadcast-keys.ts";
import { openKeyRing } from "../../../broadcast/signing/key-ring.ts";
import { createRootKey, readKeySet, readRootKey } from "../../../broadcast/signing/root.ts";
import { type RootArguments, runRootCommand } from "../../../broadcast/signing/root-commands.ts";
import { builtCommand } from "../../helpers/built.ts";
import { createTestDatabase, type TestDatabase } from "../../helpers/db.ts";

let db: TestDatabase;
let dataDir: string;
beforeAll(async () => {
  db = await createTestDatabase();
  dataDir = await mkdtemp(join(tmpdir(), "sbi-keys-"));
  await openKeyRing(dataDir);
});
beforeEach(() => db.pool.query("delete from signing_keys"));
afterAll(async () => {
  await db.drop();
  await rm(dataDir, { recursive: true, force: true });
});

const runIn = (folder: string, ...args: string[]) =>
  runBroadcastKeys(args, { DATABASE_URL: db.url, DATA_DIR: folder });
const run = (...args: string[]) => runIn(dataDir, ...args);
/** The machine of the root: no settings, no database. */
const runThere = (...args: string[]) => runBroadcastKeys(args, {});

/** A folder with a key in it, as the first start of a platform leaves it. */
async function makeFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "sbi-keys-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  await openKeyRing(folder);
  return folder;
}

/** The keys that the database knows. */
const known = async () =>
  (await db.pool.query("select kid from signing_keys order by key_no")).rows.map(({ kid }) => kid);

const states = async () =>
  (JSON.parse((await run("list", "--json")).stdout) as { state: string }[]).map(({ state }) => state);

it("lists, rotates with an overlap, replaces a stolen key at once, and leaves that in the audit", async () => {
  expect(await states()).toEqual(["active"]);
  expect(await run("rotate", "--lead-hours", "2")).toMatchObject({ code: 0, stderr: "" });
  expect(await states()).toEqual(["active", "published"]);
  expect(await run("rotate", "--stolen")).toMatchObject({ code: 0, stderr: "" });
  expect(await states()).toEqual(["retired", "retired", "active"]);
  const { rows } = await db.pool.query(
    "select actor_type, reason, after from audit where action = 'broadcast.rotate_signing_key' order by audit_no",
  );
  expect(rows).toEqual([
    { actor_type: "machine", reason: null, after: { leadMs: 7_200_000, overlapMs: 262_800_000 } },
    { actor_type: "machine", reason: "stolen", after: { leadMs: 0, overlapMs: 0 } },
  ]);
}, 60_000);

it("goes from no root to one, and from a stolen key to another, with the root on another machine", async () => {
  const own = await makeFolder();
  const away = await mkdtemp(join(tmpdir(), "sbi-root-"));
  const here = (...args: string[]) => runIn(own, ...args);
  try {
    const keyFile = join(away, "root.json");
    const made = await runThere("root", "create", "--out", keyFile);
    expect(made).toMatchObject({ code: 0, stderr: "" });
    expect((await stat(keyFile)).mode & 0o777).toBe(0o600);
    const [, publicHalf = ""] = /^ {2}(\S{43})$/m.exec(made.stdout)!;
    expect((await runThere("root", "show", "--key", keyFile)).stdout).toBe(`${publicHalf}\n`);
    expect(made.stdout).not.toContain(readRootKey(keyFile).secret);

    const checkIn = (text: string) => /^Check: (\S+)$/m.exec(text)?.[1];
    const request = join(own, "key-set-request.json");
    const asked = await here("request");
    const signed = await runThere("root", "sign", request, "--key", keyFile, "--out", join(away, "set-1"));
    expect([asked.code, signed.code]).toEqual([0, 0]);
    expect(checkIn(asked.stdout)).toMatch(/^([0-9A-F]{4}-){3}[0-9A-F]{4}$/);
    expect(checkIn(signed.stdout)).toBe(checkIn(asked.stdout));
    expect(await here("accept", join(away, "set-1"))).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("has no root yet"),
    });
    const accepted = await here("accept", join(away, "set-1"), "--root", publicHalf);
    expect(accepted).toMatchObject({ code: 0, stderr: "" });
    expect(accepted.stdout).toMatch(
      new RegExp(`Set 1 of smart-broadcast-iot, valid until .*; root ${publicHalf}`),
    );

    const [{ kid: stolen }] = JSON.parse((await here("list", "--json")).stdout) as [{ kid: string }];
    const rotated = await here("rotate", "--stolen");
    expect(rotated.stdout).toContain("Until then terminals take the stolen key, and the platform goes on");
    expect(rotated.stdout).toMatch(/ waiting {4}waits for the root/);
    // No terminal has it, and another rotation would drop it.
    expect(await known()).toEqual([stolen]);
    const set = join(away, "set-2");
    await runThere("root", "sign", request, "--key", keyFile, "--out", set);
    const after = await here("accept", set);
    expect(after).toMatchObject({ code: 0, stderr: "" });
    expect(after.stdout).toMatch(new RegExp(`^${stolen} {2}retired `, "m"));
    const ring = await openKeyRing(own);
    expect(await known()).toEqual(ring.list().map(({ kid }) => kid));
    expect([ring.list().map(({ state }) => state), ring.trust()?.version]).toEqual([
      ["retired", "active"],
      2,
    ]);

    const { rows } = await db.pool.query(
      `select action, actor_type, object_id, reason, after->'kids' as kids, after->'roots' as roots from audit
       where action = 'broadcast.accept_key_set' or after->>'leadMs' = '0' order by audit_no desc limit 3`,
    );
    const acceptedAs = (version: string, kid: string | undefined) => ({
      action: "broadcast.accept_key_set",
      actor_type: "machine",
      object_id: version,
      reason: null,
      kids: [kid],
      roots: [publicHalf],
    });
    expect(rows.reverse()).toMatchObject([
      acceptedAs("1", stolen),
      { action: "broadcast.rotate_signing_key", reason: "stolen" },
      acceptedAs("2", ring.list()[1]?.kid),
    ]);
  } finally {
    await Promise.all([own, away].map((folder) => rm(folder, { recursive: true, force: true })));
  }
}, 60_000);

it("rotates at once where the root lies on the machine, which is for evaluation", async () => {
  const own = await makeFolder();
  try {
    const file = join(own, "root.json");
    const publicHalf = await createRootKey(file);
    const settings = { DATABASE_URL: db.url, DATA_DIR: own, BROADCAST_ROOT_KEY: file };
    const rotated = await runBroadcastKeys(["rotate", "--stolen", "--json"], settings);
    expect(rotated).toMatchObject({ code: 0, stderr: "" });
    expect((JSON.parse(rotated.stdout) as { state: string }[]).map(({ state }) => state)).toEqual([
      "retired",
      "active",
    ]);
    expect((await openKeyRing(own)).trust()).toMatchObject({ roots: [publicHalf], waitingSince: null });
    await runBroadcastKeys(["rotate"], settings);
    expect((await openKeyRing(own)).list().map(({ state }) => state)).toEqual([
      "retired",
      "active",
      "published",
    ]);
  } finally {
    await rm(own, { recursive: true, force: true });
  }
});

describe("keys that are not the platform's", () => {
  const keysOf = (folder: string) => openKeyRing(folder).then((ring) => ring.list().map(({ kid }) => kid));
  const audited = async () =>
    (await db.pool.query("select count(*)::int as n from audit where action like 'broadcast.%key%'")).rows[0]
      .n;

  it("are neither rotated nor made: a folder without any is left empty", async () => {
    const [ours, stray] = [await makeFolder(), await makeFolder()];
    await runIn(ours, "rotate");
    const before = [await audited(), await known(), await keysOf(stray)];
    expect(before[1]).toEqual(await keysOf(ours));
    const [kid] = before[2];
    expect(await runIn(stray, "rotate", "--stolen")).toMatchObject({
      code: 2,
      stderr: expect.stringContaining(`has key ${kid}, and the platform signs by key ${before[1].at(-1)}`),
    });
    const empty = join(stray, "empty");
    for (const command of [["list"], ["rotate"], ["request"], ["accept", "x"], ["adopt"]]) {
      expect((await runIn(empty, ...command)).code, command[0]).not.toBe(0);
    }
    expect((await runIn(empty, "list")).stderr).toContain(`there is no ${join(empty, "signing-keys.json")}`);
    expect([existsSync(empty), await audited(), await known(), await keysOf(stray)]).toEqual([
      false,
      ...before,
    ]);
  });

  it("of a copy from before a rotation are refused: terminals may take them no more", async () => {
    const [ours, copy] = [await makeFolder(), await mkdtemp(join(tmpdir(), "sbi-copy-"))];
    onTestFinished(() => rm(copy, { recursive: true, force: true }));
    await copyFile(join(ours, "signing-keys.json"), join(copy, "signing-keys.json"));
    await runIn(ours, "rotate");
    const [, rotated] = await keysOf(ours);
    const refused = await runIn(copy, "rotate");
    expect(refused).toMatchObject({ code: 2, stderr: expect.stringContaining(`lacks key ${rotated}`) });
    expect([await keysOf(copy), await known()]).toEqual([[(await keysOf(ours))[0]], await keysOf(ours)]);
  });

  it("become the platform's once the key that is lost is named, which the audit has, and then those of before are not", async () => {
    const [ours, next] = [await makeFolder(), await makeFolder()];
    await runIn(ours, "rotate");
    const [former, adopted] = [await keysOf(ours), await keysOf(next)];
    const rows = await audited();
    for (const named of [[], ["--instead-of", former[0]!], ["--instead-of", adopted[0]!]]) {
      const asked = await runIn(next, "adopt", ...named);
      expect(asked).toMatchObject({ code: 1, stdout: "" });
      expect(asked.stderr).toContain(`The platform signs by key ${former[1]}, and terminals trust it`);
      expect(asked.stderr).toContain(`adopt --instead-of ${former[1]}`);
    }
    expect([await known(), await audited()]).toEqual([former, rows]);
    const done = await runIn(next, "adopt", "--instead-of", former[1]!);
    expect(done).toMatchObject({ code: 0, stderr: "", stdout: expect.stringContaining("order a drill") });
    expect(await known()).toEqual(adopted);
    const { rows: row } = await db.pool.query(
      "select action, actor_type, object_id, before, after from audit order by audit_no desc limit 1",
    );
    expect(row).toEqual([
      {
        action: "broadcast.adopt_signing_keys",
        actor_type: "machine",
        object_id: adopted[0],
        before: { kids: former },
        after: { kids: adopted },
      },
    ]);
    expect((await runIn(ours, "rotate")).code).toBe(2);
    expect(await runIn(next, "adopt")).toMatchObject({
      code: 0,
      stdout: expect.stringContaining("nothing was changed"),
    });
    expect(await audited()).toBe(rows + 1);
  });

  it("are made anew for a platform that has lost them all", async () => {
    const ours = await makeFolder();
    await runIn(ours, "rotate");
    const [, newest] = await keysOf(ours);
    await rm(join(ours, "signing-keys.json"));
    expect((await runIn(ours, "adopt", "--instead-of", newest!)).code).toBe(0);
    expect(await known()).toEqual(await keysOf(ours));
    expect(await known()).toHaveLength(1);
  });

  it("are not adopted, and the platform's not rotated, without the database", async () => {
    const [ours, next] = [await makeFolder(), await makeFolder()];
    const before = await Promise.all([keysOf(ours), keysOf(next)]);
    for (const [folder, command] of [
      [ours, "rotate"],
      [next, "adopt"],
    ] as const) {
      const ended = await runBroadcastKeys([command], { DATA_DIR: folder });
      expect(ended).toMatchObject({ code: 2, stderr: expect.stringContaining("there is no database in") });
    }
    expect(await Promise.all([keysOf(ours), keysOf(next)])).toEqual(before);
  });
});

describe("root commands", () => {
  const refused = (words: string[], values: RootArguments, why: string) =>
    expect(runRootCommand(words, values, dataDir)).rejects.toThrow(why);

  it("say what is wrong, and make no root beside the keys that it vouches for", async () => {
    await refused(["create"], {}, "Expected --out FILE");
    await refused(["create"], { out: join(dataDir, "root.json") }, "in DATA_DIR, where it is no safer");
    await refused(["bake"], {}, "Expected 'root create', 'root show' or 'root sign FILE', found root bake");
    await refused(["sign", "/nowhere"], { key: "/nowhere" }, "/nowhere cannot be read");
    const away = await mkdtemp(join(tmpdir(), "sbi-root-"));
    try {
      const key = join(away, "root.json");
      await runRootCommand(["create"], { out: key }, dataDir);
      await refused(["create"], { out: key }, "is there already");
      await refused(["sign", key], { key }, "is no request for a key set");
      const request = join(away, "request.json");
      const ring = await openKeyRing(away);
      await writeFile(request, JSON.stringify(await ring.request({ issuer: "x" })));
      await refused(["sign", request], { key, days: "soon" }, "--days is 'soon', expected whole days");
      await refused(["sign", request], { key, roots: "one" }, "--roots is 'one', expected the public half");
      await chmod(key, 0o644);
      const roots = readRootKey(key).publicHalf;
      const told = await runRootCommand(["sign", request], { key, days: "30", roots }, dataDir);
      expect(told).toContain(`terminals trust ${roots}, and no other root`);
      expect(told).toContain(`Others can read ${key}`);
      const set = readKeySet(await readFile(join(away, "request.signed"), "utf8"));
      expect(set.roots).toEqual([roots]);
      expect(Date.parse(set.expiresAt) - Date.parse(set.issuedAt)).toBe(30 * 86_400_000);
    } finally {
      await rm(away, { recursive: true, force: true });
    }
  });
});

it("is a process of its own that ends with the code of what happened", async () => {
  const end = (...args: string[]) =>
    new Promise((resolve) => {
      const command = [...builtCommand("app/cli/broadcast-keys"), ...args];
      const env = { ...process.env, DATA_DIR: dataDir };
      execFile(process.execPath, command, { env }, (error, stdout, stderr) =>
        resolve([error?.code ?? 0, stdout === "" ? stderr.split("\n")[0] : "an answer"]),
      );
    });
  expect(await Promise.all([end("list"), end("roots")])).toEqual([
    [0, "an answer"],
    [2, expect.stringContaining("found roots")],
  ]);
}, 60_000);

it("explains every option of its commands, and obeys none beside --help", async () => {
  const before = await states();
  const { code, stdout } = await run("rotate", "--stolen", "--help");
  expect(code).toBe(0);
  for (const option of KEYS_OPTIONS) expect(stdout).toContain(`--${option} `);
  expect(await states()).toEqual(before);
});

it.each([
  [["rotate", "--stollen"], "Unknown option '--stollen': --stolen may be meant"],
  [["accept"], "<file> is missing\nSee npm run broadcast:keys -- accept --help"],
  [["turn"], "Expected 'list', 'rotate', 'request', 'accept FILE', 'adopt' or 'root …', found turn"],
  [["list", "--days", "3"], "--days means nothing to 'list'"],
  [["rotate", "--lead-hours", "soon"], "--lead-hours is 'soon', expected hours from 0"],
  [["rotate", "--stolen", "--overlap-hours", "1"], "--stolen leaves no time"],
])("says what is wrong with %j", async (args, message) => {
  const ended = await run(...args);
  expect(ended.code).toBe(2);
  expect(ended.stderr).toContain(message);
});
