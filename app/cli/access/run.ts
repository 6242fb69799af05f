import { loadConfig } from "../../../base/config/index.ts";
import { PlatformError } from "../../../base/errors.ts";
import { isTransient } from "../../../store/database/index.ts";
import { applicationCommands, lookUpCommands } from "./applications.ts";
import { changeCommands } from "./changes.ts";
import { type CliCommand, usageError } from "./command.ts";
import { machineCaller, withDatabase } from "./database.ts";
import { grantCommands } from "./grants.ts";
import { helpOf, helpOfCommand } from "./help.ts";
import { personCommands } from "./people.ts";
import { recoverCommands } from "./recover.ts";
import { tenantCommands } from "./tenants.ts";
import type { TextTerminal } from "./terminal.ts";

/** Where a command line runs. */
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

interface Line {
  readonly help: boolean;
  readonly json: boolean;
  readonly words: readonly string[];
}

/** Takes out what every command has; what follows `--` is left alone. */
function readLine(args: readonly string[]): Line {
  const end = args.indexOf("--");
  const own = end < 0 ? args : args.slice(0, end);
  const isCommon = (word: string) => word === "--json" || word === "--help" || word === "-h";
  return {
    help: own.includes("--help") || own.includes("-h"),
    json: own.includes("--json"),
    words: [...own.filter((word) => !isCommon(word)), ...(end < 0 ? [] : args.slice(end))],
  };
}

const beginsWith = (words: readonly string[], beginning: readonly string[]) =>
  beginning.every((word, index) => words[index] === word);

/** The command that the line begins with, and what follows it. */
function findCommand(words: readonly string[]): { command: CliCommand; rest: readonly string[] } | undefined {
  for (const command of COMMANDS) {
    const name = command.name.split(" ");
    if (beginsWith(words, name)) return { command, rest: words.slice(name.length) };
  }
  return undefined;
}

/** The commands whose names begin with these words. */
const group = (words: readonly string[]) =>
  COMMANDS.filter(({ name }) => words.length > 0 && beginsWith(name.split(" "), words));

async function run({ help, json, words }: Line, around: CommandSurroundings): Promise<number> {
  const { env, stdin, stdout, stderr } = around;
  const found = findCommand(words);
  if (!found) {
    const members = group(words);
    if (help || words.length === 0) {
      (help ? stdout : stderr).write(helpOf(members.length > 0 ? members : COMMANDS));
      return help ? 0 : 2;
    }
    if (members.length === 0) throw usageError(`There is no command '${words.join(" ")}'`);
    const names = members.map(({ name }) => name).join(", ");
    throw usageError(`Which command of '${words.join(" ")}'? Expected one of: ${names}`);
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
  stdout.write(json ? `${JSON.stringify(outcome.json)}\n` : `${outcome.lines.join("\n")}\n`);
  for (const note of outcome.notes ?? []) stderr.write(`${note}\n`);
  return 0;
}

/**
 * Runs one command line.
 * @returns 0: done; 1: it could not be done; 2: the command line or the configuration is wrong
 */
export async function runAccess(args: readonly string[], around: CommandSurroundings): Promise<number> {
  try {
    return await run(readLine(args), around);
  } catch (error) {
    const say = (text: string) => void around.stderr.write(`${text}\n`);
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
