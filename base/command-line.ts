import { parseArgs } from "node:util";
import { z } from "zod";
import { isFlagOption, isListOption } from "./command-options.ts";
import { mayBeMeant, nearestNames } from "./edit-distance.ts";
import { UsageError } from "./usage-error.ts";

/** The input of a command. Its options are the fields of `input`, which alone defines their values. */
export interface LineForm<Shape extends z.ZodRawShape> {
  /** The command's name in sentences: the words that call it, or the npm script where it is the only one. */
  readonly name: string;
  readonly input: Shape;
  /** The fields of `input` that are given by position, in this order; the others are options. */
  readonly operands?: readonly (keyof Shape & string)[];
  /**
   * Sentences about options that do not fit together.
   * @param given each field as it was written; fields that were not given are absent
   */
  check?(given: GivenFields): readonly string[];
}

export type GivenFields = Readonly<Record<string, string | boolean | readonly string[]>>;

/** Takes flags that stand anywhere out of a command line; everything after `--` is left alone. */
export function takeFlags(args: readonly string[], flags: readonly string[]) {
  const end = args.indexOf("--");
  const own = end < 0 ? args : args.slice(0, end);
  return {
    taken: new Set(own.filter((word) => flags.includes(word))),
    words: [...own.filter((word) => !flags.includes(word)), ...(end < 0 ? [] : args.slice(end))],
  };
}

const HELP_FLAGS = ["--help", "-h"];

/** Every command explains itself when `--help` stands anywhere in its line. */
export const asksForHelp = (args: readonly string[]): boolean => takeFlags(args, HELP_FLAGS).taken.size > 0;

/**
 * Reads the line of a command.
 * @param elsewhere options that this command does not have, and another one of several does
 * @throws UsageError that lists every wrong option and argument at once
 */
export function readLine<Shape extends z.ZodRawShape>(
  { name, input, operands = [], check }: LineForm<Shape>,
  args: readonly string[],
  elsewhere: readonly string[] = [],
): z.output<z.ZodObject<Shape>> {
  const options = new Map(Object.entries(input).filter(([field]) => !operands.includes(field)));
  const { given, positionals, faults } = gather(name, options, takeFlags(args, HELP_FLAGS).words, elsewhere);
  const much = positionals.slice(operands.length).map((word) => `'${word}'`);
  // The word after an unknown option may have been meant as its value.
  if (much.length > 0 && faults.length === 0) faults.push(`'${name}' does not take ${much.join(" ")}`);
  for (const [index, operand] of operands.entries()) {
    if (positionals[index] !== undefined) given[operand] = positionals[index];
  }
  const parsed = z.strictObject(input).safeParse(given);
  for (const { path, message } of parsed.error?.issues ?? []) {
    const field = String(path[0]);
    const shown = operands.includes(field) ? `<${field}>` : `--${field}`;
    if (given[field] === undefined) faults.push(`${shown} is missing`);
    else faults.push(/^(is|names) /.test(message) ? `${shown} ${message}` : `${shown}: ${message}`);
  }
  faults.push(...(check?.(given) ?? []));
  if (parsed.success && faults.length === 0) return parsed.data as z.output<z.ZodObject<Shape>>;
  throw new UsageError([...new Set(faults)].join("\n"));
}

const shortOf = (schema: unknown): string | undefined => {
  const { short } = (schema as z.ZodType).meta() ?? {};
  return typeof short === "string" ? short : undefined;
};

/** The text given for each option, the arguments between, and the faults of the options as such. */
function gather(
  name: string,
  options: ReadonlyMap<string, unknown>,
  args: readonly string[],
  elsewhere: readonly string[],
) {
  const given: Record<string, string | boolean | string[]> = {};
  const positionals: string[] = [];
  const faults: string[] = [];
  const shorts = new Set([...options.values()].map(shortOf).map((short) => `-${short}`));
  const { tokens } = parseArgs({
    args: [...args],
    strict: false,
    tokens: true,
    allowPositionals: true,
    options: Object.fromEntries(
      [...options].map(([field, schema]) => {
        const short = shortOf(schema);
        const type = isFlagOption(schema) ? ("boolean" as const) : ("string" as const);
        return [field, { type, ...(short === undefined ? {} : { short }) }];
      }),
    ),
  });
  for (const token of tokens) {
    if (token.kind === "positional") positionals.push(token.value);
    if (token.kind !== "option") continue;
    const { name: field, value } = token;
    const schema = options.get(field);
    // A value may begin with a dash, as the public half of a root may and a number below 0 does.
    const isNone =
      value === undefined || (!token.inlineValue && (value.startsWith("--") || shorts.has(value)));
    if (schema === undefined) faults.push(unknownOption(token.rawName, name, [...options.keys()], elsewhere));
    else if (isFlagOption(schema)) {
      if (value === undefined) given[field] = true;
      else faults.push(`--${field} takes no value, and was given '${value}'`);
    } else if (isNone) faults.push(`--${field} needs a value`);
    else if (isListOption(schema)) given[field] = [...((given[field] as string[] | undefined) ?? []), value];
    else given[field] = value;
  }
  return { given, positionals, faults };
}

function unknownOption(
  written: string,
  name: string,
  known: readonly string[],
  elsewhere: readonly string[],
): string {
  const bare = written.replace(/^--?/, "");
  if (elsewhere.includes(bare)) return `${written} means nothing to '${name}'`;
  return `Unknown option '${written}'${mayBeMeant(nearestNames(bare, known).map((field) => `--${field}`))}`;
}

/** One of several commands, with its types settled. */
export interface SettledCommand<Context, Answer> {
  /** The words that call it, e.g. `app key create`. */
  readonly name: string;
  readonly about: string;
  readonly operands: readonly string[];
  readonly shape: z.ZodRawShape;
  /** The text of `--help` below the options. */
  readonly more: string | undefined;
  /** @throws UsageError that lists every wrong option and argument at once */
  run(context: Context, words: readonly string[], elsewhere?: readonly string[]): Answer;
}

export interface CommandDefinition<Shape extends z.ZodRawShape, Context, Answer> extends LineForm<Shape> {
  /** One line for the list of commands. */
  readonly about?: string;
  readonly more?: string;
  run(context: Context, input: z.output<z.ZodObject<Shape>>): Answer;
}

export function settleCommand<Shape extends z.ZodRawShape, Context, Answer>(
  definition: CommandDefinition<Shape, Context, Answer>,
): SettledCommand<Context, Answer> {
  const { name, about = "", input, operands = [], more } = definition;
  return {
    name,
    about,
    operands,
    shape: input,
    more,
    run: (context, words, elsewhere) =>
      definition.run(
        context,
        asked(name, () => readLine(definition, words, elsewhere)),
      ),
  };
}

/** Shows a wrong line together with the command's own help. */
function asked<T>(command: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    throw new UsageError(error.message, { command, cause: error });
  }
}

const beginsWith = (words: readonly string[], beginning: readonly string[]) =>
  beginning.every((word, index) => words[index] === word);

interface Named {
  readonly name: string;
}

/** The command that the line begins with, and the rest of the line. */
export function findCommand<C extends Named>(commands: readonly C[], words: readonly string[]) {
  for (const command of commands) {
    const name = command.name.split(" ");
    if (beginsWith(words, name)) return { command, rest: words.slice(name.length) };
  }
  return undefined;
}

/** The commands whose names begin with these words. */
export const commandsOf = <C extends Named>(commands: readonly C[], words: readonly string[]): C[] =>
  commands.filter(({ name }) => words.length > 0 && beginsWith(name.split(" "), words));

/** The error for a line that begins with no command. */
export function unknownCommand(commands: readonly Named[], words: readonly string[]): UsageError {
  const written = words.join(" ");
  const members = commandsOf(commands, words).map(({ name }) => name);
  if (members.length > 0)
    return new UsageError(`Which command of '${written}'? Expected one of: ${members.join(", ")}`);
  const near = commands.filter(({ name }) => {
    const beginning = words.slice(0, name.split(" ").length).join(" ");
    return nearestNames(beginning, [name]).length > 0;
  });
  return new UsageError(`There is no command '${written}'${mayBeMeant(near.map(({ name }) => `'${name}'`))}`);
}
