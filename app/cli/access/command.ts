import { parseArgs } from "node:util";
import { z } from "zod";
import type { Caller } from "../../../accounts/caller.ts";
import type { Config } from "../../../base/config/index.ts";
import { PlatformError } from "../../../base/errors.ts";
import type { Pool } from "../../../store/database/index.ts";
import type { TextTerminal } from "./terminal.ts";

/** What a command works with. */
export interface Context {
  readonly config: Config;
  readonly terminal: TextTerminal;
  /** Opens the database for as long as `work` takes. What cannot work is found before it is called. */
  database<T>(work: (pool: Pool, caller: Caller) => Promise<T>): Promise<T>;
}

/** What a command has to say: to programs (`--json`), and to people. */
export interface CommandAnswer {
  readonly json: unknown;
  readonly lines: readonly string[];
  /** What is said on stderr, in both cases. */
  readonly notes?: readonly string[];
}

/** A command whose types are settled. */
export interface CliCommand {
  /** The words that call it, e.g. `app key create`. */
  readonly name: string;
  readonly about: string;
  readonly operands: readonly string[];
  readonly shape: z.ZodRawShape;
  readonly more: string | undefined;
  run(context: Context, words: readonly string[]): Promise<CommandAnswer>;
}

interface Definition<Shape extends z.ZodRawShape> {
  readonly name: string;
  readonly about: string;
  /** The fields of `input` that are given by position, in this order; the others are options. */
  readonly operands?: readonly (keyof Shape & string)[];
  readonly input: Shape;
  /** What `--help` says below the options. */
  readonly more?: string;
  run(context: Context, input: z.output<z.ZodObject<Shape>>): Promise<CommandAnswer>;
}

/** Makes a command. Its options are the fields of `input`, which is the one place that says what they must be. */
export function defineCommand<Shape extends z.ZodRawShape>(definition: Definition<Shape>): CliCommand {
  const { name, about, input, operands = [], more } = definition;
  return {
    name,
    about,
    operands,
    shape: input,
    more,
    run: (context, words) => definition.run(context, readInput(name, input, operands, words)),
  };
}

/** @throws PlatformError `invalid_request`: the command line is wrong */
export function usageError(message: string, name = ""): PlatformError {
  const command = ["npm run access --", name, "--help"].filter((word) => word !== "").join(" ");
  return new PlatformError("invalid_request", `${message}\nSee ${command}`);
}

/** What is left of a schema without what makes it optional or turns it into something else. */
function core(schema: unknown): unknown {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault) return core(schema.unwrap());
  return schema instanceof z.ZodPipe ? core(schema.in) : schema;
}

export const isFlag = (schema: unknown): boolean => core(schema) instanceof z.ZodBoolean;
const isList = (schema: unknown): boolean => core(schema) instanceof z.ZodArray;

function readInput<Shape extends z.ZodRawShape>(
  name: string,
  shape: Shape,
  operands: readonly string[],
  words: readonly string[],
): z.output<z.ZodObject<Shape>> {
  const options = Object.entries(shape).filter(([field]) => !operands.includes(field));
  const { values, positionals } = parseWords(name, options, words);
  if (positionals.length > operands.length) {
    const much = positionals.slice(operands.length).map((word) => `'${word}'`);
    throw usageError(`'${name}' does not take ${much.join(" ")}`, name);
  }
  const given: Record<string, unknown> = { ...values };
  for (const [index, operand] of operands.entries()) {
    if (positionals[index] !== undefined) given[operand] = positionals[index];
  }
  const parsed = z.strictObject(shape).safeParse(given);
  if (parsed.success) return parsed.data as z.output<z.ZodObject<Shape>>;
  const lines = parsed.error.issues.map(({ path, message }) => {
    const field = String(path[0]);
    const shown = operands.includes(field) ? `<${field}>` : `--${field}`;
    return given[field] === undefined ? `${shown} is missing` : `${shown}: ${message}`;
  });
  throw usageError([...new Set(lines)].join("\n"), name);
}

function parseWords(name: string, options: [string, unknown][], words: readonly string[]) {
  try {
    return parseArgs({
      args: [...words],
      allowPositionals: true,
      options: Object.fromEntries(
        options.map(([field, schema]) => [
          field,
          { type: isFlag(schema) ? ("boolean" as const) : ("string" as const), multiple: isList(schema) },
        ]),
      ),
    });
  } catch (error) {
    // Node adds a hint about quoting, which helps nobody here.
    throw usageError((error as Error).message.replace(/\. To specify .*$/s, ""), name);
  }
}
