import { z } from "zod";
import { asksForHelp, type GivenFields, readLine } from "../base/command-line.ts";
import { flagOption, numberOption, urlOption } from "../base/command-options.ts";
import { publicHalfSchema } from "../broadcast/contract/index.ts";
import { catalog } from "../devices/catalog.ts";
import { scenarioList } from "./scenario.ts";
import { FAULTS, type Faults, parseFaults } from "./speaker/faults.ts";

export interface CliOptions {
  readonly mqttUrl: string | undefined;
  /** The door of JT/T 808, for the devices that say where they are; undefined: all speak MQTT. */
  readonly jt808Url: string | undefined;
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
const DEFAULT_JT808 = "jt808://127.0.0.1:9808";
const DEFAULT_HTTP = "http://127.0.0.1:8080";

/** The options that the demo hands on to its fleet. */
export const paceOptions = {
  "speed-up": numberOption({ min: 0.1, max: 100_000 }).default(1),
  "history-days": numberOption({ min: 0, max: 3650 }).default(0),
  "history-share": numberOption({ min: 0, max: 1 }).default(0.25),
  duration: numberOption({ min: 0, max: 31_536_000 }).default(0),
};

const publicHalves = z.array(z.string()).transform((texts, context) => {
  for (const text of texts) {
    if (publicHalfSchema.safeParse(text).success) continue;
    const message = `is '${text}', expected the 43 characters that broadcast:keys -- root show prints`;
    context.addIssue({ code: "custom", message });
  }
  return texts;
});

const speakerFaults = z.array(z.string()).transform((texts, context): ReadonlyMap<string, Faults> => {
  try {
    return parseFaults(texts);
  } catch (error) {
    context.addIssue({ code: "custom", message: (error as Error).message });
    return z.NEVER;
  }
});

const options = {
  mqtt: urlOption(["mqtt", "mqtts", "ws", "wss"]).optional(),
  protocol: z.enum(["mqtt", "jt808"]).default("mqtt"),
  jt808: urlOption(["jt808"]).default(DEFAULT_JT808),
  http: urlOption(["http", "https"]).default(DEFAULT_HTTP),
  key: z.string().optional(),
  credentials: z.string().default(DEFAULT_CREDENTIALS),
  register: numberOption({ min: 0, max: 100_000, whole: true }).default(0),
  region: z.string().optional(),
  kind: z.string().optional(),
  prefix: z.string().default("sim"),
  ...paceOptions,
  scenario: z.string().optional(),
  "scenario-device": z.string().optional(),
  "speaker-fault": speakerFaults.default(new Map()),
  root: publicHalves.default([]),
  loss: numberOption({ min: 0, max: 1 }).default(0.05),
  seed: numberOption({ min: 0, max: 2 ** 32 - 1, whole: true }).default(1),
  quiet: flagOption(),
};

/** Checks that the options fit together. */
function check({ register, key, region, prefix, scenario, ...given }: GivenFields): string[] {
  const faults: string[] = [];
  if (Number(register) > 0 && key === undefined) faults.push("--register needs --key KEY");
  if (Number(register) > 0 && region === undefined) faults.push("--register needs --region CODE");
  if (region !== undefined && !/^\d{2}(\d{2}(\d{2}(\d{3}(\d{3})?)?)?)?$/.test(String(region)))
    faults.push(`--region is '${region}', expected a code of 2, 4, 6, 9 or 12 digits`);
  if (prefix !== undefined && !/^[A-Za-z0-9][A-Za-z0-9._-]{0,15}$/.test(String(prefix)))
    faults.push(`--prefix is '${prefix}', expected at most 16 letters, digits, '.', '_' or '-'`);
  if (given["scenario-device"] !== undefined && scenario === undefined)
    faults.push("--scenario-device needs --scenario NAME");
  return faults;
}

/** The text of `--help`. */
export function helpText(): string {
  const scenarios = scenarioList().map(({ name, kinds }) => {
    const whose = kinds.length === catalog.length ? "every kind" : kinds.join(", ");
    return `      ${name.padEnd(18)} ${whose}`;
  });
  const faults = Object.entries(FAULTS).map(([name, about]) => `      ${name}\n        ${about}`);
  return `Simulated devices: MQTT clients that behave like gas meters, speakers, cameras and gateways.

Usage: npm run simulate -- [options]

Every device reports once within some seconds, then a part of the fleet sends its past, and all go on at the
interval of their kind. Ctrl-C stops: messages under way are still acknowledged, and the final ledger compares
the items that were sent with those that the platform says it received. A second Ctrl-C waits no longer.

Where
  --mqtt URL            the broker (default: as in the credentials file, else ${DEFAULT_MQTT});
                        mqtt://, mqtts://, ws://host:8083/mqtt or wss://
  --protocol jt808      vehicles speak JT/T 808; all other devices MQTT
  --jt808 URL           its door (default ${DEFAULT_JT808})
  --http URL            the HTTP API (default ${DEFAULT_HTTP})
  --key KEY             an API key. Without one there is no comparison with the platform's ledger
  --credentials FILE    the devices with their passwords (default ${DEFAULT_CREDENTIALS})

Registering devices first (needs --key and --region)
  --register N          register N devices and add them to the credentials file
  --region CODE         the region that they belong to, e.g. 520326
  --kind KIND           all of this kind; otherwise a mixture, mostly gas meters behind gateways
  --prefix TEXT         the beginning of their ids (default sim)

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
  --scenario-device ID  the device that plays it; otherwise the first of the first kind that knows it

Speakers stay connected, verify commands with the keys of the HTTP API, play them and report. They keep the
list of played commands beside the credentials file, in <name>-speakers.json, so that a restart plays nothing
twice.
  --root PUBLIC         the public half of the root that the speakers were given at their installation: they
                        obey only keys that it has signed. May be given several times. Without it they
                        believe any answer at --http
  --speaker-fault FAULT[:S]=ID[,ID...]
                        gives these speakers a fault; S are seconds; may be given several times:
${faults.join("\n")}

  --quiet               no progress
  -h, --help            this text

Exit code: 0 when the ledgers match (without --key: when everything was acknowledged), 1 when they do not,
2 when an option is wrong or the run could not begin.`;
}

/**
 * Reads the command line; undefined when help is asked for.
 * @throws UsageError that lists every wrong option at once
 */
export function readOptions(args: readonly string[]): CliOptions | undefined {
  if (asksForHelp(args)) return undefined;
  const given = readLine({ name: "npm run simulate", input: options, check }, args);
  return {
    mqttUrl: given.mqtt,
    jt808Url: given.protocol === "jt808" ? given.jt808 : undefined,
    httpUrl: given.http,
    key: given.key,
    credentials: given.credentials,
    register: given.register,
    region: given.region,
    kind: given.kind,
    prefix: given.prefix,
    speedUp: given["speed-up"],
    historyDays: given["history-days"],
    historyShare: given["history-share"],
    durationS: given.duration,
    scenario: given.scenario,
    scenarioDevice: given["scenario-device"],
    speakerFaults: given["speaker-fault"],
    roots: given.root,
    loss: given.loss,
    seed: given.seed,
    quiet: given.quiet,
  };
}
