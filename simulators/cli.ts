import { fileURLToPath } from "node:url";
import { onParentGone } from "../base/parent.ts";
import { UsageError, usageText } from "../base/usage-error.ts";
import { kindsWith } from "../devices/catalog.ts";
import { compare, describeComparison, type Ledgers, readLedgers } from "./comparison.ts";
import {
  type CredentialsFile,
  type DeviceCredential,
  readCredentials,
  writeCredentials,
} from "./credentials.ts";
import { type Fleet, startFleet } from "./fleet.ts";
import { simOf } from "./jt808/words.ts";
import { type CliOptions, DEFAULT_MQTT, helpText, readOptions } from "./options.ts";
import { createPlatform, fetchBroadcastKeys, type PlatformClient } from "./platform.ts";
import { showProgress } from "./progress.ts";
import { planDevices, registerDevices } from "./register.ts";
import { type Casting, cast, firstOfEachKind } from "./scenario.ts";
import { createMemoryFile, readMemory } from "./speaker/memory-file.ts";
import { createSpeakers } from "./speaker/speakers.ts";

/** How long the command waits for outstanding acknowledgements at the end, in milliseconds. */
const GRACE_MS = 20_000;

/** A second signal within this time is the same Ctrl-C, which npm and the terminal both deliver. */
const SAME_SIGNAL_MS = 500;

/** Time for writing the speakers' memory once the process that started this one is gone; in milliseconds. */
const ORPHAN_MS = 3000;

export interface SimulatorSurroundings {
  readonly args: readonly string[];
  readonly stdout: { write(text: string): unknown };
  readonly stderr: NodeJS.WriteStream;
  /** Aborts at the first wish to stop; `impatient` at the second. */
  readonly stop: AbortSignal;
  readonly impatient: AbortSignal;
  /** Called when every device has reported and the whole past is acknowledged; not when stopped before that. */
  readonly onCaughtUp?: () => void;
}

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });

/** Runs the command line and returns its exit code. */
export async function runCli(surroundings: SimulatorSurroundings): Promise<number> {
  const { stdout, stderr } = surroundings;
  try {
    const options = readOptions(surroundings.args);
    if (!options) {
      stdout.write(`${helpText()}\n`);
      return 0;
    }
    return await simulate(options, surroundings);
  } catch (error) {
    const text =
      error instanceof UsageError ? usageText(error, "npm run simulate --") : (error as Error).message;
    stderr.write(`${text}\n`);
    return 2;
  }
}

/** The devices of the credentials file, with the requested ones registered and added. */
async function loadDevices(
  options: CliOptions,
  platform: PlatformClient | undefined,
): Promise<CredentialsFile> {
  const known = await readCredentials(options.credentials);
  if (options.register === 0) {
    if (known && known.devices.length > 0) return known;
    throw new Error(
      `There are no devices in ${options.credentials}. The demo writes this file; or register some with ` +
        "--register N --region CODE --key KEY.",
    );
  }
  const devices: DeviceCredential[] = [...(known?.devices ?? [])];
  const plan = planDevices({
    count: options.register,
    regionCode: options.region!,
    prefix: options.prefix,
    kind: options.kind,
    taken: new Set(devices.map((device) => device.id)),
  }).map((device) =>
    options.jt808Url !== undefined && kindsWith("locates").includes(device.kind)
      ? { ...device, identities: [{ scheme: "sim", value: simOf(device.id) }] }
      : device,
  );
  const file = { ...(known?.mqttUrl === undefined ? {} : { mqttUrl: known.mqttUrl }), devices };
  try {
    await registerDevices(platform!, plan, (credential) => devices.push(credential));
  } finally {
    // Passwords that were shown are kept, also when a later device failed.
    if (devices.length > (known?.devices.length ?? 0)) await writeCredentials(options.credentials, file);
  }
  return file;
}

/**
 * The counters of devices that a scenario may have pushed ahead of their ordinary course: devices that play now, and
 * those that play when none is named.
 */
async function readCounters(
  platform: PlatformClient,
  devices: readonly DeviceCredential[],
  casting: Casting | undefined,
) {
  const ids = new Set(firstOfEachKind(devices).map((device) => device.id));
  if (casting) ids.add(casting.deviceId);
  const entries = await Promise.all([...ids].map(async (id) => [id, await platform.latest(id)] as const));
  return new Map(entries);
}

const isSpeaker = ({ kind }: DeviceCredential) => kindsWith("sounds").includes(kind);

/** The devices with the places of their speakers, so that these know if they lie in a polygon or a circle. */
async function placeSpeakers(
  devices: readonly DeviceCredential[],
  platform: PlatformClient,
): Promise<DeviceCredential[]> {
  const isMissing = (device: DeviceCredential) => isSpeaker(device) && !device.location;
  const kinds = new Set(devices.filter(isMissing).map(({ kind }) => kind));
  const locations = await Promise.all([...kinds].map((kind) => platform.locations(kind)));
  const byId = new Map(locations.flatMap((found) => [...found]));
  return devices.map((device) => {
    const location = isMissing(device) ? byId.get(device.id) : undefined;
    return location ? { ...device, location } : device;
  });
}

/** The terminals of the speakers, with their memory; undefined when there are none. */
async function openSpeakers(
  devices: readonly DeviceCredential[],
  options: CliOptions,
  stderr: NodeJS.WriteStream,
) {
  const ids = new Set(devices.filter(isSpeaker).map(({ id }) => id));
  const strangers = [...options.speakerFaults.keys()].filter((id) => !ids.has(id));
  if (strangers.length > 0) {
    throw new Error(
      `--speaker-fault names ${strangers.join(", ")}, but the credentials file has no such speaker`,
    );
  }
  if (ids.size === 0) return undefined;
  const path = `${options.credentials.replace(/\.json$/, "")}-speakers.json`;
  let told: string | undefined;
  const speakers = createSpeakers({
    fetchKeys: () => fetchBroadcastKeys(options.httpUrl),
    roots: options.roots,
    faults: options.speakerFaults,
    memory: await readMemory(path),
    keep: () => file.keep(),
    onTrouble(why) {
      if (!options.quiet && why !== told) stderr.write(`Speakers have no new keys to verify with: ${why}\n`);
      told = why;
    },
  });
  const file = createMemoryFile(path, speakers.memory);
  void speakers.keys.refresh();
  return { speakers, file };
}

async function simulate(options: CliOptions, surroundings: SimulatorSurroundings): Promise<number> {
  const { stderr, stdout, stop } = surroundings;
  const platform = options.key === undefined ? undefined : createPlatform(options.httpUrl, options.key);
  const { devices: known, mqttUrl } = await loadDevices(options, platform);
  const devices = platform ? await placeSpeakers(known, platform) : known;
  const casting =
    options.scenario === undefined ? undefined : cast(options.scenario, devices, options.scenarioDevice);
  if (casting && !options.quiet) stderr.write(`${casting.deviceId} plays '${casting.name}'.\n`);
  const ids = devices.map((device) => device.id);
  const before = platform && (await readLedgers(platform, ids));
  const atLeast = platform && (await readCounters(platform, devices, casting));

  const opened = await openSpeakers(devices, options, stderr);

  const fleet = startFleet({
    mqttUrl: options.mqttUrl ?? mqttUrl ?? DEFAULT_MQTT,
    jt808Url: options.jt808Url,
    devices,
    seed: options.seed,
    speedUp: options.speedUp,
    historyDays: options.historyDays,
    historyShare: options.historyShare,
    loss: options.loss,
    scenario: casting,
    speakers: opened?.speakers,
    ...(atLeast ? { atLeast } : {}),
  });
  const progress = showProgress(fleet, {
    durationS: options.durationS,
    stream: stderr,
    quiet: options.quiet,
  });
  try {
    await Promise.race([fleet.caughtUp, aborted(stop)]);
    progress.live();
    if (!stop.aborted) surroundings.onCaughtUp?.();
    if (!stop.aborted) await liveUntil(stop, options.durationS);
  } finally {
    // Also after an error of ours: nothing may be left running.
    const abandon = () => fleet.abandon();
    surroundings.impatient.addEventListener("abort", abandon);
    const stopped = await fleet.stop(surroundings.impatient.aborted ? 0 : GRACE_MS);
    surroundings.impatient.removeEventListener("abort", abandon);
    progress.stop();
    await opened?.file.close();
    stderr.write(describeStop(stopped));
  }
  const code =
    platform && before ? await settle(platform, ids, fleet, before, stdout) : settleAlone(fleet, stdout);
  if (fleet.tally.total.acknowledged > 0) return code;
  // Nothing sent and nothing received would match as well.
  const { trouble } = fleet.state().connections;
  stderr.write(`Nothing was acknowledged${trouble === undefined ? "." : `: ${trouble}`}\n`);
  return 1;
}

/** Waits `durationS` seconds, or without an end where that is 0, or until told to stop. */
async function liveUntil(stop: AbortSignal, durationS: number): Promise<void> {
  if (durationS === 0) return aborted(stop);
  let timer: NodeJS.Timeout | undefined;
  const over = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, Math.min(durationS * 1000, 2 ** 31 - 1));
  });
  await Promise.race([over, aborted(stop)]);
  clearTimeout(timer);
}

function describeStop({ kept, overwritten }: { kept: number; overwritten: number }): string {
  const lines: string[] = [];
  if (kept > 0) lines.push(`${kept} readings and events stayed in devices without coverage or connection.\n`);
  if (overwritten > 0) lines.push(`${overwritten} were overwritten in devices whose memory was full.\n`);
  return lines.join("");
}

async function settle(
  platform: PlatformClient,
  ids: readonly string[],
  fleet: Fleet,
  before: Ledgers,
  stdout: SimulatorSurroundings["stdout"],
): Promise<number> {
  const comparison = compare(fleet.tally, before, await readLedgers(platform, ids));
  stdout.write(`${describeComparison(comparison)}\n`);
  return comparison.matches ? 0 : 1;
}

function settleAlone(fleet: Fleet, stdout: SimulatorSurroundings["stdout"]): number {
  const { published, acknowledged } = fleet.tally.total;
  stdout.write(
    `Published ${published} readings and events, ${acknowledged} of them acknowledged. ` +
      "With --key, the platform's ledger would be compared.\n",
  );
  return published === acknowledged ? 0 : 1;
}

/** Ctrl-C once: end well. Twice: end now. */
async function main(): Promise<void> {
  const first = new AbortController();
  const second = new AbortController();
  let since = Number.NaN;
  const onSignal = () => {
    if (!first.signal.aborted) {
      since = Date.now();
      first.abort();
    } else if (Date.now() - since > SAME_SIGNAL_MS) second.abort();
  };
  process.on("SIGINT", onSignal);
  process.on("SIGTERM", onSignal);
  // Without the process that started this one, e.g. the demo, nothing acknowledges messages, and nobody reads the
  // report.
  const forgetParent = onParentGone(() => {
    first.abort();
    second.abort();
    setTimeout(() => process.exit(1), ORPHAN_MS).unref();
  });
  process.exitCode = await runCli({
    args: process.argv.slice(2),
    stdout: process.stdout,
    stderr: process.stderr,
    stop: first.signal,
    impatient: second.signal,
    onCaughtUp: () => process.send?.({ type: "caught-up" }),
  });
  process.off("SIGINT", onSignal);
  process.off("SIGTERM", onSignal);
  // A listener would keep the channel, and so this process, open.
  forgetParent();
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main();
