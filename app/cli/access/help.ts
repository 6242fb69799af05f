import { helpColumns, optionRows, usageOf } from "../../../base/command-help.ts";
import type { CliCommand } from "./command.ts";

const INTRODUCTION = `Tenants, people, applications, their grants and keys. It works on the database directly, for
the operator of the machine; every change is in the audit.

  npm run access -- <command> [options]
`;

const COMMON = `Options of every command
  --json       print one JSON value instead of text
  -h, --help   this text, or that of a command
`;

const ENVIRONMENT = `Environment
  DATABASE_URL   the server. Unset: the embedded database in DATA_DIR, while no platform runs on it.
  DATA_DIR       where the administrator's key is kept; default .data

Running processes of the platform take up a change within about two seconds, the end of a session within five.
Exit codes: 0 done; 1 it could not be done; 2 the command line or the configuration is not right.
`;

/** The help of all commands, or of those that begin with some words. */
export function helpOf(commands: readonly CliCommand[]): string {
  const list = helpColumns(commands.map((command) => [usageOf(command.name, command), command.about]));
  return `${INTRODUCTION}\nCommands\n${list}\n${COMMON}\n${ENVIRONMENT}`;
}

/** The help of one command. */
export function helpOfCommand(command: CliCommand): string {
  const options = optionRows(command);
  const more = command.more === undefined ? "" : `${command.more}\n\n`;
  const own = options.length === 0 ? "" : `Options\n${helpColumns(options)}\n`;
  return `${command.about}

  npm run access -- ${usageOf(command.name, command)}${options.length === 0 ? "" : " [options]"}

${own}${more}${COMMON}`;
}
