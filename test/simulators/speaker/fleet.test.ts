import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { replySchema } from "../../../broadcast/contract/command.ts";
import { speaker as speakerKind } from "../../../devices/kinds/speaker/kind.ts";
import { FAULTS, parseFaults } from "../../../simulators/speaker/faults.ts";
import {
  createSpeakerFleet,
  type SpeakerFleet,
  type SpeakerFleetOptions,
} from "../../../simulators/speaker/fleet.ts";
import { createMemoryFile, readMemory } from "../../../simulators/speaker/memory-file.ts";
import { judge } from "../../devices/judge.ts";
import { startBroker, type TestBroker } from "../broker.ts";
import { type Changes, command, openKeys, startOrder, stopOrder, VILLAGE } from "./commands.ts";

const WITHIN = { timeout: 10_000, interval: 10 };

const speakersOf = (count: number) =>
  Array.from({ length: count }, (_, index) => ({
    id: `sp-${index}`,
    regionCode: index % 2 === 0 ? VILLAGE : "520327001001",
    location: { longitude: 107 + index / 100, latitude: 28.5 },
    username: `sp-${index}`,
    password: "secret",
  }));

let broker: TestBroker;
let keys: Awaited<ReturnType<typeof openKeys>>;
let fleet: SpeakerFleet | undefined;

beforeEach(async () => {
  [broker, keys] = await Promise.all([startBroker(), openKeys()]);
});
afterEach(async () => {
  await fleet?.stop(0);
  fleet = undefined;
  await broker.close();
  await keys.close();
});

const open = async (count: number, options: Partial<SpeakerFleetOptions> = {}, listening = count) => {
  fleet = createSpeakerFleet({
    mqttUrl: broker.url,
    speakers: speakersOf(count),
    fetchKeys: async () => keys.ring.jwks(),
    refetchKeysMs: 0,
    // A text of ten seconds takes a tenth of one.
    timeScale: 100,
    telemetryWhilePlayingMs: 20,
    spreadMs: 20,
    reconnect: { shortestWaitMs: 5, longestWaitMs: 50 },
    ...options,
  });
  await fleet.untilListening(listening, 10_000);
  return fleet;
};
const everywhere = { regions: ["52"], polygons: [], circles: [] };
/** To every speaker, wherever it is, as a careless platform would send it. */
const send = (bytes: Buffer, ids: readonly string[]) => {
  for (const id of ids) broker.publish(`v1/devices/${id}/commands`, bytes);
};
const start = (changes: Changes = {}) =>
  command(keys.ring, startOrder({ at: Date.now(), target: everywhere, ...changes }));
const ids = (count: number) => speakersOf(count).map(({ id }) => id);

const itemsOf = (channel: string, id?: string) =>
  broker.received
    .filter(({ topic }) => topic.endsWith(`/${channel}`) && (id === undefined || topic.split("/")[2] === id))
    .flatMap(({ payload }) => [JSON.parse(payload)].flat() as Record<string, unknown>[]);
const outcomes = (id: string) => itemsOf("replies", id).map(({ outcome }) => outcome);
const resolved = (count: number) => () =>
  expect(
    itemsOf("replies").filter(({ outcome }) => ["ended", "refused", "failed"].includes(outcome as string)),
  ).toHaveLength(count);
/** Readings between a speaker's started and ended replies. */
const readingsWhilePlaying = (id: string) => {
  const moment = (outcome: string) =>
    Date.parse(itemsOf("replies", id).find((reply) => reply.outcome === outcome)!.observedAt as string);
  const [from, to] = [moment("started"), moment("ended")];
  return itemsOf("telemetry", id).filter(({ observedAt }) => {
    const at = Date.parse(observedAt as string);
    // What it measures at rest again may have the very moment of its end.
    return at >= from && at < to;
  });
};

describe("a fleet of speakers", () => {
  it("plays a broadcast where it is meant for, once, and proves that it sounded", async () => {
    const { counters, speakers } = await open(20);
    send(await start({ target: { regions: ["520326"], polygons: [], circles: [] }, volume: 90 }), ids(20));
    await vi.waitFor(resolved(20), WITHIN);
    expect(Object.fromEntries(counters.replies)).toEqual({
      accepted: 10,
      started: 10,
      ended: 10,
      "refused:wrong_area": 10,
    });
    expect(counters.commandsReceived).toBe(20);
    expect([...counters.playsOf("b-1").values()]).toEqual(Array.from({ length: 10 }, () => 1));
    // Twenty speakers, one signature, one look at the keys.
    expect(speakers.verifier.verifications).toBe(1);
    expect(speakers.keys.fetches).toBe(1);
    for (const reply of itemsOf("replies")) replySchema.parse(reply);
    // Each with a voice of its own: 45 characters take a newsreader ten seconds.
    const lengths = itemsOf("replies").flatMap(({ outcome, secondsPlayed }) =>
      outcome === "ended" ? [secondsPlayed as number] : [],
    );
    expect(Math.min(...lengths)).toBeGreaterThanOrEqual(45 / 6.6 - 0.1);
    expect(Math.max(...lengths)).toBeLessThanOrEqual(45 / 4.2 + 0.1);
    expect(new Set(lengths).size).toBeGreaterThan(5);
    const [first] = readingsWhilePlaying("sp-0");
    expect(first).toMatchObject({ play_state: "playing", volume: 90 });
    expect(first!.amplifier_current).toBeGreaterThan(0.5);
    expect(first!.sound_level).toBeGreaterThan(75);
    expect(first).toHaveProperty("mains_voltage");
  });

  it("sends what the platform takes: readings and events of its kind", async () => {
    await open(2);
    send(await start({ mode: "drill" }), ids(2));
    await vi.waitFor(resolved(2), WITHIN);
    await vi.waitFor(() => expect(itemsOf("events")).toHaveLength(4), WITHIN);
    for (const channel of ["telemetry", "events"] as const) {
      for (const item of itemsOf(channel))
        expect(judge(speakerKind, channel, item, Date.now())).toEqual({ accepts: 1 });
    }
    expect(itemsOf("replies").filter(({ announcement }) => announcement === "演习/Drill")).toHaveLength(2);
  });

  it("plays no command twice that is sent again and again, and gives the answers of before", async () => {
    const { counters } = await open(5);
    const bytes = await start();
    for (let i = 0; i < 4; i++) send(bytes, ids(5));
    await vi.waitFor(() => expect(counters.replies.get("ended")).toBe(5), WITHIN);
    send(bytes, ids(5));
    await vi.waitFor(() => expect(counters.replies.get("ended")).toBe(10), WITHIN);
    expect(counters.playsOf("b-1").size).toBe(5);
    expect([...counters.playsOf("b-1").values()]).toEqual([1, 1, 1, 1, 1]);
    await vi.waitFor(
      () => expect(itemsOf("replies", "sp-3").filter(({ outcome }) => outcome === "ended")).toHaveLength(2),
      WITHIN,
    );
    const distinct = new Set(itemsOf("replies", "sp-3").map((reply) => JSON.stringify(reply)));
    expect(distinct.size).toBe(3);
  });

  it("falls silent at a stop, and plays nothing that was stopped before it came", async () => {
    const { counters } = await open(4);
    send(await start({ repeatCount: 20 }), ids(4));
    await vi.waitFor(() => expect(counters.replies.get("started")).toBe(4), WITHIN);
    const stop = async (id: string) =>
      command(keys.ring, stopOrder({ id, at: Date.now(), target: everywhere }));
    send(await stop("b-1"), ids(4));
    await vi.waitFor(() => expect(counters.replies.get("stopped")).toBe(8), WITHIN);
    expect(counters.plays.every(({ endedAt }) => endedAt !== undefined)).toBe(true);
    send(await stop("b-2"), ids(4));
    await vi.waitFor(() => expect(counters.replies.get("stopped")).toBe(12), WITHIN);
    send(await start({ id: "b-2" }), ids(4));
    await vi.waitFor(() => expect(counters.replies.get("refused:cancelled")).toBe(4), WITHIN);
    expect(counters.playsOf("b-2").size).toBe(0);
  });

  it("tells of forged commands, and plays none of them", async () => {
    const { counters } = await open(3);
    const bytes = (await start()).toString();
    const { jws } = JSON.parse(bytes) as { jws: string };
    const [header, payload, signature] = jws.split(".");
    const altered = `${header}.${payload!.slice(0, -4)}AAAA.${signature}`;
    send(Buffer.from(JSON.stringify({ commandId: "b-1.1", jws: altered })), ids(3));
    await vi.waitFor(
      () => expect(itemsOf("events").filter(({ type }) => type === "verification_failed")).toHaveLength(3),
      WITHIN,
    );
    expect(Object.fromEntries(counters.replies)).toEqual({ "refused:bad_signature": 3 });
    expect(counters.plays).toEqual([]);
  });

  it("hears again after its connections broke", async () => {
    const { counters } = await open(3);
    broker.breakConnections();
    await broker.until(() => broker.connects.length === 6);
    await fleet!.untilListening(3, 10_000);
    send(await start(), ids(3));
    await vi.waitFor(resolved(3), WITHIN);
    expect(counters.replies.get("ended")).toBe(3);
  });

  it("leaves nothing running when it is stopped in the middle", async () => {
    const { counters, stop } = await open(3);
    send(await start({ repeatCount: 20 }), ids(3));
    await vi.waitFor(() => expect(counters.replies.get("started")).toBe(3), WITHIN);
    await stop(1000);
    const { length } = broker.received;
    expect(fleet!.listening).toBe(0);
    await new Promise((resolve) => setImmediate(resolve));
    expect(broker.received).toHaveLength(length);
  });
});

describe("a speaker with a fault", () => {
  const withFault = async (fault: string, seconds: number, listening = 2) =>
    open(2, { faults: new Map([["sp-0", { [fault]: seconds }]]) }, listening);

  it.each([
    ["amplifier_dead", { play_state: "playing" }],
    ["mute", { play_state: "playing", volume: 0 }],
  ])("%s says that it plays, and its readings say that it does not", async (fault, shown) => {
    await withFault(fault, 0);
    send(await start({ volume: 80 }), ids(2));
    await vi.waitFor(resolved(2), WITHIN);
    expect(outcomes("sp-0")).toEqual(["accepted", "started", "ended"]);
    const readings = readingsWhilePlaying("sp-0");
    expect(readings.length).toBeGreaterThan(0);
    for (const reading of readings) {
      expect(reading).toMatchObject(shown);
      expect(reading.amplifier_current).toBeLessThan(0.1);
      expect(reading.sound_level).toBeLessThanOrEqual(65);
    }
    expect(readingsWhilePlaying("sp-1")[0]!.amplifier_current).toBeGreaterThan(0.5);
  });

  it("deaf is online and answers nothing", async () => {
    const { counters } = await withFault("deaf", 0);
    send(await start(), ids(2));
    await vi.waitFor(resolved(1), WITHIN);
    expect(counters.commandsReceived).toBe(2);
    expect(outcomes("sp-0")).toEqual([]);
  });

  it("slow answers later than others", async () => {
    await withFault("slow", 0.3);
    send(await start(), ids(2));
    await vi.waitFor(resolved(2), WITHIN);
    const accepted = (id: string) => Date.parse(itemsOf("replies", id)[0]!.observedAt as string);
    expect(accepted("sp-0") - accepted("sp-1")).toBeGreaterThanOrEqual(250);
  });

  it.each([
    [7200, "expired"],
    [-7200, "not_yet_valid"],
  ])("wrong_clock by %i s refuses as %s, by its own clock", async (seconds, reason) => {
    await withFault("wrong_clock", seconds);
    send(await start(), ids(2));
    await vi.waitFor(resolved(2), WITHIN);
    const [reply] = itemsOf("replies", "sp-0");
    expect(reply).toMatchObject({ outcome: "refused", reason });
    expect(Math.abs(Date.parse(reply!.observedAt as string) - Date.now() - seconds * 1000)).toBeLessThan(
      10_000,
    );
  });

  it("offline_then_back hears what is sent once it is there", async () => {
    const { counters } = await withFault("offline_then_back", 0.3, 1);
    send(await start(), ids(2));
    await vi.waitFor(resolved(1), WITHIN);
    await fleet!.untilListening(2, 10_000);
    send(await start({ id: "b-2" }), ids(2));
    await vi.waitFor(resolved(3), WITHIN);
    expect(counters.playsOf("b-1").has("sp-0")).toBe(false);
    expect(counters.playsOf("b-2").get("sp-0")).toBe(1);
  });

  it("restarts_while_playing fails, comes back, and plays it again only in another attempt", async () => {
    const { counters } = await withFault("restarts_while_playing", 0.1);
    const bytes = await start();
    send(bytes, ids(2));
    await vi.waitFor(resolved(2), WITHIN);
    // What was not acknowledged when the power went may have arrived, and is sent again.
    expect([...new Set(outcomes("sp-0"))]).toEqual(["accepted", "started", "failed"]);
    expect(itemsOf("replies", "sp-0").at(-1)).toMatchObject({ reason: "restarted" });
    await fleet!.untilListening(2, 10_000);
    send(bytes, ["sp-0"]);
    await vi.waitFor(() => expect(counters.replies.get("failed")).toBe(2), WITHIN);
    expect(counters.playsOf("b-1").get("sp-0")).toBe(1);
    send(await start({ attempt: 2 }), ["sp-0"]);
    await vi.waitFor(
      () => expect(itemsOf("replies", "sp-0").at(-1)).toMatchObject({ outcome: "ended", attempt: 2 }),
      WITHIN,
    );
  });
});

describe("faults on the command line", () => {
  it("name what is wrong, for how long, and with whom", () => {
    const faults = parseFaults(["amplifier_dead=sp-1,sp-2", "slow:12.5=sp-2", "wrong_clock:-60=sp-3"]);
    expect(Object.fromEntries(faults)).toEqual({
      "sp-1": { amplifier_dead: 0 },
      "sp-2": { amplifier_dead: 0, slow: 12.5 },
      "sp-3": { wrong_clock: -60 },
    });
    for (const name of Object.keys(FAULTS)) expect(parseFaults([`${name}=x`]).has("x")).toBe(true);
  });

  it("that are wrong are all listed at once", () => {
    const entries = ["broken=sp-1", "slow", "slow:x=sp-1", "slow:-1=sp-1", "mute:3=sp-1", "mute=sp-1,,sp-2"];
    let message = "";
    try {
      parseFaults(entries);
    } catch (error) {
      ({ message } = error as Error);
    }
    expect(message.split("\n")).toHaveLength(entries.length);
    expect(message).toContain("--speaker-fault is 'broken=sp-1', expected FAULT=DEVICE,…");
    expect(message).toContain("mute takes no seconds");
  });
});

describe("a fleet's memory", () => {
  let dir: string;
  let path: string;
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), "sbi-speakers-"));
    path = join(dir, "fleet-speakers.json");
  });
  afterEach(() => rm(dir, { recursive: true, force: true }));

  it("outlives the process: what was played, stopped and interrupted before is known after", async () => {
    const first = await open(2, { speakers: speakersOf(2), keep: () => file.keep() });
    const file = createMemoryFile(path, () => first.speakers.memory());
    const played = await start();
    send(played, ids(2));
    await vi.waitFor(resolved(2), WITHIN);
    send(await start({ id: "b-2", repeatCount: 20 }), ids(2));
    await vi.waitFor(() => expect(first.counters.replies.get("started")).toBe(4), WITHIN);
    await first.stop();
    await file.close();
    expect(await readdir(dir)).toEqual(["fleet-speakers.json"]);
    // The text of a broadcast stands there once, not once per speaker.
    expect((await readFile(path, "utf8")).split("repeatCount").length - 1).toBe(2);

    const { counters } = await open(2, { memory: await readMemory(path) });
    await vi.waitFor(() => expect(counters.replies.get("failed")).toBe(2), WITHIN);
    expect(itemsOf("replies", "sp-0").at(-1)).toMatchObject({ commandId: "b-2.1", reason: "restarted" });
    send(played, ids(2));
    await vi.waitFor(() => expect(counters.replies.get("ended")).toBe(2), WITHIN);
    expect(counters.plays).toEqual([]);
  });

  it("is kept before anything sounds or is said, and the sound waits for it", async () => {
    const kept: string[] = [];
    let isWritten = () => {};
    const written = new Promise<void>((resolve) => {
      isWritten = resolve;
    });
    const { counters, speakers } = await open(2, {
      keep() {
        kept.push(JSON.stringify(speakers.memory()));
        return written;
      },
    });
    send(await start({ repeatCount: 20 }), ids(2));
    await vi.waitFor(() => expect(kept.some((text) => text.includes('"started"'))).toBe(true), WITHIN);
    // Each has its task, and nobody has heard of it.
    await vi.waitFor(() => expect(Object.keys(JSON.parse(kept.at(-1)!).speakers)).toHaveLength(2), WITHIN);
    expect([counters.plays.length, itemsOf("replies").length]).toEqual([0, 0]);
    isWritten();
    await vi.waitFor(() => expect(counters.replies.get("started")).toBe(2), WITHIN);
    expect(counters.playsOf("b-1").size).toBe(2);
    await vi.waitFor(() => expect(outcomes("sp-0").slice(0, 2)).toEqual(["accepted", "started"]), WITHIN);
  });

  it("that cannot be written silences nothing, and tells of it at the end", async () => {
    const file = createMemoryFile(join(dir, "fleet-speakers.json", "x"), () => fleet!.speakers.memory());
    await writeFile(path, "");
    const { counters } = await open(2, { keep: () => file.keep() });
    send(await start(), ids(2));
    await vi.waitFor(() => expect(counters.replies.get("ended")).toBe(2), WITHIN);
    await expect(file.close()).rejects.toThrow(/ENOTDIR|EEXIST/);
  });

  it("is nothing where there is no file, and never nothing where the file is damaged", async () => {
    expect(await readMemory(path)).toBeUndefined();
    for (const text of ["", '{"version": 1, "orders"', '{"version": 2}', "[]"]) {
      await writeFile(path, text);
      await expect(readMemory(path)).rejects.toThrow(`The speakers' memory ${path} is damaged`);
    }
  });
});
