import { parseArgs } from "node:util";
import { UsageError } from "../base/usage-error.ts";

interface Numeric {
  readonly min: number;
  readonly max: number;
  readonly about: string;
}
export interface NumberFlag extends Numeric {
  readonly type: "number";
  readonly fallback: number;
}
/** Several numbers, separated by commas. */
export interface NumbersFlag extends Numeric {
  readonly type: "numbers";
  readonly fallback: readonly number[];
}
/** Several of a closed list of words, separated by commas. */
export interface WordsFlag {
  readonly type: "words";
  readonly fallback: readonly string[];
  readonly of: readonly string[];
  readonly about: string;
}
export type Flag = NumberFlag | NumbersFlag | WordsFlag;
export type Flags = Readonly<Record<string, Flag>>;

/** What a story gets for its flags. */
export type FlagValues<F extends Flags> = {
  readonly [K in keyof F]: F[K] extends NumberFlag
    ? number
    : F[K] extends NumbersFlag
      ? readonly number[]
      : readonly string[];
};

/** The values of flags that nobody gave. */
export function fallbacks<F extends Flags>(flags: F): FlagValues<F> {
  return Object.fromEntries(
    Object.entries(flags).map(([name, flag]) => [name, flag.fallback]),
  ) as FlagValues<F>;
}

export interface Parsed<F extends Flags> {
  readonly values: FlagValues<F>;
  readonly help: boolean;
  readonly embedded: boolean;
}

/**
 * Reads a story's options, besides those that all stories know.
 * @throws UsageError that lists every wrong option at once
 */
export function parseFlags<F extends Flags>(flags: F, args: readonly string[]): Parsed<F> {
  const { help, embedded, ...given } = read(flags, args);
  const faults: string[] = [];
  const values = Object.entries(flags).map(([name, flag]) => {
    const text = (given as Record<string, string | undefined>)[name];
    if (text === undefined) return [name, flag.fallback];
    const list = text.split(",").map((part) => part.trim());
    const { wrong, value } = flag.type === "words" ? words(flag, list) : numbers(flag, list);
    if (wrong) faults.push(`--${name} is '${text}', expected ${expected(flag)}`);
    return [name, flag.type === "number" ? value[0] : value];
  });
  if (faults.length > 0) throw new UsageError(faults.join("\n"));
  return {
    values: Object.fromEntries(values) as FlagValues<F>,
    help: help === true,
    embedded: embedded === true,
  };
}

function read(flags: Flags, args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        help: { type: "boolean", short: "h" },
        embedded: { type: "boolean" },
        ...Object.fromEntries(Object.keys(flags).map((name) => [name, { type: "string" as const }])),
      },
    }).values as { help?: boolean; embedded?: boolean };
  } catch (error) {
    throw new UsageError((error as Error).message, { cause: error });
  }
}

function words(flag: WordsFlag, list: readonly string[]) {
  return { value: list, wrong: list.some((word) => !flag.of.includes(word)) };
}

function numbers(flag: NumberFlag | NumbersFlag, list: readonly string[]) {
  const value = list.map((text) => (text === "" ? Number.NaN : Number(text)));
  const wrong =
    value.some((number) => !(number >= flag.min && number <= flag.max)) ||
    (flag.type === "number" && value.length > 1);
  return { value, wrong };
}

function expected(flag: Flag): string {
  if (flag.type === "words") return `some of ${flag.of.join(", ")}, separated by commas`;
  const range = `from ${flag.min} to ${flag.max}`;
  return flag.type === "number" ? `a number ${range}` : `numbers ${range}, separated by commas`;
}

/** One line per flag, for `--help`. */
export function describeFlags(flags: Flags): string {
  return Object.entries(flags)
    .map(([name, flag]) => {
      const fallback = flag.type === "number" ? flag.fallback : flag.fallback.join(",");
      return `      --${name.padEnd(14)} ${flag.about} (default ${fallback})`;
    })
    .join("\n");
}
