import type { z } from "zod";
import { isFlagOption } from "./command-options.ts";

/** The help texts of a field: its `description`, and in `value` the placeholder for its value, e.g. `<n>`. */
const metaOf = (schema: unknown) => {
  const { description = "", value = "<text>", short } = (schema as z.ZodType).meta() ?? {};
  return { description, value: String(value), short: short === undefined ? "" : `-${String(short)}, ` };
};

const isOptional = (schema: unknown) => (schema as z.ZodType).safeParse(undefined).success;

export interface HelpedLine {
  readonly operands: readonly string[];
  readonly shape: z.ZodRawShape;
}

/** `app key create <app>` */
export const usageOf = (name: string, { operands }: Pick<HelpedLine, "operands">): string =>
  [name, ...operands.map((operand) => `<${operand}>`)].join(" ");

/** A row for each option: its spelling, and its meaning. */
export const optionRows = ({ shape, operands }: HelpedLine): [left: string, right: string][] =>
  Object.entries(shape)
    .filter(([field]) => !operands.includes(field))
    .map(([field, schema]) => {
      const { description, value, short } = metaOf(schema);
      const left = `${short}--${field}${isFlagOption(schema) ? "" : ` ${value}`}`;
      return [left, isOptional(schema) ? description : `${description} (needed)`];
    });

/** Two columns, as wide as needed. */
export function helpColumns(pairs: readonly (readonly [string, string])[]): string {
  const width = Math.max(...pairs.map(([left]) => left.length));
  return pairs.map(([left, right]) => `  ${left.padEnd(width)}   ${right}\n`).join("");
}

const HELP_ROW = ["-h, --help", "this text"] as const;

export interface SingleHelp {
  readonly about: string;
  /** The call, e.g. `npm run test:crash`. */
  readonly call: string;
  readonly input: z.ZodRawShape;
  /** The text below the options. */
  readonly more?: string;
}

/** The help of a command that is the only one of its npm script. */
export function singleHelp({ about, call, input, more = "" }: SingleHelp): string {
  const rows = [...optionRows({ shape: input, operands: [] }), HELP_ROW];
  return `${about}

Usage: ${call} [-- options]

Options
${helpColumns(rows)}${more === "" ? "" : `\n${more}\n`}`;
}
