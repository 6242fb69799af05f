import {
  asksForHelp,
  commandsOf,
  findCommand,
  takeFlags,
  unknownCommand,
} from "../../../base/command-line.ts";
import { loadConfig } from "../../../base/config/index.ts";
import { PlatformError } from "../../../base/errors.ts";
import { UsageError, usageText } from "../../../base/usage-error.ts";
import { isTransient } from "../../../store/database/index.ts";
import { applicationCommands, lookUpCommands } from "./applications.ts";
import { changeCommands } from "./changes.ts";
import type { CliCommand } from "./command.ts";
import { machineCaller, withDatabase } from "./database.ts";
import { grantCommands } from "./grants.ts";
import { helpOf, helpOfCommand } from "./help.ts";
import { personCommands } from "./people.ts";
import { recoverCommands } from "./recover.ts";
import { tenantCommands } from "./tenants.ts";
import type { TextTerminal } from "./terminal.ts";

/** The surroundings of a command line. */
export interface CommandSurroundings {
  readonly env: NodeJS.ProcessEnv;
  readonly stdin: TextTerminal["input"];
  readonly stdout: TextTerminal["output"];
  readonly stderr: TextTerminal["output"];
}

const COMMANDS: readonly CliCommand[] = [
  ...tenantCommands,
  ...personCommands,
  ...applicationCommands,
  ...grantCommands,
  ...changeCommands,
  ...lookUpCommands,
  ...recoverCommands,
];

async function run(args: readonly string[], around: CommandSurroundings): Promise<number> {
  const { env, stdin, stdout, stderr } = around;
  const help = asksForHelp(args);
  const { taken, words } = takeFlags(args, ["--json", "--help", "-h"]);
  const found = findCommand(COMMANDS, words);
  if (!found) {
    const members = commandsOf(COMMANDS, words);
    if (!help && words.length > 0) throw unknownCommand(COMMANDS, words);
    (help ? stdout : stderr).write(helpOf(members.length > 0 ? members : COMMANDS));
    return help ? 0 : 2;
  }
  if (help) {
    stdout.write(helpOfCommand(found.command));
    return 0;
  }
  const config = loadConfig(env);
  const outcome = await found.command.run(
    {
      config,
      terminal: { input: stdin, output: stderr },
      database: (work) => withDatabase(config, (pool) => work(pool, machineCaller(env))),
    },
    found.rest,
  );
  stdout.write(taken.has("--json") ? `${JSON.stringify(outcome.json)}\n` : `${outcome.lines.join("\n")}\n`);
  for (const note of outcome.notes ?? []) stderr.write(`${note}\n`);
  return 0;
}

/**
 * Runs one command line.
 * @returns 0: done; 1: it could not be done; 2: the command line or the configuration is wrong
 */
export async function runAccess(args: readonly string[], around: CommandSurroundings): Promise<number> {
  try {
    return await run(args, around);
  } catch (error) {
    const say = (text: string) => void around.stderr.write(`${text}\n`);
    if (error instanceof UsageError) {
      say(usageText(error, "npm run access --"));
      return 2;
    }
    if (error instanceof PlatformError && error.class !== "bug") {
      say(error.message);
      return error.class === "config" || error.class === "invalid_input" ? 2 : 1;
    }
    if (isTransient(error)) say(`The database cannot be reached: ${reasonOf(error)}`);
    else say(error instanceof Error ? (error.stack ?? error.message) : String(error));
    return 1;
  }
}

/** A host with several addresses fails with several errors and no message. */
const reasonOf = (error: unknown): string =>
  error instanceof AggregateError ? error.errors.map(reasonOf).join("; ") : (error as Error).message;
