import { parseArgs } from "node:util";
import { machineActor, withDatabase } from "./accounts/cli/database.ts";
import {
  DEFAULT_LEAD_MS,
  DEFAULT_OVERLAP_MS,
  type KeyInfo,
  openKeyRing,
} from "./broadcast/signing/key-ring.ts";
import { loadConfig } from "./config.ts";
import { PlatformError } from "./errors.ts";
import { appendAuditAlone } from "./store/audit.ts";

const HOUR_MS = 3_600_000;

const HELP = `The keys that sign commands to speakers, in DATA_DIR/signing-keys.json.

  npm run broadcast:keys -- list
  npm run broadcast:keys -- rotate
  npm run broadcast:keys -- rotate --stolen

  list                    each key, when it signs and until when terminals take it
  rotate                  makes a new key; a running platform takes it up at its next command
    --lead-hours <n>      hours in which the new key is only published, so that terminals fetch it (default ${DEFAULT_LEAD_MS / HOUR_MS})
    --overlap-hours <n>   hours for which the keys before stay published after that (default ${DEFAULT_OVERLAP_MS / HOUR_MS})
    --stolen              the new key signs at once and no terminal takes the old ones any more once it has
                          fetched the list again
  --json                  the answer as JSON
  -h, --help              this text

A rotation is put into the audit first: it needs the database (DATABASE_URL, or the embedded one while no platform
runs on it).

Exit codes: 0 done, 1 failed, 2 the command or the configuration is not valid.
`;

class UsageError extends Error {}

function hours(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (text.trim() !== "" && Number.isFinite(value) && value >= 0) return value * HOUR_MS;
  throw new UsageError(`--${name} is '${text}', expected hours from 0`);
}

function line({ kid, state, activeFrom, retireAt }: KeyInfo): string {
  const until = retireAt === null ? "" : `, taken until ${retireAt.toISOString()}`;
  return `${kid}  ${state.padEnd(9)}  signs from ${activeFrom.toISOString()}${until}`;
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      "lead-hours": { type: "string" },
      "overlap-hours": { type: "string" },
      stolen: { type: "boolean" },
      json: { type: "boolean" },
      help: { type: "boolean", short: "h" },
    },
  });
  if (values.help) return void process.stdout.write(HELP);
  const [command, ...more] = positionals;
  if ((command !== "list" && command !== "rotate") || more.length > 0) {
    throw new UsageError(`Expected 'list' or 'rotate', found ${positionals.join(" ") || "nothing"}`);
  }
  const leadMs = hours("lead-hours", values["lead-hours"]);
  const overlapMs = hours("overlap-hours", values["overlap-hours"]);
  if (values.stolen && (leadMs !== undefined || overlapMs !== undefined)) {
    throw new UsageError("--stolen leaves no time: expected it without --lead-hours and --overlap-hours");
  }
  const config = loadConfig();
  const ring = await openKeyRing(config.DATA_DIR);
  if (command === "rotate") {
    const options = values.stolen
      ? { leadMs: 0, overlapMs: 0 }
      : { leadMs: leadMs ?? DEFAULT_LEAD_MS, overlapMs: overlapMs ?? DEFAULT_OVERLAP_MS };
    await withDatabase(config, async (pool) => {
      await appendAuditAlone(pool, {
        actor: machineActor(process.env),
        action: "broadcast.rotate_signing_key",
        object: { type: "signing-key", id: null },
        ...(values.stolen ? { reason: "stolen" } : {}),
        after: options,
      });
      await ring.rotate(options);
    });
  }
  const keys = ring.list();
  process.stdout.write(values.json ? `${JSON.stringify(keys)}\n` : `${keys.map(line).join("\n")}\n`);
}

main().catch((error: unknown) => {
  const wrong =
    error instanceof UsageError || (error as { code?: string }).code?.startsWith("ERR_PARSE_ARGS");
  if (wrong) process.stderr.write(`${(error as Error).message}\nSee npm run broadcast:keys -- --help\n`);
  else process.stderr.write(`${error instanceof PlatformError ? error.message : (error as Error).stack}\n`);
  process.exitCode = wrong || (error instanceof PlatformError && error.class === "config") ? 2 : 1;
});
