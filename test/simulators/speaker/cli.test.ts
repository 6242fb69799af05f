import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { runCli } from "../../../simulators/cli.ts";
import { writeCredentials } from "../../../simulators/credentials.ts";
import { readMemory } from "../../../simulators/speaker/memory-file.ts";
import { builtCommand } from "../../helpers/built.ts";
import { startBroker, type TestBroker } from "../broker.ts";
import { type Asked, ledger, problem, startPlatformDouble } from "../platform-double.ts";
import { command, openKeys, startOrder } from "./commands.ts";

const WITHIN = { timeout: 10_000, interval: 10 };
/** With the start of a process in it. */
const LONG = { timeout: 60_000, interval: 50 };
const credential = (id: string) => ({
  id,
  kind: "speaker",
  regionCode: "520326001001",
  username: id,
  password: "p",
});

describe("speakers on the command line", () => {
  let broker: TestBroker;
  let keys: Awaited<ReturnType<typeof openKeys>>;
  let platform: Awaited<ReturnType<typeof startPlatformDouble>>;
  let dir: string;
  let file: string;
  let errors: string;
  let hasKeys: boolean;

  const answer = ({ path }: Asked) => {
    const sp1 = { id: "sp-1", location: { longitude: 107.9, latitude: 28.5 } };
    if (path === "/v1/broadcasts/keys" && hasKeys) return { status: 200, body: keys.ring.jwks() };
    if (path === "/v1/devices?kind=speaker&limit=1000")
      return { status: 200, body: { items: [sp1], nextCursor: "more" } };
    if (path === "/v1/devices?kind=speaker&limit=1000&cursor=more") {
      return { status: 200, body: { items: [{ id: "sp-2", location: null }], nextCursor: null } };
    }
    if (path.endsWith("/ledger")) {
      const id = path.split("/")[3]!;
      return { status: 200, body: ledger(broker.received.filter(({ clientId }) => clientId === id).length) };
    }
    if (path.endsWith("/latest")) return { status: 200, body: { reading: null } };
    return problem(404, "not_found", "there is nothing here");
  };

  beforeEach(async () => {
    hasKeys = true;
    errors = "";
    [broker, keys, platform, dir] = await Promise.all([
      startBroker(),
      openKeys(),
      startPlatformDouble(answer),
      mkdtemp(join(tmpdir(), "sbi-cli-")),
    ]);
    file = join(dir, "fleet.json");
    await writeCredentials(file, { mqttUrl: broker.url, devices: [credential("sp-1"), credential("sp-2")] });
  });
  afterEach(async () => {
    await Promise.all([
      broker.close(),
      keys.close(),
      platform.close(),
      rm(dir, { recursive: true, force: true }),
    ]);
  });

  const note = (text: string) => {
    errors += text;
  };
  const run = (args: readonly string[], stop: AbortSignal) =>
    runCli({
      args: ["--credentials", file, "--http", platform.url, ...args],
      stdout: { write: () => true },
      stderr: { write: note } as unknown as NodeJS.WriteStream,
      stop,
      impatient: new AbortController().signal,
    });
  const replies = (id: string) =>
    broker.received
      .filter(({ topic }) => topic === `v1/devices/${id}/replies`)
      .map(({ payload }) => JSON.parse(payload) as { outcome: string; reason?: string });

  it("verify with the platform's keys, know where they stand, and remember over a restart", async () => {
    const circle = { longitude: 107.9, latitude: 28.5, radiusKm: 1 };
    const texts = [{ language: "en", headline: "x", description: "Go." }];
    const order = startOrder({
      at: Date.now(),
      texts,
      target: { regions: [], polygons: [], circles: [circle] },
    });
    const bytes = await command(keys.ring, order);
    const play = async (check: () => void) => {
      const stop = new AbortController();
      const connects = broker.connects.length;
      const running = run(["--quiet", "--key", "k"], stop.signal);
      await broker.until(() => broker.connects.length === connects + 2);
      // Sent until it is heard, as a platform does; the answers are the same each time.
      await vi.waitFor(() => {
        for (const id of ["sp-1", "sp-2"]) broker.publish(`v1/devices/${id}/commands`, bytes);
        check();
      }, WITHIN);
      stop.abort();
      expect(await running).toBe(0);
    };
    await play(() => {
      expect(replies("sp-1").some(({ outcome }) => outcome === "ended")).toBe(true);
      expect(replies("sp-2").some(({ reason }) => reason === "wrong_area")).toBe(true);
    });
    expect((await readdir(dir)).sort()).toEqual(["fleet-speakers.json", "fleet.json"]);
    expect(JSON.parse(await readFile(join(dir, "fleet-speakers.json"), "utf8"))).toMatchObject({
      speakers: { "sp-1": { tasks: [{ commandId: "b-1.1", phase: "done" }] } },
    });
    const started = () =>
      new Set(
        replies("sp-1")
          .filter(({ outcome }) => outcome === "started")
          .map((reply) => JSON.stringify(reply)),
      );
    const before = replies("sp-1").length;
    await play(() => expect(replies("sp-1").length).toBeGreaterThanOrEqual(before + 3));
    // The same moment each time: it has sounded once.
    expect(started().size).toBe(1);
  });

  it("know after a kill at the first sound what they had begun, and do not play it again", async () => {
    const child = spawn(
      process.execPath,
      [...builtCommand("simulators/cli"), "--credentials", file, "--http", platform.url, "--quiet"],
      { stdio: "ignore" },
    );
    const gone = once(child, "exit");
    try {
      const target = { regions: ["520326"], polygons: [], circles: [] };
      const bytes = await command(keys.ring, startOrder({ at: Date.now(), target, repeatCount: 20 }));
      await broker.until(() => broker.connects.length === 2);
      await vi.waitFor(() => {
        for (const id of ["sp-1", "sp-2"]) broker.publish(`v1/devices/${id}/commands`, bytes);
        expect(replies("sp-1").some(({ outcome }) => outcome === "started")).toBe(true);
      }, LONG);
    } finally {
      child.kill("SIGKILL");
      await gone;
    }
    const memory = await readMemory(join(dir, "fleet-speakers.json"));
    const [task] = memory!.speakers["sp-1"]!.tasks;
    expect(task).toMatchObject({ commandId: "b-1.1", phase: "playing" });
    expect(task!.replies.map(({ outcome }) => outcome)).toEqual(["accepted", "started"]);
    const stop = new AbortController();
    const running = run(["--quiet"], stop.signal);
    const restarted = () => replies("sp-1").filter(({ reason }) => reason === "restarted");
    await vi.waitFor(() => expect(restarted()).toHaveLength(1), WITHIN);
    stop.abort();
    await running;
  });

  it("go on reporting when the platform has no keys, and say so once", async () => {
    hasKeys = false;
    const stop = new AbortController();
    const running = run([], stop.signal);
    await vi.waitFor(
      () => expect(errors).toContain("Speakers have no new keys to verify with: GET "),
      WITHIN,
    );
    await broker.until(() => broker.received.length >= 2);
    stop.abort();
    expect(await running).toBe(0);
    expect(errors.split("Speakers have no new keys").length - 1).toBe(1);
  });

  it("may have faults, but not those who are no speakers of the fleet", async () => {
    const { signal } = new AbortController();
    expect(await run(["--speaker-fault", "deaf=sp-1,gm-1", "--speaker-fault=mute=gm-2"], signal)).toBe(2);
    expect(errors).toContain(
      "--speaker-fault names gm-1, gm-2, but the credentials file has no such speaker",
    );
    expect(await run(["--speaker-fault", "lazy=sp-1"], signal)).toBe(2);
    expect(errors).toContain("--speaker-fault is 'lazy=sp-1', expected FAULT=DEVICE,…");
  });

  it("may be given a root, and then take no keys that it has not signed", async () => {
    expect(await run(["--root", "mine"], new AbortController().signal)).toBe(2);
    expect(errors).toContain("--root is 'mine', expected the 43 characters that broadcast:keys -- root show");
    const stop = new AbortController();
    const running = run(["--root", "PUAXw-hDiVqStwqnTRt-vJyYLM8uxJaMwM1V8Sr0Zgw"], stop.signal);
    await vi.waitFor(() => expect(errors).toContain("the key set is refused: not_signed"), WITHIN);
    const told = () => broker.received.filter(({ payload }) => payload.includes('"bad_key_set"'));
    await vi.waitFor(() => expect(new Set(told().map(({ clientId }) => clientId)).size).toBe(2), WITHIN);
    stop.abort();
    expect(await running).toBe(0);
  });

  it("do not begin with a memory that is damaged", async () => {
    await writeFile(join(dir, "fleet-speakers.json"), '{"version":');
    expect(await run([], new AbortController().signal)).toBe(2);
    expect(errors).toContain("fleet-speakers.json is damaged");
    expect(broker.connects).toEqual([]);
  });
});
