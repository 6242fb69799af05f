import { rm } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import type { SpeakerFleet } from "../../simulators/speaker/fleet.ts";
import { createTestDatabase, type TestDatabase } from "../helpers/db.ts";
import { signInDutyOfficer } from "../helpers/duty-officer.ts";
import { makeDataDir } from "../helpers/embedded-templates.ts";
import { PlatformProcess } from "../helpers/platform-process.ts";
import { StallProxy } from "../helpers/stall-proxy.ts";
import {
  type Api,
  registerSpeakers,
  releaseBroadcast,
  type StageSpeaker,
  showBroadcast,
  startSpeakers,
  takeStep,
} from "./broadcast-stage.ts";

/** Some ten seconds. */
const LONG = "暴雨红色预警请立即转移到高处不要在河边停留不要返回家中取财物听从指挥";
type Name = "a" | "b";

/** Two processes; the one that dispatches, and has all speakers, loses its line to the database. */
describe.runIf(process.env.DATABASE_URL)("a process that is cut off from the database", () => {
  let db: TestDatabase;
  let proxy: StallProxy;
  let officer: Api;
  let village: string;
  let early: StageSpeaker[];
  let late: StageSpeaker[];
  const folders: string[] = [];
  const running = new Map<Name, PlatformProcess>();
  const fleets: SpeakerFleet[] = [];
  const fleetOf = (speakers: readonly StageSpeaker[]) => {
    const fleet = startSpeakers(running.get("a")!, speakers);
    fleets.push(fleet);
    return fleet;
  };
  const until = (check: () => unknown) => vi.waitFor(check, { timeout: 90_000, interval: 100 });
  const untilHolder = (name: Name) =>
    until(async () => {
      const { rows } = await db.pool.query(
        `select instance from leases join processes using (process_no)
         where duty = 'dispatch' and until > clock_timestamp()`,
      );
      expect(rows).toEqual([{ instance: name }]);
    });

  beforeAll(async () => {
    db = await createTestDatabase({ regions: true });
    proxy = await StallProxy.start(db.url);
    for (const [name, databaseUrl] of [
      ["a", proxy.url],
      ["b", db.url],
    ] as const) {
      const dataDir = await makeDataDir();
      folders.push(dataDir);
      const env = { INSTANCE_ID: name, BROADCAST_KEYS_DIR: folders[0]! };
      running.set(name, await PlatformProcess.start({ dataDir, databaseUrl, env }));
    }
    await untilHolder("a");
    const { rows } = await db.pool.query("select code from regions where level = 5 order by code limit 1");
    village = rows[0].code;
    const api = (name: Name): Api => {
      return (path, init) => running.get(name)!.api(path, init);
    };
    early = await registerSpeakers(api("a"), ["cut-1", "cut-2"], village);
    late = await registerSpeakers(api("a"), ["cut-late"], village);
    officer = await signInDutyOfficer(api("b"), () => running.get("b")!.httpPort);
  }, 240_000);
  afterAll(async () => {
    await Promise.all(fleets.map((fleet) => fleet.stop(0)));
    proxy.resume();
    await Promise.all([...running.values()].map((each) => each.end("SIGKILL")));
    await proxy.close();
    await db.drop();
    await Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true })));
  }, 60_000);

  it("begins nothing once another has taken over, which says how many speakers a stop may not reach", async () => {
    const sounding = fleetOf(early);
    await sounding.untilListening(2, 60_000);
    const id = await releaseBroadcast(officer, { regions: [village], text: LONG, repeatCount: 10 });
    await until(() => expect(sounding.counters.playsOf(id).size).toBe(2));
    proxy.stall();
    await untilHolder("b");
    const cancelled = await takeStep(officer, id, "cancel", "a test");
    expect(cancelled).toMatchObject({ state: "cancelled", stop: "on_record", stopUnsure: 3 });
    const coming = fleetOf(late);
    await coming.untilListening(1, 60_000);
    proxy.resume();
    // All are told as soon as they can be reached, the one too that nobody knew to have a command.
    await until(() =>
      expect(sounding.counters.plays.every(({ endedAt }) => endedAt !== undefined)).toBe(true),
    );
    await until(() => expect(coming.counters.commandsReceived).toBeGreaterThan(0));
    await until(async () =>
      expect(await showBroadcast(officer, id)).toMatchObject({ counts: { cancelled: 3 } }),
    );
    expect(coming.counters.plays).toEqual([]);
  }, 240_000);
});
