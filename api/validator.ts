import type { FastifySchemaCompiler } from "fastify";
import { z } from "zod";
import type { Fault } from "../base/errors.ts";

/** At most so many faults of a request are named, and so many unknown keys of an object; the rest is counted. */
const MAX_NAMED = 20;
/** In characters. A message repeats no more of a key or a value of the caller. */
const MAX_MESSAGE = 500;
const MAX_PATH = 200;

/** The faults that zod finds in a part of a request: the first ones, and how many more there are. */
export class InvalidRequest extends Error {
  readonly faults: readonly Fault[];
  readonly more: number;
  /** The part's name in Fastify; set by Fastify. */
  validationContext?: string;

  constructor(faults: readonly Fault[], more: number) {
    super("a request does not match its schema");
    this.faults = faults;
    this.more = more;
  }
}

const cut = (text: string, length: number) => (text.length <= length ? text : `${text.slice(0, length)}…`);

/** An absent value is missing; zod says that it received undefined. */
const plainly = (message: string) =>
  message.replace(/^Invalid input: (expected .+), received undefined$/, "missing, $1");

function toFault(issue: z.core.$ZodRawIssue): Fault {
  const keys = issue.code === "unrecognized_keys" ? (issue.keys as string[]) : [];
  const more = keys.length - MAX_NAMED;
  const named = keys.slice(0, MAX_NAMED).map((key) => cut(key, MAX_NAMED * 2));
  const short = keys.length > 0 ? { ...issue, keys: named } : issue;
  const { message, path } = z.core.util.finalizeIssue(short, undefined, z.core.config());
  const text = cut(plainly(message), keys.length > 0 ? MAX_MESSAGE * 4 : MAX_MESSAGE);
  return {
    path: cut(`/${(path ?? []).map(String).join("/")}`, MAX_PATH),
    message: more > 0 ? `${text} and ${more} more` : text,
  };
}

/**
 * Checks a part of a request against its zod schema. Only the first faults are put into words: a body can have one for
 * each of its points, and the words take most of the time.
 */
export const validatorCompiler: FastifySchemaCompiler<z.ZodType> =
  ({ schema }) =>
  (data: unknown) => {
    const result = schema._zod.run({ value: data, issues: [] }, { async: false });
    if (result instanceof Promise) throw new Error("a schema of the API must not be asynchronous");
    if (result.issues.length === 0) return { value: result.value };
    const faults = result.issues.slice(0, MAX_NAMED).map(toFault);
    return { error: new InvalidRequest(faults, result.issues.length - faults.length) };
  };
