import { asksForHelp, readLine } from "../base/command-line.ts";
import { flagOption, numberOption, numbersOption, textOption, wordsOption } from "../base/command-options.ts";

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
/** Any text, e.g. a folder. */
export interface TextFlag {
  readonly type: "text";
  readonly fallback: string;
  readonly about: string;
}
export type Flag = NumberFlag | NumbersFlag | WordsFlag | TextFlag;
export type Flags = Readonly<Record<string, Flag>>;

/** The values of a story's flags. */
export type FlagValues<F extends Flags> = {
  readonly [K in keyof F]: F[K] extends NumberFlag
    ? number
    : F[K] extends NumbersFlag
      ? readonly number[]
      : F[K] extends TextFlag
        ? string
        : readonly string[];
};

/** The values of flags that were not given. */
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

function optionOf(flag: Flag) {
  if (flag.type === "text") return textOption().default(flag.fallback);
  if (flag.type === "words") return wordsOption(flag.of).default([...flag.fallback]);
  const { min, max } = flag;
  return flag.type === "number"
    ? numberOption({ min, max }).default(flag.fallback)
    : numbersOption({ min, max }).default([...flag.fallback]);
}

/**
 * Reads a story's options, besides those that all stories know.
 * @throws UsageError that lists every wrong option at once
 */
export function parseFlags<F extends Flags>(
  flags: F,
  args: readonly string[],
  name = "npm run bench",
): Parsed<F> {
  if (asksForHelp(args)) return { values: fallbacks(flags), help: true, embedded: false };
  const shape = Object.fromEntries(Object.entries(flags).map(([flag, form]) => [flag, optionOf(form)]));
  const { embedded, ...values } = readLine({ name, input: { ...shape, embedded: flagOption() } }, args);
  return { values: values as FlagValues<F>, help: false, embedded };
}

/** One line per flag, for `--help`. */
export function describeFlags(flags: Flags): string {
  return Object.entries(flags)
    .map(([name, flag]) => {
      const fallback = typeof flag.fallback === "object" ? flag.fallback.join(",") : flag.fallback;
      return `      --${name.padEnd(14)} ${flag.about}${fallback === "" ? "" : ` (default ${fallback})`}`;
    })
    .join("\n");
}
