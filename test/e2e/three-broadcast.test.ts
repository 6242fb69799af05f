import { rm } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from "vitest";
import type { SpeakerFleet } from "../../simulators/speaker/fleet.ts";
import { createTestDatabase, type TestDatabase } from "../helpers/db.ts";
import { signInDutyOfficer } from "../helpers/duty-officer.ts";
import { makeDataDir } from "../helpers/embedded-templates.ts";
import { connectDevice } from "../helpers/mqtt.ts";
import { PlatformProcess } from "../helpers/platform-process.ts";
import {
  type Api,
  registerSpeakers,
  releaseBroadcast,
  showBroadcast,
  startSpeakers,
  takeStep,
} from "./broadcast-stage.ts";

const NAMES = ["a", "b", "c"] as const;
type Name = (typeof NAMES)[number];
const EACH = 4;

/** Some ten seconds. */
const LONG = "暴雨红色预警请立即转移到高处不要在河边停留不要返回家中取财物听从指挥";

/** One platform in three processes, each with speakers at its own door. Embedded databases have one process each. */
describe.runIf(process.env.DATABASE_URL)("broadcasts of three processes", () => {
  let db: TestDatabase;
  const folders = new Map<Name, string>();
  const running = new Map<Name, PlatformProcess>();
  const fleets = new Map<Name, SpeakerFleet>();
  const officers = new Map<Name, Api>();
  const processOf = (name: Name) => running.get(name)!;
  const officerAt = (name: Name) => officers.get(name)!;
  let village: string;

  const start = async (name: Name, ports: Record<string, string> = {}) => {
    const platform = await PlatformProcess.start({
      dataDir: folders.get(name)!,
      databaseUrl: db.url,
      env: { INSTANCE_ID: name, BROADCAST_KEYS_DIR: folders.get("a")!, LOG_LEVEL: "info", ...ports },
    });
    running.set(name, platform);
  };
  const holder = async (): Promise<Name> => {
    const { rows } = await db.pool.query<{ instance: Name }>(
      `select instance from leases join processes using (process_no)
       where duty = 'dispatch' and until > clock_timestamp()`,
    );
    return rows[0]?.instance as Name;
  };
  const untilHolder = async (beside?: Name) => {
    const wait = { timeout: 60_000, interval: 100 };
    return vi.waitFor(async () => {
      const name = await holder();
      if (name === undefined || name === beside) throw new Error(`'${name}' dispatches`);
      return name;
    }, wait);
  };
  const beside = (...names: Name[]) => NAMES.find((name) => !names.includes(name))!;
  const until = (check: () => unknown) => vi.waitFor(check, { timeout: 90_000, interval: 100 });
  const listening = () =>
    Promise.all([...fleets.values()].map((fleet) => fleet.untilListening(EACH, 60_000)));

  /** What every speaker played of a broadcast, by its own record. */
  const plays = (id: string) =>
    [...fleets.values()].flatMap(({ counters }) => counters.plays.filter((play) => play.broadcastId === id));
  const timesOf = (id: string) =>
    [...fleets.values()].flatMap(({ counters }) => [...counters.playsOf(id).values()]);

  beforeAll(async () => {
    db = await createTestDatabase({ regions: true });
    for (const name of NAMES) folders.set(name, await makeDataDir());
    await Promise.all(NAMES.map((name) => start(name)));
    const { rows } = await db.pool.query("select code from regions where level = 5 order by code limit 1");
    village = rows[0].code;
    for (const name of NAMES) {
      const platform = processOf(name);
      const ids = Array.from({ length: EACH }, (_, i) => `tri-${name}-${i}`);
      const speakers = await registerSpeakers((path, init) => platform.api(path, init), ids, village);
      fleets.set(name, startSpeakers(platform, speakers));
      officers.set(
        name,
        await signInDutyOfficer(
          (path, init) => platform.api(path, init),
          () => processOf(name).httpPort,
        ),
      );
    }
    await listening();
  }, 240_000);
  afterAll(async () => {
    await Promise.all([...fleets.values()].map((fleet) => fleet.stop(0)));
    await Promise.all([...running.values()].map((each) => each.end("SIGTERM")));
    await db.drop();
    await Promise.all([...folders.values()].map((folder) => rm(folder, { recursive: true, force: true })));
  }, 60_000);

  it("sign by the keys that all of them share", async () => {
    const keys = await Promise.all(
      NAMES.map((name) => processOf(name).api<{ keys: { kid: string }[] }>("/v1/broadcasts/keys")),
    );
    expect(new Set(keys.map((each) => JSON.stringify(each.keys))).size).toBe(1);
    expect(keys[0]!.keys).toHaveLength(1);
  });

  it("reach every speaker from whichever was asked, and prove that each has sounded once", async () => {
    const asked = beside(await untilHolder());
    const id = await releaseBroadcast(officerAt(asked), { regions: [village] });
    await until(async () =>
      expect(await showBroadcast(officerAt(asked), id)).toMatchObject({
        state: "completed",
        counts: { sounded: 3 * EACH },
      }),
    );
    expect(timesOf(id)).toEqual(Array.from({ length: 3 * EACH }, () => 1));
  }, 120_000);

  it("stop all of them when one is asked, which answers that the stop is on its way", async () => {
    const dispatching = await untilHolder();
    const [asked, other] = NAMES.filter((name) => name !== dispatching) as [Name, Name];
    const id = await releaseBroadcast(officerAt(asked), { regions: [village], text: LONG, repeatCount: 5 });
    await until(() => expect(timesOf(id)).toHaveLength(3 * EACH));
    const cancelled = await takeStep(officerAt(other), id, "cancel", "a test");
    expect(cancelled).toMatchObject({ state: "cancelled", stop: "on_its_way" });
    await until(() => expect(plays(id).every(({ endedAt }) => endedAt !== undefined)).toBe(true));
    await until(async () =>
      expect(await showBroadcast(officerAt(asked), id)).toMatchObject({
        counts: { cancelled: 3 * EACH },
      }),
    );
  }, 120_000);

  it.each([["SIGKILL"], ["SIGSTOP"]] as const)(
    "end truthfully and without a second play when the one that dispatches gets %s in the middle",
    async (signal) => {
      const dispatching = await untilHolder();
      const asked = beside(dispatching);
      const id = await releaseBroadcast(officerAt(asked), { regions: [village], text: LONG });
      await until(() => expect(timesOf(id).length).toBeGreaterThan(EACH));
      const { mqttPort, httpPort } = processOf(dispatching);
      if (signal === "SIGKILL") await processOf(dispatching).end(signal);
      else processOf(dispatching).child.kill(signal);
      await untilHolder(dispatching);
      if (signal === "SIGKILL") {
        await start(dispatching, { MQTT_PORT: String(mqttPort), HTTP_PORT: String(httpPort) });
      } else processOf(dispatching).child.kill("SIGCONT");
      await until(async () =>
        expect(await showBroadcast(officerAt(asked), id)).toMatchObject({
          state: "completed",
          counts: { sounded: 3 * EACH },
        }),
      );
      expect(timesOf(id)).toEqual(Array.from({ length: 3 * EACH }, () => 1));
      await listening();
    },
    240_000,
  );

  it("hand a command to a device of another, and say 409 only where none has it", async () => {
    const device = await processOf("a").register("tri-meter");
    const command = { method: "POST", body: { name: "close-valve" } };
    const send = (name: Name) =>
      processOf(name).api<{ delivered: boolean }>("/v1/devices/tri-meter/commands", command);
    await expect(send("a")).rejects.toThrow("409");
    const client = await connectDevice(processOf("b").mqttPort, "tri-meter", device.token);
    const heard: string[] = [];
    client.on("message", (_topic, payload) => heard.push(JSON.parse(payload.toString()).name));
    await client.subscribeAsync("v1/devices/tri-meter/commands", { qos: 1 });
    onTestFinished(() => client.endAsync(true));
    for (const [i, name] of NAMES.entries()) {
      // It is known to the others once its presence is written.
      await vi.waitFor(async () => expect(await send(name)).toMatchObject({ delivered: true }), {
        timeout: 20_000,
        interval: 200,
      });
      await until(() => expect(heard).toHaveLength(i + 1));
    }
  }, 60_000);
});
