import { existsSync } from "node:fs";
import { copyFile, mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { runBroadcastKeys } from "../../app/cli/broadcast-keys.ts";
import { createLogger } from "../../base/log.ts";
import { findKeyIds, openKeyRing } from "../../broadcast/signing/key-ring.ts";
import { migrate, readMigrations } from "../../store/schema/migrate.ts";
import { createTestDatabase, emptyTestDatabase, type TestDatabase } from "../helpers/db.ts";
import { signInDutyOfficer } from "../helpers/duty-officer.ts";
import { makeDataDir } from "../helpers/embedded-templates.ts";
import { PlatformProcess } from "../helpers/platform-process.ts";
import {
  type Api,
  draftBroadcast,
  registerSpeakers,
  releaseBroadcast,
  showBroadcast,
  startSpeakers,
  takeStep,
} from "./broadcast-stage.ts";

interface Ready {
  readonly status: number;
  readonly keys: { readonly ok: boolean; readonly detail?: string };
}

async function readyOf({ httpPort }: PlatformProcess): Promise<Ready> {
  const answer = await fetch(`http://127.0.0.1:${httpPort}/readyz`);
  const { checks } = (await answer.json()) as { checks: (Ready["keys"] & { name: string })[] };
  return { status: answer.status, keys: checks.find(({ name }) => name === "broadcast_keys")! };
}
const until = (check: () => unknown) => vi.waitFor(check, { timeout: 60_000, interval: 100 });
const publishedBy = async (platform: PlatformProcess) =>
  (await platform.api<{ keys: { kid: string }[] }>("/v1/broadcasts/keys")).keys.map(({ kid }) => kid);
const fileIn = (folder: string) => join(folder, "signing-keys.json");

/** Embedded databases have one process each. */
describe.runIf(process.env.DATABASE_URL)("processes with folders of their own", () => {
  const NAMES = ["a", "b", "c"];
  let db: TestDatabase;
  let village: string;
  const folders = new Map<string, string>();
  const running = new Map<string, PlatformProcess>();
  const folder = (name: string) => folders.get(name)!;
  const at = (name: string) => running.get(name)!;

  const start = async (name: string, env: Record<string, string> = {}) => {
    if (!folders.has(name)) folders.set(name, await makeDataDir());
    const platform = await PlatformProcess.start({
      dataDir: folder(name),
      databaseUrl: db.url,
      env: { INSTANCE_ID: name, ...env },
    });
    running.set(name, platform);
    return platform;
  };
  const endAll = async () => {
    await Promise.all([...running.values()].map((each) => each.end("SIGTERM")));
    running.clear();
  };
  const known = async () =>
    (await db.pool.query("select kid from signing_keys order by key_no")).rows.map(({ kid }) => kid);
  const dispatching = async () => {
    const { rows } = await db.pool.query(
      `select instance from leases join processes using (process_no)
       where duty = 'dispatch' and until > clock_timestamp()`,
    );
    return rows.map(({ instance }) => instance);
  };
  const officerAt = (name: string): Promise<Api> =>
    signInDutyOfficer(
      (path, init) => at(name).api(path, init),
      () => at(name).httpPort,
    );
  let ours: string;
  let strays: string[];

  beforeAll(async () => {
    db = await createTestDatabase({ regions: true });
    const { rows } = await db.pool.query("select code from regions where level = 5 order by code limit 1");
    village = rows[0].code;
  }, 60_000);
  afterAll(async () => {
    await endAll();
    await db.drop();
    await Promise.all([...folders.values()].map((each) => rm(each, { recursive: true, force: true })));
  }, 60_000);

  it("that start for the first time at once have the keys of one of them, and the others say so and make none", async () => {
    await Promise.all(NAMES.map((name) => start(name)));
    const ready = new Map(
      await Promise.all(NAMES.map(async (name) => [name, await readyOf(at(name))] as const)),
    );
    const well = NAMES.filter((name) => ready.get(name)!.keys.ok);
    expect(well).toHaveLength(1);
    ours = well[0]!;
    strays = NAMES.filter((name) => name !== ours);
    const [kid] = await known();
    expect([await known(), findKeyIds(folder(ours)), await publishedBy(at(ours))]).toEqual([
      [kid],
      [kid],
      [kid],
    ]);
    for (const name of strays) {
      const { status, keys } = ready.get(name)!;
      expect(status).toBe(503);
      expect(keys.detail).toContain(
        `there is no ${fileIn(folder(name))}, and the platform signs by key ${kid}`,
      );
      expect(at(name).log).toContain("this process signs no broadcasts");
      expect(existsSync(fileIn(folder(name)))).toBe(false);
      await expect(publishedBy(at(name))).rejects.toThrow(/503.*signing_keys_missing/);
    }
    await until(async () => expect(await dispatching()).toEqual([ours]));
  }, 300_000);

  it("release nothing where the keys are not the platform's, and where they are the speaker sounds", async () => {
    const speakers = await registerSpeakers((path, init) => at(ours).api(path, init), ["sp-1"], village);
    const fleet = startSpeakers(at(ours), speakers);
    try {
      await fleet.untilListening(1, 60_000);
      const there = await officerAt(strays[0]!);
      const id = await draftBroadcast(there, { regions: [village] });
      const refused = await takeStep(there, id, "release").catch((error: Error) => error.message);
      expect(refused).toMatch(/503.*signing_keys_missing/);
      expect(refused).toContain("BROADCAST_KEYS_DIR");
      expect(await showBroadcast(there, id)).toMatchObject({ state: "draft" });
      await takeStep(await officerAt(ours), id, "release");
      await until(async () =>
        expect(await showBroadcast(there, id)).toMatchObject({
          state: "completed",
          counts: { sounded: 1 },
        }),
      );
    } finally {
      await fleet.stop(0);
    }
  }, 300_000);

  it("displace nobody when all were silent and the one without the keys starts first, with a file of its own too", async () => {
    await endAll();
    const before = await known();
    const [none, other] = strays as [string, string];
    await openKeyRing(folder(other));
    for (const name of [none, other]) {
      await start(name);
      expect(await readyOf(at(name))).toMatchObject({ status: 503, keys: { ok: false } });
    }
    expect((await readyOf(at(other))).keys.detail).toContain(
      `${fileIn(folder(other))} has key ${findKeyIds(folder(other))![0]}`,
    );
    expect([existsSync(fileIn(folder(none))), await known(), await dispatching()]).toEqual([
      false,
      before,
      [],
    ]);
    await start(ours);
    expect((await readyOf(at(ours))).keys.ok).toBe(true);
    expect(await publishedBy(at(ours))).toEqual(before);
    await until(async () => expect(await dispatching()).toEqual([ours]));
    expect(await known()).toEqual(before);
  }, 300_000);

  it("need no keys where they only take messages in", async () => {
    await start("d", { ROLE: "ingest" });
    expect(await readyOf(at("d"))).toMatchObject({ keys: { ok: true } });
    expect(existsSync(fileIn(folder("d")))).toBe(false);
    await at("d").end("SIGTERM");
  }, 60_000);

  it("sign once they are given the file, without another start", async () => {
    const [none] = strays as [string];
    await copyFile(fileIn(folder(ours)), fileIn(folder(none)));
    await until(async () => expect((await readyOf(at(none))).keys.ok).toBe(true));
    expect(await publishedBy(at(none))).toEqual(await known());
    await releaseBroadcast(await officerAt(none), { regions: [village] });
  }, 120_000);

  it("stop signing when the keys of another folder are adopted, whose process dispatches from then on", async () => {
    const other = strays[1]!;
    const [former] = await known();
    const adopt = (...more: string[]) =>
      runBroadcastKeys(["adopt", ...more], { DATABASE_URL: db.url, DATA_DIR: folder(other) });
    expect(await adopt()).toMatchObject({ code: 1 });
    expect((await readyOf(at(ours))).keys.ok).toBe(true);
    expect(await adopt("--instead-of", former!)).toMatchObject({ code: 0, stderr: "" });
    await until(async () => {
      for (const name of [ours, strays[0]!]) expect((await readyOf(at(name))).status).toBe(503);
      expect(await dispatching()).toEqual([other]);
    });
    expect(await publishedBy(at(other))).toEqual(findKeyIds(folder(other)));
    await expect(releaseBroadcast(await officerAt(ours), { regions: [village] })).rejects.toThrow(
      "signing_keys_missing",
    );
    await releaseBroadcast(await officerAt(other), { regions: [village] });
  }, 300_000);
});

describe.runIf(process.env.DATABASE_URL)("a platform of before the database knew its keys", () => {
  it("goes on by itself with the keys that it has", async () => {
    const db = await emptyTestDatabase();
    const dataDir = await makeDataDir();
    try {
      const migrations = (await readMigrations()).filter(({ version }) => version <= 46);
      await migrate(db.pool, createLogger("silent"), migrations);
      await openKeyRing(dataDir);
      const platform = await PlatformProcess.start({ dataDir, databaseUrl: db.url });
      try {
        expect((await readyOf(platform)).keys.ok).toBe(true);
        expect(await publishedBy(platform)).toEqual(findKeyIds(dataDir));
      } finally {
        await platform.end("SIGTERM");
      }
      const { rows } = await db.pool.query("select kid from signing_keys");
      expect(rows.map(({ kid }) => kid)).toEqual(findKeyIds(dataDir));
    } finally {
      await db.drop();
      await rm(dataDir, { recursive: true, force: true });
    }
  }, 120_000);
});

describe("a platform on the embedded database", () => {
  let dataDir: string;
  const start = () => PlatformProcess.start({ dataDir });
  const adopt = (...more: string[]) => runBroadcastKeys(["adopt", ...more], { DATA_DIR: dataDir });
  beforeAll(async () => {
    dataDir = await makeDataDir();
  }, 120_000);
  afterAll(() => rm(dataDir, { recursive: true, force: true }));

  it("has its keys after a restart, makes no others when they are lost, and signs by new ones once they are adopted", async () => {
    const first = await start();
    const [kid] = await publishedBy(first);
    expect(await adopt()).toMatchObject({ code: 2, stderr: expect.stringContaining("stop the platform") });
    await first.end("SIGTERM");
    const second = await start();
    expect([await publishedBy(second), (await readyOf(second)).status]).toEqual([[kid], 200]);
    await second.end("SIGTERM");

    const aside = join(dataDir, "aside");
    await mkdir(aside);
    await copyFile(fileIn(dataDir), fileIn(aside));
    await rm(fileIn(dataDir));
    const third = await start();
    expect(await readyOf(third)).toMatchObject({
      status: 503,
      keys: { detail: expect.stringContaining(`there is no ${fileIn(dataDir)}`) },
    });
    expect(existsSync(fileIn(dataDir))).toBe(false);
    await third.end("SIGTERM");

    expect(await adopt("--instead-of", kid!)).toMatchObject({ code: 0, stderr: "" });
    const fourth = await start();
    expect([(await publishedBy(fourth)).includes(kid!), (await readyOf(fourth)).status]).toEqual([
      false,
      200,
    ]);
    await fourth.end("SIGTERM");
  }, 420_000);
});
