import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { open, readFile, writeFile } from "node:fs/promises";
import { extname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { asksForHelp, readLine } from "../base/command-line.ts";
import { flagOption } from "../base/command-options.ts";
import { loadConfig } from "../base/config/index.ts";
import { PlatformError } from "../base/errors.ts";
import { UsageError, usageText } from "../base/usage-error.ts";
import { createRootKey, readRootKey } from "../broadcast/signing/index.ts";
import { type DemoAccess, demoAccessFile, readDemoAccess } from "../seeds/demo-access-file.ts";
import { CREDENTIALS_FILE } from "../seeds/demo-fleet.ts";
import { DEMO_COUNTY, DEMO_SIZE } from "../seeds/demo-plan.ts";
import { paceOptions } from "../simulators/options.ts";
import { loadAdminKey } from "./admin-key.ts";
import { prepareDataDir } from "./data-dir.ts";
import { closeEarlierLeak, playStory, STORY_FLEET_ARGS } from "./demo-story.ts";
import { NODE_FLAGS } from "./node-flags.ts";

const HELP = `The demo: the whole platform, with the demo fleet of one county reporting to it.

Usage: npm run demo [-- options]

  --speed-up X       devices report X times as often as real ones (default 10)
  --history-days D   days of past readings that a part of the fleet sends on the first start (default 30)
  --history-share S  that part, 0 to 1 (default 0.25)
  --no-story         leave out the gas leak that becomes a broadcast
  --duration S       end by itself S seconds after the past was sent (default 0: at Ctrl-C)
  -h, --help         this text

The platform's settings (npm start -- --help) hold here too. Without DATABASE_URL it uses the embedded database
in DATA_DIR (default .data); delete that folder to begin anew. The platform's log goes to DATA_DIR/demo.log.
`;

/** The kinds that are shown, once their first reading can be read through the API. */
const SHOWN_KINDS = ["gas-meter", "speaker", "camera", "lora-gateway"] as const;

/** Where stations and terminals find the demo, unless a setting says otherwise. */
const DEMO_HJ212_PORT = "9212";
const DEMO_JT808_PORT = "9808";

/** A marker in the data directory: the whole past was sent once and is not sent again. */
const HISTORY_SENT = "demo-history-sent";

/** The root that the demo's speakers trust. It lies beside the data, where no real one may lie. */
const ROOT_KEY = "demo-root-key.json";

interface Ready {
  readonly mqttPort: number;
  readonly mqttWsPort: number;
  readonly httpPort: number;
}

const out = (text: string) => void process.stdout.write(text);
/** A script of the project, by its path; it and this one are `.ts` or, once compiled, `.js`. */
const scriptFile = (name: string) =>
  fileURLToPath(new URL(`../${name}${extname(fileURLToPath(import.meta.url))}`, import.meta.url));

/**
 * Starts a part of the demo in a process group of its own: Ctrl-C in a terminal reaches the whole group, and the
 * fleet has to stop before the platform does. The channel tells a child when this process is gone.
 */
function start(
  script: string,
  args: string[],
  env: NodeJS.ProcessEnv,
  output: "inherit" | number,
): ChildProcess {
  const flags = script === "app/main" ? NODE_FLAGS : [];
  return spawn(process.execPath, [...process.execArgv, ...flags, scriptFile(script), ...args], {
    env: { ...ownSettings(), ...env },
    detached: true,
    stdio: ["ignore", output, output, "ipc"],
  });
}

/**
 * Approvers and duty officers who are added while one tries things out may act at once, unless a setting says
 * otherwise; and the doors of other protocols are open.
 */
const ownSettings = (): NodeJS.ProcessEnv => ({
  PRIVILEGED_GRANT_DELAY_HOURS: "0",
  HJ212_PORT: DEMO_HJ212_PORT,
  JT808_PORT: DEMO_JT808_PORT,
  ...process.env,
});

const ended = (child: ChildProcess): Promise<number> =>
  new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) return resolve(child.exitCode ?? 1);
    child.once("exit", (code) => resolve(code ?? 1));
  });

/** The last readable lines of the platform's log, for when it ended on its own. */
async function tail(path: string): Promise<string> {
  const text = await readFile(path, "utf8").catch(() => "");
  return text.trimEnd().split("\n").slice(-8).join("\n");
}

/** The newest reading of the first device of each kind, where it arrived since `since`. */
async function latestOfEachKind(api: string, key: string, since: Date): Promise<Map<string, string>> {
  const headers = { authorization: `Bearer ${key}` };
  const get = async (path: string) => (await fetch(`${api}${path}`, { headers })).json();
  const shown = new Map<string, string>();
  for (const kind of SHOWN_KINDS) {
    const { items } = (await get(`/v1/devices?kind=${kind}&limit=1`)) as {
      items: { id: string; name: string }[];
    };
    const device = items[0];
    if (!device) continue;
    const { reading } = (await get(`/v1/devices/${device.id}/latest`)) as {
      reading: { receivedAt: string; metrics: Record<string, number | string | null> } | null;
    };
    if (!reading || new Date(reading.receivedAt) < since) continue;
    const metrics = Object.entries(reading.metrics).filter(([, value]) => value !== null);
    const text = metrics.slice(0, 4).map(([metric, value]) => `${metric} ${value}`);
    shown.set(kind, `${device.id} (${device.name}): ${text.join(", ")}`);
  }
  return shown;
}

/** Shows the first reading of each kind as the API gives it, as they come. */
async function showFirstReadings(api: string, key: string, stop: AbortSignal): Promise<void> {
  const started = performance.now();
  const since = new Date();
  const seen = new Set<string>();
  while (seen.size < SHOWN_KINDS.length && !stop.aborted) {
    for (const [kind, text] of await latestOfEachKind(api, key, since).catch(
      () => new Map<string, string>(),
    )) {
      if (seen.has(kind)) continue;
      seen.add(kind);
      out(`  ${kind.padEnd(13)} ${text}\n`);
    }
    await sleep(500, undefined, { signal: stop }).catch(() => {});
  }
  if (!stop.aborted) {
    out(
      `  All four kinds can be read through the API, ${Math.round((performance.now() - started) / 1000)} s after the fleet began.\n\n`,
    );
  }
}

interface Shown {
  readonly key: string;
  readonly access: DemoAccess;
  readonly log: string;
  readonly data: string;
  readonly rootFile: string;
}

/** A warning that an operator must not overlook, and would otherwise find in the log alone. */
function warning(): string {
  if (loadConfig(ownSettings()).PRIVILEGED_GRANT_DELAY_HOURS > 0) return "";
  return `
  *** NOBODY WAITS HERE (PRIVILEGED_GRANT_DELAY_HOURS is 0): an approver or duty officer who is made, granted or reset
  *** acts at once, so that one administrator alone can sound every speaker. For evaluation only; elsewhere it is 24.
`;
}

function welcome(
  { httpPort, mqttPort, mqttWsPort }: Ready,
  { key, access, log, data, rootFile }: Shown,
): string {
  const api = `http://localhost:${httpPort}`;
  const { gateways, meters, speakers, cameras } = DEMO_SIZE;
  const weekAgo = new Date(Date.now() - 7 * 86_400_000).toISOString().slice(0, 10);
  return `
smart-broadcast-iot demo: county ${DEMO_COUNTY} with ${meters} gas meters behind ${gateways} LoRa gateways, ${speakers} speakers and ${cameras} cameras

  Console    ${api}/console/    (its sign-in page names the people below, on this machine with their passwords)
  API        ${api}/docs    (also /openapi.json, /metrics, /readyz)
  MQTT       mqtt://localhost:${mqttPort}    over WebSocket: ws://localhost:${mqttWsPort}/mqtt
  HJ 212     port ${loadConfig(ownSettings()).HJ212_PORT}    (water and air stations; docs/protocols-hj212.md)
  JT/T 808   port ${loadConfig(ownSettings()).JT808_PORT}    (vehicles and e-bikes; docs/protocols-jt808.md)
  API key    ${key}
  Log        ${log}
  Root key   ${rootFile}    (the speakers trust it. Here it lies beside the data; keep a real one off the server)

  curl -H 'Authorization: Bearer ${key}' '${api}/v1/devices?kind=gas-meter&limit=3'
  curl -H 'Authorization: Bearer ${key}' '${api}/v1/devices/gm-${DEMO_COUNTY}-000001/latest'
  curl -H 'Authorization: Bearer ${key}' '${api}/v1/series?kind=gas-meter&region=${DEMO_COUNTY}&interval=1d&metrics=volume&from=${weekAgo}T00:00:00Z'
${whoIsWho(api, access, demoAccessFile(data))}${warning()}
Ctrl-C ends everything. The data stay in ${data}.

First readings, as they come in (about half a minute):
`;
}

/** The demo's people and applications with their credentials, and a line for each that can be tried. */
function whoIsWho(api: string, access: DemoAccess, file: string): string {
  const first = access.people[0];
  const applications = access.applications.map(
    ({ id, use, key, sees }) =>
      `  ${use.padEnd(10)}  ${id}: ${sees}\n    curl -H 'Authorization: Bearer ${key}' '${api}/v1/devices?limit=3'\n`,
  );
  const people = access.people.map(
    ({ id, use, role, password, sees }) =>
      `  ${use.padEnd(10)}  ${id.padEnd(9)}  ${password}  ${role} of ${sees}\n`,
  );
  const signIn =
    first &&
    `    curl -H 'Content-Type: application/json' -d '${JSON.stringify({ username: first.id, password: first.password, type: "bearer" })}' '${api}/v1/sessions'\n`;
  return `
Applications, each with its own part of the county (kept in ${file}):
${applications.join("")}
People, who sign in with id and password:
${people.join("")}${signIn ?? ""}`;
}

const FLEET_OPTIONS = ["speed-up", "duration", "history-days", "history-share"] as const;

const LINE = {
  name: "npm run demo",
  input: {
    ...paceOptions,
    "speed-up": paceOptions["speed-up"].default(10),
    "history-days": paceOptions["history-days"].default(30),
    "no-story": flagOption(),
  },
};

async function main(): Promise<number> {
  const args = process.argv.slice(2);
  if (asksForHelp(args)) {
    out(HELP);
    return 0;
  }
  // Options that the fleet would refuse are refused before the platform is started.
  const options = readLine(LINE, args);
  const config = loadConfig();
  const dataDir = config.DATA_DIR;
  const marker = join(dataDir, HISTORY_SENT);
  const past = existsSync(marker) ? 0 : options["history-days"];
  const withStory = !options["no-story"];
  const pace = { ...options, "history-days": past };
  const fleetArgs = FLEET_OPTIONS.flatMap((name) => [`--${name}`, String(pace[name])]);
  await prepareDataDir(dataDir);

  const stopping = new AbortController();
  const onSignal = () => stopping.abort();
  process.on("SIGINT", onSignal);
  process.on("SIGTERM", onSignal);
  process.on("SIGHUP", onSignal);

  const logPath = join(dataDir, "demo.log");
  const logFile = await open(logPath, "a");
  // Made here where there is none yet: the platform would print a new key, and its output goes to the log.
  const { key } = await loadAdminKey(config.ADMIN_API_KEY, dataDir);
  out("Starting the platform (the first start makes a database and takes some seconds) ...\n");
  const rootFile = config.BROADCAST_ROOT_KEY ?? join(dataDir, ROOT_KEY);
  if (!existsSync(rootFile)) await createRootKey(rootFile);
  const root = readRootKey(rootFile).publicHalf;
  const settings = {
    SEED: "demo",
    DEMO_SIGN_IN: "on",
    BROADCAST_ROOT_KEY: rootFile,
    // Its fleet, and whoever tries its lines, come over the machine's own network.
    HTTP_TLS_CERT: "",
    HTTP_TLS_KEY: "",
  };
  const platform = start("app/main", [], settings, logFile.fd);
  let fleet: ChildProcess | undefined;
  try {
    const ready = await Promise.race([
      new Promise<Ready>((resolve) => platform.once("message", (message) => resolve(message as Ready))),
      ended(platform).then(() => undefined),
      new Promise<undefined>((resolve) =>
        stopping.signal.addEventListener("abort", () => resolve(undefined)),
      ),
    ]);
    if (!ready) {
      if (stopping.signal.aborted) return 0;
      process.stderr.write(`The platform did not start. The end of ${logPath}:\n${await tail(logPath)}\n`);
      return 1;
    }
    const host = reachable(config.HOST);
    const api = `http://${host}:${ready.httpPort}`;
    // The platform has written it before it was ready.
    const access = await readDemoAccess(dataDir);
    out(welcome(ready, { key, access, log: logPath, data: dataDir, rootFile }));

    const where = ["--http", api, "--mqtt", `mqtt://${host}:${ready.mqttPort}`, "--key", key];
    const who = ["--credentials", join(dataDir, CREDENTIALS_FILE)];
    const trusted = ["--root", root];
    const story = { api, access, out, stop: stopping.signal };
    if (withStory) await closeEarlierLeak(story);
    const fleetBegan = new Date();
    const part = withStory ? STORY_FLEET_ARGS : [];
    fleet = start("simulators/cli", [...where, ...who, ...trusted, ...fleetArgs, ...part], {}, "inherit");
    // The fleet says this one thing: the past is through.
    if (past !== 0) fleet.once("message", () => void writeFile(marker, `${new Date().toISOString()}\n`));
    const stop = AbortSignal.any([stopping.signal, endOf(fleet)]);
    await showFirstReadings(api, key, stop);
    // The demo goes on without it: everything else that it shows still works.
    if (withStory && !stop.aborted) {
      await playStory({ ...story, stop }, fleetBegan).catch((error: Error) =>
        out(`  The story was cut short: ${error.message}\n\n`),
      );
    }
    const reason = await Promise.race([
      ended(fleet).then(() => "fleet" as const),
      ended(platform).then(() => "platform" as const),
      new Promise<"signal">((resolve) => {
        if (stopping.signal.aborted) resolve("signal");
        stopping.signal.addEventListener("abort", () => resolve("signal"));
      }),
    ]);
    if (reason === "platform") {
      process.stderr.write(`The platform ended. The end of ${logPath}:\n${await tail(logPath)}\n`);
      return 1;
    }
    if (fleet.exitCode === null) fleet.kill("SIGINT");
    return await ended(fleet);
  } finally {
    if (fleet && fleet.exitCode === null) fleet.kill("SIGKILL");
    platform.kill("SIGTERM");
    await ended(platform);
    await logFile.close();
    out("The demo has ended.\n");
  }
}

/** The address at which this machine reaches a listener on `host`. */
function reachable(host: string): string {
  if (host === "0.0.0.0" || host === "::") return "127.0.0.1";
  return host.includes(":") ? `[${host}]` : host;
}

/** Aborts when the process ends. */
function endOf(child: ChildProcess): AbortSignal {
  const controller = new AbortController();
  void ended(child).then(() => controller.abort());
  return controller.signal;
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    if (error instanceof UsageError) {
      process.stderr.write(`${usageText(error, `${LINE.name} --`)}\n`);
      process.exit(2);
    }
    const config = error instanceof PlatformError && error.class === "config";
    process.stderr.write(`${config ? error.message : (error as Error).stack}\n`);
    process.exit(config ? 2 : 1);
  },
);
