import { parseArgs } from "node:util";
import { UsageError } from "../base/usage-error.ts";
import { joinDashedRoots, publicHalfSchema } from "../broadcast/contract/index.ts";
import { scenarioList } from "./scenario.ts";
import { FAULTS, type Faults, parseFaults } from "./speaker/faults.ts";

export interface CliOptions {
  readonly mqttUrl: string | undefined;
  readonly httpUrl: string;
  readonly key: string | undefined;
  readonly credentials: string;
  readonly register: number;
  readonly region: string | undefined;
  readonly kind: string | undefined;
  readonly prefix: string;
  readonly speedUp: number;
  readonly historyDays: number;
  readonly historyShare: number;
  readonly durationS: number;
  readonly scenario: string | undefined;
  readonly scenarioDevice: string | undefined;
  /** By device id. */
  readonly speakerFaults: ReadonlyMap<string, Faults>;
  /** The public halves of the roots that the speakers were given. */
  readonly roots: readonly string[];
  readonly loss: number;
  readonly seed: number;
  readonly quiet: boolean;
}

const DEFAULT_CREDENTIALS = ".data/demo-credentials.json";
export const DEFAULT_MQTT = "mqtt://127.0.0.1:1883";
const DEFAULT_HTTP = "http://127.0.0.1:8080";

const flags = {
  mqtt: { type: "string" },
  http: { type: "string", default: DEFAULT_HTTP },
  key: { type: "string" },
  credentials: { type: "string", default: DEFAULT_CREDENTIALS },
  register: { type: "string", default: "0" },
  region: { type: "string" },
  kind: { type: "string" },
  prefix: { type: "string", default: "sim" },
  "speed-up": { type: "string", default: "1" },
  "history-days": { type: "string", default: "0" },
  "history-share": { type: "string", default: "0.25" },
  duration: { type: "string", default: "0" },
  scenario: { type: "string" },
  "scenario-device": { type: "string" },
  "speaker-fault": { type: "string", multiple: true },
  root: { type: "string", multiple: true },
  loss: { type: "string", default: "0.05" },
  seed: { type: "string", default: "1" },
  quiet: { type: "boolean", default: false },
  help: { type: "boolean", short: "h", default: false },
} as const;

/** What `--help` prints. */
export function helpText(): string {
  const scenarios = scenarioList().map(({ name, kinds }) => `      ${name.padEnd(18)} ${kinds.join(", ")}`);
  const faults = Object.entries(FAULTS).map(([name, about]) => `      ${name}\n        ${about}`);
  return `Simulated devices: MQTT clients that behave like gas meters, speakers, cameras and gateways.

Usage: npm run simulate -- [options]

Every device reports once within some seconds, then a part of the fleet sends its past, and all go on at the
interval of their kind. Ctrl-C stops: what is under way is still acknowledged, and the final ledger compares
what was sent with what the platform says to have received. A second Ctrl-C waits no longer.

Where
  --mqtt URL            the broker (default: as in the credentials file, else ${DEFAULT_MQTT});
                        mqtt://, mqtts://, ws://host:8083/mqtt or wss://
  --http URL            the HTTP API (default ${DEFAULT_HTTP})
  --key KEY             an API key. Without one there is no comparison with the platform's ledger
  --credentials FILE    the devices with their passwords (default ${DEFAULT_CREDENTIALS})

Registering devices first (needs --key and --region)
  --register N          register N devices and add them to the credentials file
  --region CODE         the region that they belong to, e.g. 520326
  --kind KIND           all of this kind; otherwise a mixture, mostly gas meters behind gateways
  --prefix TEXT         what their ids begin with (default sim)

What happens
  --speed-up X          report X times as often as real devices do (default 1). Clocks stay true
  --history-days D      send the last D days first (default 0). Days that were sent before are sent as the
                        same moments again, and the platform counts them as duplicates
  --history-share S     the part of the fleet that does, 0 to 1 (default 0.25)
  --loss S              the part of the devices behind gateways, 0 to 1, that lose coverage now and then and
                        deliver late (default 0.05)
  --duration S          stop S seconds after the past is sent; 0: at Ctrl-C (default 0)
  --seed N              another number makes other devices (default 1)
  --scenario NAME       one device plays a story that raises an alarm:
${scenarios.join("\n")}
  --scenario-device ID  which device; otherwise the first of the first kind that knows it

Speakers stay connected, verify commands with the keys of the HTTP API, play them and report. What they have
played is kept beside the credentials file, in <name>-speakers.json, so that a restart plays nothing twice.
  --root PUBLIC         the public half of the root that the speakers were given at their installation: they
                        obey only keys that it has signed. May be given several times. Without it they
                        believe whatever answers at --http
  --speaker-fault FAULT[:S]=ID[,ID...]
                        something is wrong with these speakers; S are seconds; may be given several times:
${faults.join("\n")}

  --quiet               no progress
  -h, --help            this text

Exit code: 0 when the ledgers match (without --key: when everything was acknowledged), 1 when they do not,
2 when an option is wrong or the run could not begin.`;
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({ args: joinDashedRoots(args), options: flags, strict: true, allowPositionals: false })
      .values;
  } catch (error) {
    throw new UsageError((error as Error).message, { cause: error });
  }
}

/**
 * Reads the command line; undefined when help is asked for.
 * @throws UsageError that lists every wrong option at once
 */
export function readOptions(args: readonly string[]): CliOptions | undefined {
  const values = parsed(args);
  if (values.help) return undefined;
  const faults: string[] = [];
  type NumericFlag =
    | "register"
    | "speed-up"
    | "history-days"
    | "history-share"
    | "duration"
    | "loss"
    | "seed";
  const number = (flag: NumericFlag, min: number, max: number, whole = false): number => {
    const text = values[flag];
    const value = text.trim() === "" ? Number.NaN : Number(text);
    if (!(value >= min && value <= max) || (whole && !Number.isInteger(value))) {
      faults.push(`--${flag} is '${text}', expected a ${whole ? "whole " : ""}number from ${min} to ${max}`);
    }
    return value;
  };
  const url = (flag: "mqtt" | "http", schemes: readonly string[]): string | undefined => {
    const text = values[flag];
    if (text === undefined) return undefined;
    const scheme = URL.canParse(text) ? new URL(text).protocol.slice(0, -1) : "";
    if (!schemes.includes(scheme)) {
      faults.push(`--${flag} is '${text}', expected a URL that begins with ${schemes.join(":// or ")}://`);
    }
    return text;
  };

  let speakerFaults: CliOptions["speakerFaults"] = new Map();
  try {
    speakerFaults = parseFaults(values["speaker-fault"] ?? []);
  } catch (error) {
    faults.push((error as Error).message);
  }

  const options: CliOptions = {
    mqttUrl: url("mqtt", ["mqtt", "mqtts", "ws", "wss"]),
    httpUrl: url("http", ["http", "https"]) ?? DEFAULT_HTTP,
    key: values.key,
    credentials: values.credentials,
    register: number("register", 0, 100_000, true),
    region: values.region,
    kind: values.kind,
    prefix: values.prefix,
    speedUp: number("speed-up", 0.1, 100_000),
    historyDays: number("history-days", 0, 3650),
    historyShare: number("history-share", 0, 1),
    durationS: number("duration", 0, 31_536_000),
    scenario: values.scenario,
    scenarioDevice: values["scenario-device"],
    speakerFaults,
    roots: values.root ?? [],
    loss: number("loss", 0, 1),
    seed: number("seed", 0, 2 ** 32 - 1, true),
    quiet: values.quiet,
  };
  for (const root of options.roots) {
    if (!publicHalfSchema.safeParse(root).success) {
      faults.push(`--root is '${root}', expected the 43 characters that broadcast:keys -- root show prints`);
    }
  }
  if (options.register > 0 && options.key === undefined) faults.push("--register needs --key KEY");
  if (options.register > 0 && options.region === undefined) faults.push("--register needs --region CODE");
  if (options.region !== undefined && !/^\d{2}(\d{2}(\d{2}(\d{3}(\d{3})?)?)?)?$/.test(options.region)) {
    faults.push(`--region is '${options.region}', expected a code of 2, 4, 6, 9 or 12 digits`);
  }
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]{0,15}$/.test(options.prefix)) {
    faults.push(`--prefix is '${options.prefix}', expected at most 16 letters, digits, '.', '_' or '-'`);
  }
  if (options.scenarioDevice !== undefined && options.scenario === undefined) {
    faults.push("--scenario-device needs --scenario NAME");
  }
  if (faults.length > 0) throw new UsageError(faults.join("\n"));
  return options;
}
