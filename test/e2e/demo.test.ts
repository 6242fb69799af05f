import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { builtCommand } from "../helpers/built.ts";
import { keepSecret } from "../helpers/secrets.ts";

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the demo, always on the embedded database, on free ports; `onText` is told what it has printed so far. */
function demo(
  args: readonly string[],
  dataDir: string,
  onText: (stdout: string) => void = () => {},
): Promise<Ended> {
  const { DATABASE_URL: _unset, ADMIN_API_KEY: _made, ...inherited } = process.env;
  const free = {
    MQTT_PORT: "0",
    MQTT_WS_PORT: "0",
    HJ212_PORT: "0",
    JT808_PORT: "0",
    HTTP_PORT: "0",
    HOST: "127.0.0.1",
  };
  const child = spawn(process.execPath, [...builtCommand("app/demo"), ...args], {
    env: { ...inherited, ...free, DATA_DIR: dataDir },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let [stdout, stderr] = ["", ""];
  child.stdout.setEncoding("utf8").on("data", (text) => {
    stdout += text;
    onText(stdout);
  });
  child.stderr.setEncoding("utf8").on("data", (text) => (stderr += text));
  return new Promise((resolve) => child.on("close", (code) => resolve({ code, stdout, stderr })));
}

/** Everything that a printed credential has to be able to do, and what it must not see. */
async function tryCredentials(stdout: string): Promise<unknown> {
  expect(stdout).toContain("*** NOBODY WAITS HERE (PRIVILEGED_GRANT_DELAY_HOURS is 0)");
  const api = /API +(http:\/\/\S+)\/docs/.exec(stdout)?.[1];
  // The console's address comes first, and tells who may sign in there.
  expect(stdout.slice(0, stdout.indexOf(`${api}/docs`))).toContain(`${api}/console/`);
  const before = (await (
    await fetch(`${api}/v1/console`, { headers: { "x-page-host": new URL(api!).host } })
  ).json()) as {
    demo: { people: { id: string; password: string }[] };
  };
  for (const { id, password } of before.demo.people)
    expect(stdout).toMatch(new RegExp(`${id} +${keepSecret(password)} `));
  expect(before.demo.people.length).toBeGreaterThan(3);
  const admin = /API key +(\S+)/.exec(stdout)![1]!;
  const call = async (key: string, path: string, body?: unknown) => {
    const answer = await fetch(`${api}/v1${path}`, {
      method: body === undefined ? "GET" : "POST",
      headers: { authorization: `Bearer ${key}`, ...(body ? { "content-type": "application/json" } : {}) },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    return {
      status: answer.status,
      body: (await answer.json()) as { items: { id: string; kind: string }[] },
    };
  };
  // A meter of another county, and a camera of the same one that is the gas company's.
  await call(admin, "/devices", { id: "elsewhere", kind: "gas-meter", regionCode: "520302" });
  await call(admin, "/devices", {
    id: "gas-camera",
    kind: "camera",
    regionCode: "520326",
    tenantId: "demo-gas",
  });
  const look = async (key: string) => {
    const kinds = new Set<string>();
    for (const kind of ["gas-meter", "speaker", "camera", "lora-gateway"]) {
      const { items } = (await call(key, `/devices?kind=${kind}&limit=2`)).body;
      for (const item of items) kinds.add(item.kind);
    }
    const one = async (id: string) => (await call(key, `/devices/${id}`)).status;
    const ids = ["gm-520326-000001", "gm-520326-000002", "sp-520326-000001", "gas-camera", "elsewhere"];
    const statuses: number[] = [];
    for (const id of ids) statuses.push(await one(id));
    return [[...kinds].sort().join(" "), ...statuses];
  };
  const found: Record<string, unknown> = {};
  for (const [, id = "", key = ""] of stdout.matchAll(
    / {2}([a-z-]+): .*\n +curl -H 'Authorization: Bearer (sbi_\S+)'/g,
  ))
    found[id] = await look(key);
  for (const [, id = "", password = "", role = ""] of stdout.matchAll(
    /^ {2}\w+ +([a-z.]+) +(\S+) {2}([a-z-]+) of/gm,
  )) {
    const signIn = await fetch(`${api}/v1/sessions`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ username: id, password, type: "bearer" }),
    });
    const { token } = (await signIn.json()) as { token: string };
    const audit = await call(token, "/audit?limit=1");
    found[id] = [signIn.status, role, audit.status, ...(await look(token))];
  }
  return found;
}

const COUNTY = ["camera gas-meter lora-gateway speaker", 200, 200, 200, 200, 404];
const METERS = ["gas-meter", 200, 200, 404, 404, 404];

describe("the demo", () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "sbi-demo-"));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it("shows readings and credentials, each of which opens just its part, and its ledger agrees at the end", async () => {
    const past = ["--history-days", "2", "--history-share", "0.02"];
    // The story takes about ten seconds.
    let tried: Promise<unknown> | undefined;
    const { code, stdout, stderr } = await demo([...past, "--duration", "20"], folder, (text) => {
      if (text.includes("Ctrl-C ends everything")) tried ??= tryCredentials(text);
    });
    expect(await tried).toEqual({
      "county-dashboard": COUNTY,
      "gas-billing": METERS,
      "resident-app": ["gas-meter", 200, 404, 404, 404, 404],
      "zhang.min": [201, "dispatcher", 403, ...COUNTY],
      "li.qiang": [201, "duty-officer", 403, ...COUNTY],
      "wang.fang": [201, "approver", 403, ...COUNTY],
      "chen.jie": [201, "operator", 403, ...COUNTY],
      "yang.lan": [201, "auditor", 200, ...COUNTY],
      "tian.hua": [201, "viewer", 403, ...METERS],
    });
    expect(stderr).not.toContain("Error");
    for (const kind of ["gas-meter", "speaker", "camera", "lora-gateway"]) {
      expect(stdout).toMatch(new RegExp(`^ {2}${kind} +\\w`, "m"));
    }
    // A leak was sensed, people decided, speakers sounded, and the dead amplifier does not pass for success.
    expect(stdout).toMatch(/reports a leak, and the platform proposes: .+燃气泄漏/);
    expect(stdout).toMatch(/completed: 3 of 4 speakers/);
    expect(stdout).toContain("sp-520326-000002  failed: no_sound");
    expect(stdout).toContain("The ledgers match.");
    expect(stdout).toContain("The demo has ended.");
    expect(code).toBe(0);
    // The whole past went out, so the next start will not send it again.
    expect(existsSync(join(folder, "demo-history-sent"))).toBe(true);
    const key = readFileSync(join(folder, "admin-key"), "utf8").trim();
    expect(stdout).toContain(key);
    const log = readFileSync(join(folder, "demo.log"), "utf8");
    const access = JSON.parse(readFileSync(join(folder, "demo-access.json"), "utf8")) as Record<
      "people" | "applications",
      { key?: string; password?: string }[]
    >;
    // Its speakers trust the root that it says where it keeps.
    const rootFile = join(folder, "demo-root-key.json");
    expect(stdout).toContain(`Root key   ${rootFile}`);
    const root = JSON.parse(readFileSync(rootFile, "utf8")) as { x: string; d: string };
    const speakers = JSON.parse(readFileSync(join(folder, "demo-credentials-speakers.json"), "utf8"));
    expect(speakers.trust).toEqual({
      given: [root.x],
      roots: [root.x],
      signed: expect.stringMatching(/^eyJ/),
    });
    expect(log).toContain("which is for evaluation only");
    const secrets = [
      root.d,
      ...[...access.people, ...access.applications].map((one) => one.key ?? one.password),
    ];
    for (const secret of [key, ...secrets]) expect(log).not.toContain(secret);
  }, 480_000);

  it("refuses wrong options with a sentence each, before it starts anything", async () => {
    const { code, stdout, stderr } = await demo(["--speed-up", "fast", "--history-share", "2"], folder);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toBe(
      "--speed-up is 'fast', expected a number from 0.1 to 100000\n" +
        "--history-share is '2', expected a number from 0 to 1\n" +
        "See npm run demo -- --help\n",
    );
    expect(existsSync(join(folder, "admin-key"))).toBe(false);
  });
});
