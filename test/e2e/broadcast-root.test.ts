import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { runBroadcastKeys } from "../../app/cli/broadcast-keys.ts";
import { createRootKey } from "../../broadcast/signing/root.ts";
import type { SpeakerFleet } from "../../simulators/speaker/fleet.ts";
import { signInDutyOfficer } from "../helpers/duty-officer.ts";
import { startTestPlatform, type TestPlatform } from "../helpers/platform.ts";
import { registerSpeakers, releaseBroadcast, startSpeakers } from "./broadcast-stage.ts";

/** A platform that runs, a root on another machine, and one speaker that was given it. */
const VILLAGE = "520326001001";
let own: string;
let away: string;
let rootFile: string;
let root: string;
let platform: TestPlatform;
let officer: TestPlatform["api"];
let fleet: SpeakerFleet;

beforeAll(async () => {
  [own, away] = await Promise.all([
    mkdtemp(join(tmpdir(), "sbi-rooted-")),
    mkdtemp(join(tmpdir(), "sbi-root-")),
  ]);
  rootFile = join(away, "root.json");
  root = await createRootKey(rootFile);
  platform = await startTestPlatform({ DATA_DIR: own });
  officer = await signInDutyOfficer(platform.api, platform.platform.httpPort);
  const speakers = await registerSpeakers(platform.api, ["sp-1"], VILLAGE);
  fleet = startSpeakers(platform.platform, speakers, { roots: [root], refetchKeysMs: 0 });
  await fleet.untilListening(1, 20_000);
}, 60_000);
afterAll(async () => {
  await fleet.stop(0);
  await platform.stop();
  await Promise.all([own, away].map((folder) => rm(folder, { recursive: true, force: true })));
});

const until = (check: () => unknown) => vi.waitFor(check, { timeout: 30_000, interval: 50 });
const keys = async (...args: string[]) => {
  const env = { DATABASE_URL: platform.db.url, DATA_DIR: own };
  expect(await runBroadcastKeys(args, env)).toMatchObject({ code: 0, stderr: "" });
};
const sign = () =>
  keys("root", "sign", join(own, "key-set-request.json"), "--key", rootFile, "--out", join(away, "set"));
const ready = async () => {
  const answer = await fetch(`http://127.0.0.1:${platform.platform.httpPort}/readyz`);
  const { checks } = (await answer.json()) as { checks: { name: string; detail?: string }[] };
  return [answer.status, checks.find(({ name }) => name === "broadcast_keys")?.detail];
};
const release = () => releaseBroadcast(officer, { regions: [VILLAGE] });
const sounds = (id: string) =>
  until(() => expect(fleet.counters.playsOf(id)).toEqual(new Map([["sp-1", 1]])));
const kids = async () =>
  (await platform.api<{ keys: { kid: string }[] }>("/v1/broadcasts/keys")).keys.map(({ kid }) => kid);
const versionsTaken = async () => {
  const { items } = await platform.api<{ items: { data: { version: number } }[] }>(
    "/v1/events?type=key_set_taken",
  );
  return items.map(({ data }) => data.version);
};

it("is obeyed by a speaker once its root has signed, also with a stolen key, and with the next one after that", async () => {
  // A terminal that was given a root obeys nobody while the platform has none.
  expect(await ready()).toEqual([200, expect.stringContaining("no root vouches")]);
  const unheard = await release();
  await until(() => expect(fleet.counters.replies.get("refused:unknown_key")).toBeGreaterThan(0));

  await keys("request");
  await sign();
  await keys("accept", join(away, "set"), "--root", root);
  expect(await ready()).toEqual([200, undefined]);
  const [stolen] = await kids();
  await sounds(await release());

  await keys("rotate", "--stolen");
  expect(await ready()).toEqual([200, expect.stringContaining("waits for the root's signature since")]);
  expect(await kids()).toEqual([stolen]);
  await sounds(await release());

  await sign();
  await keys("accept", join(away, "set"));
  expect(await ready()).toEqual([200, undefined]);
  expect(await kids()).not.toContain(stolen);
  await sounds(await release());
  await until(async () => expect((await versionsTaken()).sort()).toEqual([1, 2]));
  expect(fleet.counters.playsOf(unheard).size).toBe(0);
}, 90_000);
