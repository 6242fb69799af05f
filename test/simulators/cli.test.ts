import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { catalog } from "../../devices/catalog.ts";
import { runCli } from "../../simulators/cli.ts";
import { writeCredentials } from "../../simulators/credentials.ts";
import { readOptions } from "../../simulators/options.ts";
import { cast, firstOfEachKind } from "../../simulators/scenario.ts";
import { builtCommand } from "../helpers/built.ts";
import { startBroker, type TestBroker } from "./broker.ts";
import { type Asked, ledger, problem, startPlatformDouble } from "./platform-double.ts";

const device = (id: string, kind: string) => ({
  id,
  kind,
  regionCode: "520326",
  username: id,
  password: "p",
});

describe("the command line", () => {
  it("explains every option and every scenario", async () => {
    let text = "";
    const code = await run(["--help"], { stdout: (part) => (text += part) });
    expect(code).toBe(0);
    for (const flag of [
      "mqtt",
      "http",
      "key",
      "credentials",
      "register",
      "region",
      "kind",
      "prefix",
      "speed-up",
    ]) {
      expect(text).toContain(`--${flag} `);
    }
    for (const flag of [
      "history-days",
      "history-share",
      "duration",
      "scenario",
      "loss",
      "seed",
      "quiet",
      "help",
    ]) {
      expect(text).toContain(`--${flag}`);
    }
    for (const kind of catalog) for (const { name } of kind.scenarios) expect(text).toContain(name);
    for (const line of text.split("\n")) expect(line.length).toBeLessThanOrEqual(110);
  });

  it("has quiet defaults: the demo's devices in real time until Ctrl-C", () => {
    expect(readOptions([])).toEqual({
      mqttUrl: undefined,
      httpUrl: "http://127.0.0.1:8080",
      key: undefined,
      credentials: ".data/demo-credentials.json",
      register: 0,
      region: undefined,
      kind: undefined,
      prefix: "sim",
      speedUp: 1,
      historyDays: 0,
      historyShare: 0.25,
      durationS: 0,
      scenario: undefined,
      scenarioDevice: undefined,
      roots: [],
      speakerFaults: new Map(),
      loss: 0.05,
      seed: 1,
      quiet: false,
    });
  });

  it("reports all wrong options at once", () => {
    const args = "--loss 3 --speed-up fast --register 1.5 --region 12345 --mqtt localhost:1883 --prefix -x";
    expect(() =>
      readOptions(args.replace("--prefix -x", "--prefix=-x").split(" ")),
    ).toThrowErrorMatchingInlineSnapshot(`
      [Error: --mqtt is 'localhost:1883', expected a URL that begins with mqtt:// or mqtts:// or ws:// or wss://
      --register is '1.5', expected a whole number from 0 to 100000
      --speed-up is 'fast', expected a number from 0.1 to 100000
      --loss is '3', expected a number from 0 to 1
      --register needs --key KEY
      --region is '12345', expected a code of 2, 4, 6, 9 or 12 digits
      --prefix is '-x', expected at most 16 letters, digits, '.', '_' or '-']
    `);
  });

  it("refuses an option that it does not know, and a device without a story", () => {
    expect(() => readOptions(["--sped-up", "2"])).toThrow("--sped-up");
    expect(() => readOptions(["--scenario-device", "a"])).toThrow("--scenario-device needs --scenario NAME");
  });
});

describe("the roots of simulated speakers", () => {
  it("may begin with a dash, as one public half in 64 does", () => {
    const dashed = `-${"a".repeat(42)}`;
    expect(readOptions(["--credentials", "file", "--root", dashed])?.roots).toEqual([dashed]);
    expect(() => readOptions(["--root", "-a"])).toThrow("--root is '-a', expected the 43 characters");
    expect(() => readOptions(["--root", "--quiet"])).toThrow("--root needs a value");
  });
});

describe("casting a scenario", () => {
  const devices = [
    device("z", "gas-meter"),
    device("b", "gas-meter"),
    device("c", "camera"),
    device("g", "lora-gateway"),
  ];

  it("takes the first device of the first kind that knows it, or the one that is named", () => {
    expect(cast("leak", devices)).toEqual({ name: "leak", deviceId: "b" });
    expect(cast("sos", devices)).toEqual({ name: "sos", deviceId: "c" });
    expect(cast("tampering", devices, "c")).toEqual({ name: "tampering", deviceId: "c" });
    expect(firstOfEachKind(devices).map(({ id }) => id)).toEqual(["b", "c", "g"]);
  });

  it("silences a gateway only when it is named", () => {
    expect(() => cast("silence", [device("g", "lora-gateway")])).toThrow("No device in the credentials file");
    expect(cast("silence", devices, "g").deviceId).toBe("g");
  });

  it("says what there is when nobody knows it", () => {
    expect(() => cast("flood", devices)).toThrow(/no scenario 'flood', expected one of leak, /);
    expect(() => cast("leak", devices, "c")).toThrow("A camera (c) does not know the scenario 'leak'");
    expect(() => cast("leak", devices, "nobody")).toThrow("no device 'nobody'");
  });
});

interface Streams {
  stdout?: (text: string) => void;
  stderr?: (text: string) => void;
  stop?: AbortSignal;
  impatient?: AbortSignal;
  onCaughtUp?: () => void;
}

function run(args: readonly string[], streams: Streams = {}): Promise<number> {
  const { stdout, stderr, stop, impatient, onCaughtUp } = streams;
  return runCli({
    args,
    stdout: { write: (text) => stdout?.(text) },
    stderr: { isTTY: false, write: (text: string) => stderr?.(text) } as never,
    stop: stop ?? new AbortController().signal,
    impatient: impatient ?? new AbortController().signal,
    ...(onCaughtUp ? { onCaughtUp } : {}),
  });
}

describe("a run", () => {
  let folder: string;
  let file: string;
  let broker: TestBroker;
  let platform: Awaited<ReturnType<typeof startPlatformDouble>>;
  /** What the platform of this test forgets, per device, to be caught by the comparison. */
  let forgets = 0;

  /** Counts what reached the broker, as the platform's ledger would. */
  const received = (deviceId: string) =>
    broker.received
      .filter(({ clientId }) => clientId === deviceId)
      .flatMap(({ payload }) => JSON.parse(payload)).length;
  const answer = ({ method, path, body }: Asked) => {
    const [, , , id, what] = path.split("/");
    if (method === "POST") {
      const { id: name } = body as { id: string };
      return { status: 201, body: { credentials: { username: name, password: "p" } } };
    }
    if (what === "ledger") return { status: 200, body: ledger(Math.max(0, received(id!) - forgets)) };
    if (what === "latest")
      return { status: 200, body: { reading: { metrics: { volume: 99_000, flow: null, valve: "open" } } } };
    return problem(404, "not_found", `There is nothing at ${path}`);
  };

  beforeEach(async () => {
    forgets = 0;
    folder = await mkdtemp(join(tmpdir(), "simulate-"));
    file = join(folder, "credentials.json");
    broker = await startBroker();
    platform = await startPlatformDouble(answer);
  });
  afterEach(async () => {
    await broker.close();
    await platform.close();
    await rm(folder, { recursive: true });
  });

  const addresses = () => ["--http", platform.url, "--credentials", file, "--duration", "0.05"];

  it("registers, runs, compares the ledgers and keeps the passwords", async () => {
    let output = "";
    const args = [
      ...addresses(),
      "--mqtt",
      broker.url,
      "--key",
      "k",
      "--register",
      "2",
      "--region",
      "520326",
    ];
    const code = await run([...args, "--history-days", "1", "--history-share", "1"], {
      stdout: (text) => (output += text),
    });
    expect(output).toContain("The ledgers match.");
    expect(code).toBe(0);
    const kept = JSON.parse(await readFile(file, "utf8")).devices.map(({ id }: { id: string }) => id);
    expect(kept).toEqual(["sim-520326-gas-meter-00001", "sim-520326-gas-meter-00002"]);
    expect(received(kept[0])).toBeGreaterThanOrEqual(23);
  });

  it("says that the past is through once it is, and not when it was stopped before", async () => {
    await writeCredentials(file, { mqttUrl: broker.url, devices: [device("m", "gas-meter")] });
    const args = [...addresses(), "--quiet", "--history-days", "1", "--history-share", "1"];
    const receivedWhenSaid: number[] = [];
    const onCaughtUp = () => receivedWhenSaid.push(received("m"));
    await run(args, { onCaughtUp, stop: AbortSignal.abort() });
    expect(receivedWhenSaid).toEqual([]);
    expect(await run(args, { onCaughtUp })).toBe(0);
    expect(receivedWhenSaid).toHaveLength(1);
    expect(receivedWhenSaid[0]).toBeGreaterThanOrEqual(24);
  });

  it("goes on where a register stood, also when a scenario pushed it ahead", async () => {
    await writeCredentials(file, { mqttUrl: broker.url, devices: [device("m", "gas-meter")] });
    expect(await run([...addresses(), "--key", "k", "--quiet"])).toBe(0);
    const [first] = broker.received;
    expect(JSON.parse(first!.payload).volume).toBe(99_000);
  });

  it("fails when the platform has less than it acknowledged", async () => {
    await writeCredentials(file, { mqttUrl: broker.url, devices: [device("m", "gas-meter")] });
    forgets = 1;
    let output = "";
    expect(await run([...addresses(), "--key", "k"], { stdout: (text) => (output += text) })).toBe(1);
    expect(output).toContain("m: acknowledged 1, sent again 0, received 0: LOST 1");
  });

  it("ends well when it is told to stop, and needs no key", async () => {
    await writeCredentials(file, { mqttUrl: broker.url, devices: [device("m", "gas-meter")] });
    const stop = new AbortController();
    let output = "";
    const running = run(["--credentials", file, "--scenario", "leak"], {
      stop: stop.signal,
      stdout: (text) => (output += text),
    });
    await broker.until(() => broker.received.length === 2);
    stop.abort();
    expect(await running).toBe(0);
    expect(output).toContain("Published 2 readings and events, 2 of them acknowledged.");
  });

  it("fails and says why when the broker lets nobody in", async () => {
    await writeCredentials(file, { mqttUrl: broker.url, devices: [device("m", "speaker")] });
    broker.refuse("m");
    let errors = "";
    const stop = new AbortController();
    const impatient = new AbortController();
    const running = run(["--credentials", file, "--quiet"], {
      stop: stop.signal,
      impatient: impatient.signal,
      stderr: (text) => (errors += text),
    });
    // The second attempt is made after the first answer has arrived.
    await broker.until(() => broker.refusals > 1);
    stop.abort();
    impatient.abort();
    expect(await running).toBe(1);
    expect(errors).toMatch(/Nothing was acknowledged: Connection refused/);
  });

  it("ends with whoever started it, also by a kill, and waits for no acknowledgement then", async () => {
    await writeCredentials(file, { mqttUrl: broker.url, devices: [device("m", "gas-meter")] });
    broker.hold();
    const command = [...builtCommand("simulators/cli"), "--credentials", file];
    const start = `child_process.spawn(process.execPath, ${JSON.stringify(command)},
      { detached: true, stdio: ["ignore", "inherit", "inherit", "ipc"] })`;
    const parent = spawn(process.execPath, ["-e", start], { stdio: ["ignore", "pipe", "pipe"] });
    let [said, ended] = ["", false];
    for (const stream of [parent.stdout, parent.stderr]) stream.on("data", (text) => (said += text));
    // Once nobody holds the other end of its output any more: the simulators have ended as well.
    parent.once("close", () => (ended = true));
    await broker.until(() => broker.held > 0);
    parent.kill("SIGKILL");
    // Less than the 20 s for which it waits for acknowledgements at an ordinary end.
    await vi.waitFor(() => expect(ended).toBe(true), 15_000);
    expect(said).not.toContain("Error");
  });

  it("says what is missing when there are no devices", async () => {
    let errors = "";
    expect(await run(["--credentials", file], { stderr: (text) => (errors += text) })).toBe(2);
    expect(errors).toContain(`There are no devices in ${file}.`);
  });
});
