import { realpathSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { type Config, loadConfig } from "../../base/config/index.ts";
import { PlatformError } from "../../base/errors.ts";
import { writePrivateFile } from "../../base/private-file.ts";
import { UsageError } from "../../base/usage-error.ts";
import { joinDashedRoots } from "../../broadcast/contract/index.ts";
import {
  DEFAULT_LEAD_MS,
  DEFAULT_OVERLAP_MS,
  describeRequest,
  type KeyInfo,
  type KeyRing,
  openKeyRing,
  readPublicHalf,
  readRootKey,
  readSigned,
  runRootCommand,
  signHere,
} from "../../broadcast/signing/index.ts";
import { type AuditEntry, appendAuditAlone } from "../../store/audit/index.ts";
import { machineActor, withDatabase } from "./access/database.ts";

const HOUR_MS = 3_600_000;

/** Where a request is put unless --out says otherwise: in DATA_DIR. Nothing in it is secret. */
const REQUEST_FILE = "key-set-request.json";

const HELP = `The keys that sign commands to speakers, in DATA_DIR/signing-keys.json, and the root that vouches for them.

  npm run broadcast:keys -- list
  npm run broadcast:keys -- rotate | rotate --stolen
  npm run broadcast:keys -- request
  npm run broadcast:keys -- accept FILE
  npm run broadcast:keys -- root create --out FILE
  npm run broadcast:keys -- root show --key FILE
  npm run broadcast:keys -- root sign REQUEST --key FILE

On the platform's machine, under its account:
  list                    each key, when it signs and until when terminals take it; the root and its last set
  rotate                  makes a new key. Where there is a root, it signs nothing until the root has signed the set
                          that it is in: a request for that is written. Without one a running platform takes it up
                          at its next command
    --lead-hours <n>      hours in which the new key is only published, so that terminals fetch it (default ${DEFAULT_LEAD_MS / HOUR_MS})
    --overlap-hours <n>   hours for which the keys before stay published after that (default ${DEFAULT_OVERLAP_MS / HOUR_MS})
    --stolen              the new key is to sign at once, and no terminal is to take the old ones any more. Where
                          there is a root, nothing of this happens before it has signed: terminals go on taking the
                          stolen key, and so the platform goes on signing with it
    --out FILE            where the request is put (default DATA_DIR/${REQUEST_FILE})
  request                 asks the root for a set of the keys as they are: for the first one, before one expires, or
                          when the last request was lost. The newest request is the one to sign
    --version <n>         its version, above the one that terminals have: after a restore from a backup
    --out FILE            as above
  accept FILE             publishes the set that the root has signed
    --root PUBLIC         the root's public half; needed with the first set, and terminals are given the same

With the root, on a machine of its own; neither settings nor a database are needed there:
  root create --out FILE  makes a root: the private half goes into FILE, which its owner alone can read, the public
                          half is shown, for terminals
  root show --key FILE    shows the public half
  root sign REQUEST       signs what is asked for. Compare the check that it shows with the one of the request
    --key FILE            the root
    --out FILE            where the signed set is put (default: beside the request)
    --days <n>            how long terminals take it (default 400)
    --roots PUBLIC,...    the roots that terminals trust from this set on, all of them; otherwise those of before

  --json                  the keys as JSON
  -h, --help              this text

What a terminal does with all this is in docs/terminals.md, what it is for in docs/security.md.
A rotation and a set that is accepted are put into the audit first: they need the database (DATABASE_URL, or the
embedded one while no platform runs on it).

Exit codes: 0 done, 1 failed, 2 the command or the configuration is not valid.
`;

function hours(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (text.trim() !== "" && Number.isFinite(value) && value >= 0) return value * HOUR_MS;
  throw new UsageError(`--${name} is '${text}', expected hours from 0`);
}

function wholeVersion(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (Number.isSafeInteger(value) && value >= 1) return value;
  throw new UsageError(`--version is '${text}', expected a whole number from 1`);
}

function line({ kid, state, activeFrom, retireAt }: KeyInfo): string {
  const from = state === "waiting" ? "waits for the root" : `signs from ${activeFrom.toISOString()}`;
  const until = retireAt === null ? "" : `, taken until ${retireAt.toISOString()}`;
  return `${kid}  ${state.padEnd(9)}  ${from}${until}`;
}

function describe(ring: KeyRing): string {
  const trust = ring.trust();
  const root = trust
    ? `Set ${trust.version} of ${trust.issuer}, valid until ${trust.expiresAt.toISOString()}; root ${trust.roots.join(", ")}`
    : "No root vouches for these keys";
  return `${ring.list().map(line).join("\n")}\n${root}\n`;
}

type Values = ReturnType<typeof readArguments>["values"];

const readArguments = (args: readonly string[]) =>
  parseArgs({
    args: joinDashedRoots(args),
    allowPositionals: true,
    options: {
      "lead-hours": { type: "string" },
      "overlap-hours": { type: "string" },
      stolen: { type: "boolean" },
      version: { type: "string" },
      out: { type: "string" },
      key: { type: "string" },
      days: { type: "string" },
      root: { type: "string" },
      roots: { type: "string" },
      json: { type: "boolean" },
      help: { type: "boolean", short: "h" },
    },
  });

/** Which options go with which command; anything else is more likely a slip than meant. */
const OPTIONS: Record<string, readonly (keyof Values)[]> = {
  list: [],
  rotate: ["lead-hours", "overlap-hours", "stolen", "out"],
  request: ["version", "out"],
  accept: ["root"],
  root: ["out", "key", "days", "roots"],
};

function checkCommand(positionals: readonly string[], values: Values): void {
  const [command = "", ...more] = positionals;
  const wanted = OPTIONS[command];
  const isComplete = command === "root" || more.length === (command === "accept" ? 1 : 0);
  if (!wanted || !isComplete) {
    throw new UsageError(
      `Expected 'list', 'rotate', 'request', 'accept FILE' or 'root …', found ${positionals.join(" ") || "nothing"}`,
    );
  }
  const astray = (Object.keys(values) as (keyof Values)[]).filter(
    (name) => name !== "json" && !wanted.includes(name),
  );
  if (astray.length > 0) throw new UsageError(`--${astray.join(", --")} means nothing to '${command}'`);
}

/** On whose machine, with which settings. */
interface Place {
  readonly env: NodeJS.ProcessEnv;
  readonly config: Config;
}

const audit = ({ env, config }: Place, entry: Pick<AuditEntry, "action" | "object" | "reason" | "after">) =>
  withDatabase(config, (pool) => appendAuditAlone(pool, { actor: machineActor(env), ...entry }));

/** @returns the text about the request, where one was written */
async function rotate(ring: KeyRing, place: Place, values: Values): Promise<string> {
  const { config } = place;
  const leadMs = hours("lead-hours", values["lead-hours"]);
  const overlapMs = hours("overlap-hours", values["overlap-hours"]);
  if (values.stolen && (leadMs !== undefined || overlapMs !== undefined)) {
    throw new UsageError("--stolen leaves no time: expected it without --lead-hours and --overlap-hours");
  }
  const options = values.stolen
    ? { leadMs: 0, overlapMs: 0 }
    : { leadMs: leadMs ?? DEFAULT_LEAD_MS, overlapMs: overlapMs ?? DEFAULT_OVERLAP_MS };
  await audit(place, {
    action: "broadcast.rotate_signing_key",
    object: { type: "signing-key", id: null },
    ...(values.stolen ? { reason: "stolen" } : {}),
    after: options,
  });
  await ring.rotate(options);
  if (config.BROADCAST_ROOT_KEY !== undefined) {
    await signHere(ring, readRootKey(config.BROADCAST_ROOT_KEY), { issuer: config.BROADCAST_ISSUER });
    return "";
  }
  if (!ring.trust()) return "";
  const warning = values.stolen
    ? "Until then terminals take the stolen key, and the platform goes on signing with it.\n"
    : "";
  return (await request(ring, config, values)) + warning;
}

async function request(ring: KeyRing, config: Config, values: Values): Promise<string> {
  const version = wholeVersion(values.version);
  const asked = await ring.request({ issuer: config.BROADCAST_ISSUER, version });
  const path = values.out ?? join(config.DATA_DIR, REQUEST_FILE);
  await writePrivateFile(path, `${JSON.stringify(asked, null, 1)}\n`);
  return `
${describeRequest(asked)}
Let the root sign it, where the root is: npm run broadcast:keys -- root sign ${path} --key FILE
and bring the signed set back: npm run broadcast:keys -- accept FILE${ring.trust() ? "" : " --root PUBLIC"}
`;
}

async function accept(ring: KeyRing, place: Place, path: string, values: Values): Promise<void> {
  const root = values.root === undefined ? undefined : readPublicHalf("root", values.root);
  const options = { issuer: place.config.BROADCAST_ISSUER, root };
  const signed = await readSigned(path);
  const { version, keys, roots, expiresAt } = await ring.judge(signed, options);
  await audit(place, {
    action: "broadcast.accept_key_set",
    object: { type: "key-set", id: String(version) },
    after: { kids: keys.map(({ kid }) => kid), roots: roots ?? ring.trust()?.roots ?? [root], expiresAt },
  });
  await ring.accept(signed, options);
}

async function answer(args: readonly string[], env: NodeJS.ProcessEnv): Promise<string> {
  const { values, positionals } = readArguments(args);
  if (values.help) return HELP;
  checkCommand(positionals, values);
  const [command, ...words] = positionals;
  const config = loadConfig(env);
  if (command === "root") return runRootCommand(words, values, config.DATA_DIR);
  const place = { env, config };
  const ring = await openKeyRing(config.DATA_DIR);
  let told = "";
  if (command === "rotate") told = await rotate(ring, place, values);
  else if (command === "request") told = await request(ring, config, values);
  else if (command === "accept") await accept(ring, place, words[0]!, values);
  return values.json ? `${JSON.stringify(ring.list())}\n` : describe(ring) + told;
}

export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the command line, by itself or in a test. */
export async function runBroadcastKeys(args: readonly string[], env: NodeJS.ProcessEnv): Promise<Ended> {
  try {
    return { code: 0, stdout: await answer(args, env), stderr: "" };
  } catch (error) {
    const isWrong =
      error instanceof UsageError || (error as { code?: string }).code?.startsWith("ERR_PARSE_ARGS");
    if (isWrong) {
      const stderr = `${(error as Error).message}\nSee npm run broadcast:keys -- --help\n`;
      return { code: 2, stdout: "", stderr };
    }
    if (!(error instanceof PlatformError))
      return { code: 1, stdout: "", stderr: `${(error as Error).stack}\n` };
    return { code: error.class === "config" ? 2 : 1, stdout: "", stderr: `${error.message}\n` };
  }
}

if (realpathSync(process.argv[1] ?? ".") === fileURLToPath(import.meta.url)) {
  const { code, stdout, stderr } = await runBroadcastKeys(process.argv.slice(2), process.env);
  process.stdout.write(stdout);
  process.stderr.write(stderr);
  process.exitCode = code;
}
