import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { MAX_KEYS_BYTES } from "../../../broadcast/contract/key-set.ts";
import { type KeyRing, openKeyRing } from "../../../broadcast/signing/key-ring.ts";
import { signHere } from "../../../broadcast/signing/key-set-care.ts";
import { createRootKey, type RootKey, readRootKey } from "../../../broadcast/signing/root.ts";
import { speaker as speakerKind } from "../../../devices/kinds/speaker/kind.ts";
import { fetchBroadcastKeys } from "../../../simulators/platform.ts";
import { createSpeakerFleet, type SpeakerFleet } from "../../../simulators/speaker/fleet.ts";
import { createMemoryFile, readMemory } from "../../../simulators/speaker/memory-file.ts";
import { judge } from "../../devices/judge.ts";
import { startBroker, type TestBroker } from "../broker.ts";
import { startPlatformDouble } from "../platform-double.ts";
import { command, startOrder, VILLAGE } from "./commands.ts";

/**
 * Somebody holds the network between a speaker and its platform: the broker, and the web server that it asks for
 * keys. They have keys of their own, and a root of their own.
 */
const WITHIN = { timeout: 10_000, interval: 10 };
const ISSUER = "sbi-test";

let dir: string;
let root: RootKey;
let ring: KeyRing;
let forger: KeyRing;
let broker: TestBroker;
let between: Awaited<ReturnType<typeof startPlatformDouble>>;
let answer: () => unknown;
let fleet: SpeakerFleet | undefined;

/** A platform with a root beside it. */
async function makePlatform(name: string): Promise<{ root: RootKey; ring: KeyRing }> {
  const path = join(dir, name, "root.json");
  await createRootKey(path);
  const made = readRootKey(path);
  const opened = await openKeyRing(join(dir, name));
  await signHere(opened, made, { issuer: ISSUER });
  return { root: made, ring: opened };
}

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "sbi-forged-"));
  ({ root, ring } = await makePlatform("platform"));
  ({ ring: forger } = await makePlatform("forger"));
  answer = () => ring.publishedKeys();
  [broker, between] = await Promise.all([
    startBroker(),
    startPlatformDouble(() => ({ status: 200, body: answer() })),
  ]);
});
afterEach(async () => {
  await fleet?.stop(0);
  fleet = undefined;
  await Promise.all([broker.close(), between.close()]);
  await rm(dir, { recursive: true, force: true, maxRetries: 3 });
});

const memoryFile = () => join(dir, "speakers.json");
const open = async (roots: readonly string[], fetchKeysEveryMs = 600_000) => {
  const file = createMemoryFile(memoryFile(), () => fleet!.speakers.memory());
  fleet = createSpeakerFleet({
    mqttUrl: broker.url,
    speakers: [{ id: "sp-1", regionCode: VILLAGE, username: "sp-1", password: "secret" }],
    fetchKeys: () => fetchBroadcastKeys(between.url),
    roots,
    memory: await readMemory(memoryFile()),
    keep: () => file.keep(),
    refetchKeysMs: 0,
    fetchKeysEveryMs,
    timeScale: 100,
    telemetryWhilePlayingMs: 20,
    spreadMs: 20,
    reconnect: { shortestWaitMs: 5, longestWaitMs: 50 },
  });
  await fleet.untilListening(1, 10_000);
  return async () => {
    await fleet!.stop(1000);
    await file.close();
  };
};
const send = async (by: KeyRing, id: string) =>
  broker.publish("v1/devices/sp-1/commands", await command(by, startOrder({ id, at: Date.now() })));
const items = (channel: string) =>
  broker.received
    .filter(({ topic }) => topic === `v1/devices/sp-1/${channel}`)
    .flatMap(({ payload }) => [JSON.parse(payload)].flat() as Record<string, unknown>[]);
const badSets = () =>
  items("events").flatMap(({ reason, detail }) => (reason === "bad_key_set" ? [detail] : []));
const plays = (id: string) => fleet!.counters.playsOf(id).get("sp-1") ?? 0;
const refused = (id: string) => () =>
  expect(items("replies").find(({ commandId }) => commandId === `${id}.1`)).toMatchObject({
    outcome: "refused",
    reason: "unknown_key",
  });

describe("keys that somebody on the network has forged", () => {
  it("make a speaker sound that was given no root", async () => {
    answer = () => forger.publishedKeys();
    await open([]);
    await send(forger, "forged");
    await vi.waitFor(() => expect(plays("forged")).toBe(1), WITHIN);
  });

  it("are refused by one that was, which tells of them, and goes on obeying its platform", async () => {
    const close = await open([root.publicHalf]);
    await vi.waitFor(
      () => expect(items("events")).toMatchObject([{ type: "key_set_taken", version: 1 }]),
      WITHIN,
    );
    answer = () => forger.publishedKeys();
    await send(forger, "forged-1");
    await vi.waitFor(refused("forged-1"), WITHIN);
    // The forger's keys in a set that says it is the root's, and bare ones beside a set that is.
    const stolen = ring.publishedKeys();
    answer = () => ({ ...forger.publishedKeys(), signed: null });
    await send(forger, "forged-2");
    await vi.waitFor(refused("forged-2"), WITHIN);
    answer = () => ({ ...forger.publishedKeys(), signed: stolen.signed });
    await send(forger, "forged-3");
    await vi.waitFor(refused("forged-3"), WITHIN);
    await vi.waitFor(() => expect(badSets()).toEqual(["unknown_root", "not_signed"]), WITHIN);
    // An answer that does not end is given up.
    answer = () => ({ ...ring.publishedKeys(), more: "x".repeat(MAX_KEYS_BYTES) });
    await expect(fetchBroadcastKeys(between.url)).rejects.toThrow(`more than ${MAX_KEYS_BYTES} bytes`);
    await send(ring, "true");
    await vi.waitFor(() => expect(plays("true")).toBe(1), WITHIN);

    // A key that was stolen, and then taken out: neither the old set nor a power cut brings it back.
    const thief = await openKeyRing(join(dir, "platform"));
    const order = startOrder({ id: "stolen", at: Date.now() });
    const bytes = await command(thief, order);
    await ring.rotate({ leadMs: 0, overlapMs: 0 });
    await signHere(ring, root, { issuer: ISSUER });
    answer = () => ring.publishedKeys();
    await send(ring, "after");
    await vi.waitFor(() => expect(plays("after")).toBe(1), WITHIN);
    answer = () => stolen;
    await close();
    await open([root.publicHalf]);
    broker.publish("v1/devices/sp-1/commands", bytes);
    await vi.waitFor(refused("stolen"), WITHIN);
    await vi.waitFor(() => expect(badSets().at(-1)).toBe("rollback"), WITHIN);
    await send(ring, "again");
    await vi.waitFor(() => expect(plays("again")).toBe(1), WITHIN);
    for (const id of ["forged-1", "forged-2", "forged-3", "stolen"]) expect(plays(id)).toBe(0);
    for (const item of items("events"))
      expect(judge(speakerKind, "events", item, Date.now())).toEqual({ accepts: 1 });
  });
});

describe("a key that was taken out", () => {
  it("is forgotten although no command has come since", async () => {
    await open([root.publicHalf], 20);
    const versions = () => items("events").flatMap(({ version }) => version ?? []);
    await vi.waitFor(() => expect(versions()).toEqual([1]), WITHIN);
    const bytes = await command(ring, startOrder({ id: "stolen", at: Date.now() }));
    await ring.rotate({ leadMs: 0, overlapMs: 0 });
    await signHere(ring, root, { issuer: ISSUER });
    await vi.waitFor(() => expect(versions()).toEqual([1, 2]), WITHIN);
    broker.publish("v1/devices/sp-1/commands", bytes);
    await vi.waitFor(refused("stolen"), WITHIN);
    expect(plays("stolen")).toBe(0);
  });
});
