import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { createRootKey } from "../../broadcast/signing/root.ts";
import type { SpeakerFleet, SpeakerFleetOptions } from "../../simulators/speaker/fleet.ts";
import { signInDutyOfficer } from "../helpers/duty-officer.ts";
import { startTestPlatform, type TestPlatform } from "../helpers/platform.ts";
import {
  registerSpeakers,
  releaseBroadcast,
  type StageSpeaker,
  showBroadcast,
  startSpeakers,
  takeStep,
} from "./broadcast-stage.ts";

let platform: TestPlatform;
/** What the speakers were given at their installation. */
let root: string;
let rootFolder: string;
/** Asks as somebody who may release. */
let officer: TestPlatform["api"];
beforeAll(async () => {
  rootFolder = await mkdtemp(join(tmpdir(), "sbi-root-"));
  const rootFile = join(rootFolder, "root.json");
  root = await createRootKey(rootFile);
  platform = await startTestPlatform({ BROADCAST_ROOT_KEY: rootFile });
  officer = await signInDutyOfficer(platform.api, platform.platform.httpPort);
});
afterAll(async () => {
  await Promise.all(fleets.map((fleet) => fleet.stop(0)));
  await platform.stop();
  await rm(rootFolder, { recursive: true, force: true });
});

const fleets: SpeakerFleet[] = [];

let made = 0;

/** A village of its own for each test, so that broadcasts of one do not reach the speakers of another. */
async function makeVillage(): Promise<string> {
  const code = `520326001${100 + ++made}`;
  await platform.db.pool.query(
    "insert into regions (code, parent_code, name, level) values ($1, '520326001', $2, 5)",
    [code, `第${made}村`],
  );
  return code;
}

async function makeSpeakers(
  village: string,
  count: number,
  options: Partial<SpeakerFleetOptions> = {},
  change: (speaker: StageSpeaker) => StageSpeaker = (speaker) => speaker,
): Promise<{ ids: string[]; speakers: StageSpeaker[]; fleet: SpeakerFleet }> {
  const ids = Array.from({ length: count }, (_, i) => `sp-${village}-${++made}-${i}`);
  const speakers = (await registerSpeakers(platform.api, ids, village)).map(change);
  return { ids, speakers, fleet: await connect(speakers, options) };
}

async function connect(
  speakers: readonly StageSpeaker[],
  options: Partial<SpeakerFleetOptions> = {},
): Promise<SpeakerFleet> {
  const fleet = startSpeakers(platform.platform, speakers, { roots: [root], ...options });
  fleets.push(fleet);
  await fleet.untilListening(speakers.length, 20_000);
  return fleet;
}

/** Over for a speaker whose clock is two hours ahead. */
const inAnHour = () => new Date(Date.now() + 3_600_000);
const until = (check: () => unknown) => vi.waitFor(check, { timeout: 40_000, interval: 50 });
const untilState = (id: string, state: string) =>
  until(async () => expect(await showBroadcast(platform.api, id)).toMatchObject({ state }));

async function targetsOf(id: string): Promise<Record<string, { state: string; reason: string | null }>> {
  const { rows } = await platform.db.pool.query(
    `select d.id, t.* from broadcast_targets t join broadcasts b using (broadcast_no) join devices d using (device_no)
     where b.id = $1`,
    [id],
  );
  return Object.fromEntries(rows.map((row) => [row.id, row]));
}

// Side by side, as each mostly waits: for texts to be read, for grace to pass.
describe.concurrent("a released broadcast", () => {
  it("sounds in its village and nowhere else, once, with proof of each speaker", async () => {
    const village = await makeVillage();
    const { ids, fleet } = await makeSpeakers(village, 5);
    const { fleet: others } = await makeSpeakers(await makeVillage(), 2);
    const id = await releaseBroadcast(officer, { regions: [village] });
    await untilState(id, "completed");
    const targets = await targetsOf(id);
    expect(Object.keys(targets).sort()).toEqual([...ids].sort());
    for (const target of Object.values(targets)) {
      expect(target).toMatchObject({ state: "sounded", reason: null, sends: 1 });
      expect(target).toMatchObject({ evidence_at: expect.any(Date), seconds_played: expect.any(Number) });
    }
    expect([...fleet.counters.playsOf(id).values()]).toEqual([1, 1, 1, 1, 1]);
    expect(others.counters.commandsReceived).toBe(0);
  }, 60_000);

  it("shows a dead amplifier and a muted speaker as failed, whatever they answer", async () => {
    const village = await makeVillage();
    const ids = ["good", "dead", "mute"].map((name) => `sp-${village}-${name}`);
    const speakers = await registerSpeakers(platform.api, ids, village);
    const faults = new Map([
      [ids[1]!, { amplifier_dead: 0 }],
      [ids[2]!, { mute: 0 }],
    ]);
    const fleet = await connect(speakers, { faults });
    const id = await releaseBroadcast(officer, { regions: [village] });
    await untilState(id, "completed");
    expect(fleet.counters.replies.get("ended")).toBe(3);
    expect(await targetsOf(id)).toMatchObject({
      [ids[0]!]: { state: "sounded" },
      [ids[1]!]: { state: "failed", reason: "no_sound" },
      [ids[2]!]: { state: "failed", reason: "muted" },
    });
    expect(await showBroadcast(platform.api, id)).toMatchObject({
      counts: { targets: 3, sounded: 1, failed: 2 },
    });
  }, 60_000);

  it("is refused by a speaker that stands in another village, has a wrong clock or does not know the key", async () => {
    const village = await makeVillage();
    const elsewhere = await makeVillage();
    const moved = await makeSpeakers(village, 1, {}, (speaker) => ({ ...speaker, regionCode: elsewhere }));
    const ids = [`sp-${village}-clock`];
    const clocks = await registerSpeakers(platform.api, ids, village);
    await connect(clocks, { faults: new Map([[ids[0]!, { wrong_clock: 7200 }]]) });
    // It was given another root: to it, ours is a forger.
    const foreign = await createRootKey(join(rootFolder, "foreign.json"));
    const forged = await makeSpeakers(village, 1, { roots: [foreign] });
    const id = await releaseBroadcast(officer, { regions: [village], expiresAt: inAnHour() });
    await untilState(id, "failed");
    expect(await targetsOf(id)).toMatchObject({
      [moved.ids[0]!]: { state: "refused", reason: "wrong_area" },
      [ids[0]!]: { state: "refused", reason: "expired" },
      [forged.ids[0]!]: { state: "refused", reason: "unknown_key" },
    });
    for (const { fleet } of [moved, forged]) expect(fleet.counters.plays).toEqual([]);
  }, 60_000);

  it("reaches a speaker that comes back in time, and one that does not stays offline", async () => {
    const village = await makeVillage();
    const [back, gone] = await registerSpeakers(
      platform.api,
      [`sp-${village}-back`, `sp-${village}-gone`],
      village,
    );
    const id = await releaseBroadcast(officer, {
      regions: [village],
      expiresAt: new Date(Date.now() + 9000),
    });
    const fleet = await connect([back!]);
    await until(async () => expect(await targetsOf(id)).toMatchObject({ [back!.id]: { state: "sounded" } }));
    await untilState(id, "completed");
    expect(await targetsOf(id)).toMatchObject({ [gone!.id]: { state: "offline" } });
    const late = await connect([gone!]);
    expect(late.counters.commandsReceived).toBe(0);
    expect(fleet.counters.playsOf(id).get(back!.id)).toBe(1);
  }, 60_000);

  it("falls silent when it is cancelled, and is not played by a speaker that comes later", async () => {
    const village = await makeVillage();
    const { fleet, ids } = await makeSpeakers(village, 3);
    const [absent] = await registerSpeakers(platform.api, [`sp-${village}-absent`], village);
    const id = await releaseBroadcast(officer, { regions: [village], repeatCount: 20 });
    await until(() => expect(fleet.counters.plays).toHaveLength(3));
    await takeStep(officer, id, "cancel", "a wrong message");
    await until(() => expect(fleet.counters.plays.every(({ endedAt }) => endedAt !== undefined)).toBe(true));
    const targets = await targetsOf(id);
    for (const speaker of [...ids, absent!.id])
      expect(targets[speaker]).toMatchObject({ state: "cancelled" });
    const late = await connect([absent!]);
    expect(late.counters.plays).toEqual([]);
    expect(await showBroadcast(platform.api, id)).toMatchObject({ state: "cancelled" });
  }, 60_000);

  it("gives way to a more urgent one and goes on after it; both are proven", async () => {
    const village = await makeVillage();
    const { fleet, ids } = await makeSpeakers(village, 2);
    const minor = await releaseBroadcast(officer, { regions: [village], level: 2, repeatCount: 4 });
    await until(() => expect(fleet.counters.plays).toHaveLength(2));
    const major = await releaseBroadcast(officer, { regions: [village], level: 1 });
    await untilState(major, "completed");
    await untilState(minor, "completed");
    for (const id of [minor, major])
      for (const speaker of ids) expect((await targetsOf(id))[speaker]).toMatchObject({ state: "sounded" });
    expect(fleet.counters.replies.get("interrupted")).toBe(2);
    for (const id of [minor, major]) expect([...fleet.counters.playsOf(id).values()]).toEqual([1, 1]);
  }, 60_000);

  it("is tried again where it failed, and never where it sounded", async () => {
    const village = await makeVillage();
    const ids = [`sp-${village}-good`, `sp-${village}-dead`, `sp-${village}-clock`];
    const speakers = await registerSpeakers(platform.api, ids, village);
    const [good, dead, clock] = ids as [string, string, string];
    const first = await connect([speakers[0]!]);
    const broken = await connect(speakers.slice(1), {
      faults: new Map([
        [dead, { amplifier_dead: 0 }],
        [clock, { wrong_clock: 7200 }],
      ]),
    });
    const id = await releaseBroadcast(officer, { regions: [village], expiresAt: inAnHour() });
    await untilState(id, "completed");
    expect(await targetsOf(id)).toMatchObject({
      [good]: { state: "sounded" },
      [dead]: { state: "failed", reason: "no_sound" },
      [clock]: { state: "refused", reason: "expired" },
    });
    // Somebody has set the clock and replaced the amplifier. What the terminals were told they remember.
    const memory = broken.speakers.memory();
    await broken.stop(0);
    const mended = await connect(speakers.slice(1), { memory });
    await takeStep(officer, id, "retry");
    await until(async () =>
      expect(await targetsOf(id)).toMatchObject({
        [good]: { state: "sounded", attempt: 1 },
        // It had said that the first attempt ended; nobody heard it.
        [dead]: { state: "sounded", reason: null, attempt: 2 },
        [clock]: { state: "sounded", attempt: 2 },
      }),
    );
    await untilState(id, "completed");
    expect(first.counters.playsOf(id).get(good)).toBe(1);
    for (const speaker of [dead, clock]) expect(mended.counters.playsOf(id).get(speaker)).toBe(1);
    await expect(takeStep(officer, id, "retry")).rejects.toThrow();
    expect(first.counters.playsOf(id).get(good)).toBe(1);
  }, 60_000);
});
