import type { z } from "zod";
import type { Caller } from "../../../accounts/caller.ts";
import { type CommandDefinition, type SettledCommand, settleCommand } from "../../../base/command-line.ts";
import type { Config } from "../../../base/config/index.ts";
import type { Pool } from "../../../store/database/index.ts";
import type { TextTerminal } from "./terminal.ts";

/** The surroundings of a command. */
export interface Context {
  readonly config: Config;
  readonly terminal: TextTerminal;
  /** Opens the database for as long as `work` takes. Faults of the command line are found before it is called. */
  database<T>(work: (pool: Pool, caller: Caller) => Promise<T>): Promise<T>;
}

/** The answer of a command: for programs (`--json`), and for people. */
export interface CommandAnswer {
  readonly json: unknown;
  readonly lines: readonly string[];
  /** Lines for stderr, in both cases. */
  readonly notes?: readonly string[];
}

export type CliCommand = SettledCommand<Context, Promise<CommandAnswer>>;

/** Makes a command of `npm run access`. */
export const defineCommand = <Shape extends z.ZodRawShape>(
  definition: CommandDefinition<Shape, Context, Promise<CommandAnswer>>,
): CliCommand => settleCommand(definition);
