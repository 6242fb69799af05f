import { z } from "zod";

/**
 * Forms of options that commands share. The value of an option is a text, and a message that begins with "is" or
 * "names" continues the option's name.
 */

/** The end of a transform whose text is not what it should be. */
export const refusedOption = (context: z.RefinementCtx, message: string) => {
  context.addIssue({ code: "custom", message });
  return z.NEVER;
};

export const isFlagOption = (schema: unknown): boolean => coreOf(schema) instanceof z.ZodBoolean;
export const isListOption = (schema: unknown): boolean => coreOf(schema) instanceof z.ZodArray;

/** The core of a schema, without the wrappers that make it optional or transform it. */
function coreOf(schema: unknown): unknown {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault) return coreOf(schema.unwrap());
  return schema instanceof z.ZodPipe ? coreOf(schema.in) : schema;
}

/** An option without a value. */
export const flagOption = (description = "") => z.boolean().default(false).meta({ description });

export interface NumberBounds {
  readonly min: number;
  readonly max?: number;
  readonly whole?: boolean;
  /** In place of "a number from … to …". */
  readonly expected?: string;
}

const boundsText = ({ min, max }: NumberBounds) => `from ${min}${max === undefined ? "" : ` to ${max}`}`;

/** NaN where a text is no number. */
const numberOf = (text: string): number => (text.trim() === "" ? Number.NaN : Number(text));

const isWithin = (value: number, { min, max = Number.MAX_VALUE, whole = false }: NumberBounds): boolean =>
  value >= min && value <= max && (!whole || Number.isSafeInteger(value));

export function numberOption(bounds: NumberBounds) {
  const { whole = false, expected = `a ${whole ? "whole " : ""}number ${boundsText(bounds)}` } = bounds;
  return z.string().transform((text, context): number => {
    const value = numberOf(text);
    return isWithin(value, bounds) ? value : refusedOption(context, `is '${text}', expected ${expected}`);
  });
}

const listOf = (text: string): string[] => text.split(",").map((part) => part.trim());

/** Any text, e.g. a path. */
export const textOption = () => z.string();

/** Several numbers, separated by commas. */
export const numbersOption = (bounds: NumberBounds) =>
  z.string().transform((text, context): readonly number[] => {
    const values = listOf(text).map(numberOf);
    return values.every((value) => isWithin(value, bounds))
      ? values
      : refusedOption(context, `is '${text}', expected numbers ${boundsText(bounds)}, separated by commas`);
  });

/** Several of a closed list of words, separated by commas. */
export const wordsOption = (known: readonly string[]) =>
  z.string().transform((text, context): readonly string[] => {
    const words = listOf(text);
    return words.every((word) => known.includes(word))
      ? words
      : refusedOption(context, `is '${text}', expected some of ${known.join(", ")}, separated by commas`);
  });

export const urlOption = (schemes: readonly string[]) =>
  z.string().refine((text) => schemes.includes(URL.parse(text)?.protocol.slice(0, -1) ?? ""), {
    error: ({ input }) =>
      `is '${String(input)}', expected a URL that begins with ${schemes.join(":// or ")}://`,
  });
