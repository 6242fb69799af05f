import { realpathSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import {
  asksForHelp,
  findCommand,
  type LineForm,
  type SettledCommand,
  settleCommand,
  takeFlags,
} from "../../base/command-line.ts";
import { flagOption, numberOption } from "../../base/command-options.ts";
import { type Config, loadConfig } from "../../base/config/index.ts";
import { PlatformError } from "../../base/errors.ts";
import { writePrivateFile } from "../../base/private-file.ts";
import { UsageError, usageText } from "../../base/usage-error.ts";
import {
  DEFAULT_LEAD_MS,
  DEFAULT_OVERLAP_MS,
  describeRequest,
  findKeyIds,
  KEY_FILE,
  type KeyInfo,
  type KeyRing,
  knownKeyIds,
  openKeyRing,
  type RootArguments,
  readPublicHalf,
  readRootKey,
  readSigned,
  runRootCommand,
  signHere,
} from "../../broadcast/signing/index.ts";
import { type AuditEntry, appendAuditAlone } from "../../store/audit/index.ts";
import { adoptKeys } from "../adopt-keys.ts";
import { invalidConfig, signingFolder } from "../broadcast-files.ts";
import { settleSigningKeys } from "../platform-keys.ts";
import { machineActor, withDatabase } from "./access/database.ts";

const HOUR_MS = 3_600_000;

/** The path of a request unless --out gives another: in DATA_DIR. Nothing in it is secret. */
const REQUEST_FILE = "key-set-request.json";

const HELP = `The keys that sign commands to speakers, in signing-keys.json of BROADCAST_KEYS_DIR or DATA_DIR, and the root that vouches
for them.

  npm run broadcast:keys -- list
  npm run broadcast:keys -- rotate | rotate --stolen
  npm run broadcast:keys -- request
  npm run broadcast:keys -- accept FILE
  npm run broadcast:keys -- adopt
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
  adopt                   only when the platform's keys are lost: makes the keys here its keys, or new ones where there are
                          none. Says what comes of it and which key the platform has, and changes nothing without
    --instead-of KEY      that key. All other processes then sign nothing before they have this folder

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
The database knows which keys are the platform's, and a rotation, a set that is accepted and keys that are adopted are put
into its audit first: these three need it (DATABASE_URL, or the embedded one while no platform runs on it), and without it
change nothing. Only adopt makes a first key: otherwise the platform's first start does.

Exit codes: 0 done, 1 failed, 2 the command or the configuration is not valid.
`;

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

/** The machine and settings of the command. */
interface KeysPlace {
  readonly env: NodeJS.ProcessEnv;
  readonly config: Config;
}

type Entry = Pick<AuditEntry, "action" | "object" | "reason" | "before" | "after">;

/**
 * Changes keys of the platform: first what is to be done is put into the audit, and last the database is told of the keys
 * that there are. If that does not come to pass, the next start of a platform tells it.
 * @throws PlatformError `config_invalid` for a folder whose keys are not the platform's
 */
const changeKeys = (ring: KeyRing, { env, config }: KeysPlace, entry: Entry, work: () => Promise<unknown>) =>
  withDatabase(config, async (pool) => {
    const settle = async () => {
      const why = await settleSigningKeys(pool, {
        read: () => ({ folder: signingFolder(config), kids: knownKeyIds(ring.list()) }),
      });
      if (why !== undefined) throw invalidConfig("BROADCAST_KEYS_DIR", why);
    };
    await settle();
    await appendAuditAlone(pool, { actor: machineActor(env), ...entry });
    await work();
    await settle();
  });

/** @returns the text about the request, if one was written */
async function rotate(
  ring: KeyRing,
  place: KeysPlace,
  { stolen, out, ...given }: z.output<z.ZodObject<typeof rotateOptions>>,
): Promise<string> {
  const { BROADCAST_ROOT_KEY: rootFile, BROADCAST_ISSUER: issuer } = place.config;
  const options = stolen
    ? { leadMs: 0, overlapMs: 0 }
    : {
        leadMs: given["lead-hours"] ?? DEFAULT_LEAD_MS,
        overlapMs: given["overlap-hours"] ?? DEFAULT_OVERLAP_MS,
      };
  const entry = {
    action: "broadcast.rotate_signing_key",
    object: { type: "signing-key", id: null },
    ...(stolen ? { reason: "stolen" } : {}),
    after: options,
  };
  await changeKeys(ring, place, entry, async () => {
    await ring.rotate(options);
    if (rootFile !== undefined) await signHere(ring, readRootKey(rootFile), { issuer });
  });
  if (rootFile !== undefined || !ring.trust()) return "";
  const warning = stolen
    ? "Until then terminals take the stolen key, and the platform goes on signing with it.\n"
    : "";
  return (await request(ring, place.config, { out })) + warning;
}

async function request(
  ring: KeyRing,
  config: Config,
  { version, out }: { version?: number | undefined; out?: string | undefined },
): Promise<string> {
  const asked = await ring.request({ issuer: config.BROADCAST_ISSUER, version });
  const path = out ?? join(config.DATA_DIR, REQUEST_FILE);
  await writePrivateFile(path, `${JSON.stringify(asked, null, 1)}\n`);
  return `
${describeRequest(asked)}
Let the root sign it, where the root is: npm run broadcast:keys -- root sign ${path} --key FILE
and bring the signed set back: npm run broadcast:keys -- accept FILE${ring.trust() ? "" : " --root PUBLIC"}
`;
}

async function accept(
  ring: KeyRing,
  place: KeysPlace,
  path: string,
  half: string | undefined,
): Promise<void> {
  const root = half === undefined ? undefined : readPublicHalf("root", half);
  const options = { issuer: place.config.BROADCAST_ISSUER, root };
  const signed = await readSigned(path);
  const { version, keys, roots, expiresAt } = await ring.judge(signed, options);
  const entry = {
    action: "broadcast.accept_key_set",
    object: { type: "key-set", id: String(version) },
    after: { kids: keys.map(({ kid }) => kid), roots: roots ?? ring.trust()?.roots ?? [root], expiresAt },
  };
  await changeKeys(ring, place, entry, () => ring.accept(signed, options));
}

const hoursOption = numberOption({ min: 0, expected: "hours from 0" })
  .transform((hours) => hours * HOUR_MS)
  .optional();
const text = z.string().optional();

const rotateOptions = {
  "lead-hours": hoursOption,
  "overlap-hours": hoursOption,
  stolen: flagOption(),
  out: text,
};

interface KeysContext {
  readonly env: NodeJS.ProcessEnv;
  readonly json: boolean;
}
type KeysCommand = SettledCommand<KeysContext, Promise<string>>;

/** A command on the keys, which then shows their state, and the text that `work` adds. */
const defineKeysCommand = <Shape extends z.ZodRawShape>(
  form: LineForm<Shape>,
  work: (ring: KeyRing, place: KeysPlace, input: z.output<z.ZodObject<Shape>>) => Promise<string>,
): KeysCommand =>
  settleCommand({
    ...form,
    async run({ env, json }: KeysContext, input) {
      const config = loadConfig(env);
      const folder = signingFolder(config);
      // A key that is made here would be one that the platform does not know.
      if (findKeyIds(folder) === undefined) throw invalidConfig("BROADCAST_KEYS_DIR", noKeysIn(folder));
      const ring = await openKeyRing(folder);
      return show(ring, await work(ring, { env, config }, input), json);
    },
  });

const noKeysIn = (folder: string) =>
  `there is no ${join(folder, KEY_FILE)}. Name the folder in which the platform has its keys, or start the platform once, ` +
  "which makes the first. If they are lost: npm run broadcast:keys -- adopt";

const show = (ring: KeyRing, told: string, json: boolean): string =>
  json ? `${JSON.stringify(ring.list())}\n` : describe(ring) + told;

/** A command on a root, on the root's own machine. */
const defineRootCommand = <Shape extends z.ZodRawShape>(
  form: LineForm<Shape>,
  work: (input: z.output<z.ZodObject<Shape>>) => [words: string[], given: RootArguments],
): KeysCommand =>
  settleCommand({
    ...form,
    run: ({ env }: KeysContext, input) => runRootCommand(...work(input), loadConfig(env).DATA_DIR),
  });

const COMMANDS: readonly KeysCommand[] = [
  defineKeysCommand({ name: "list", input: {} }, async () => ""),
  defineKeysCommand(
    {
      name: "rotate",
      input: rotateOptions,
      check: ({ stolen, ...given }) =>
        stolen && ("lead-hours" in given || "overlap-hours" in given)
          ? ["--stolen leaves no time: expected it without --lead-hours and --overlap-hours"]
          : [],
    },
    rotate,
  ),
  defineKeysCommand(
    {
      name: "request",
      input: {
        version: numberOption({ min: 1, whole: true, expected: "a whole number from 1" }).optional(),
        out: text,
      },
    },
    (ring, { config }, given) => request(ring, config, given),
  ),
  defineKeysCommand(
    { name: "accept", operands: ["file"], input: { file: z.string(), root: text } },
    async (ring, place, { file, root }) => {
      await accept(ring, place, file, root);
      return "";
    },
  ),
  settleCommand({
    name: "adopt",
    input: { "instead-of": text },
    async run({ env, json }: KeysContext, { "instead-of": insteadOf }) {
      const config = loadConfig(env);
      const { ring, told } = await withDatabase(config, (pool) =>
        adoptKeys(pool, signingFolder(config), { actor: machineActor(env), insteadOf }),
      );
      return show(ring, told, json);
    },
  }),
  defineRootCommand({ name: "root create", input: { out: text } }, (given) => [["create"], given]),
  defineRootCommand({ name: "root show", input: { key: text } }, (given) => [["show"], given]),
  defineRootCommand(
    {
      name: "root sign",
      operands: ["request"],
      input: { request: z.string(), key: text, out: text, days: text, roots: text },
    },
    ({ request: file, ...given }) => [["sign", file], given],
  ),
];

/** Every option of some command: given to another one it is more likely a slip than meant. */
export const KEYS_OPTIONS = [
  ...new Set(
    COMMANDS.flatMap(({ shape, operands }) =>
      Object.keys(shape).filter((field) => !operands.includes(field)),
    ),
  ),
];

async function answer(args: readonly string[], env: NodeJS.ProcessEnv): Promise<string> {
  if (asksForHelp(args)) return HELP;
  const { taken, words } = takeFlags(args, ["--json"]);
  const found = findCommand(COMMANDS, words);
  if (found === undefined) {
    const [first, ...more] = words;
    const expected =
      first === "root" && more.length > 0
        ? "'root create', 'root show' or 'root sign FILE'"
        : "'list', 'rotate', 'request', 'accept FILE', 'adopt' or 'root …'";
    throw new UsageError(`Expected ${expected}, found ${words.join(" ") || "nothing"}`);
  }
  return found.command.run({ env, json: taken.has("--json") }, found.rest, KEYS_OPTIONS);
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
    if (error instanceof UsageError)
      return { code: 2, stdout: "", stderr: `${usageText(error, "npm run broadcast:keys --")}\n` };
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
