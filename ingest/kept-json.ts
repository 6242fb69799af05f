import { ExactNumber, MAX_KEPT_LENGTH, spreadOf, stringifyExact } from "../base/exact-json.ts";
import { type Refusal, refuse } from "./reasons.ts";

/** How deep values may nest below a reading. PostgreSQL's own parser gives up at some thousands. */
const MAX_DEPTH = 16;

export type JsonObject = Record<string, unknown>;

export function isObject(value: unknown): value is JsonObject {
  return (
    typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof ExactNumber)
  );
}

/**
 * Serializes a value that goes into a jsonb column as it is.
 * @returns its text, or the reason why it cannot be kept without change
 */
export function encodeExtra(value: unknown, path: string): { json: string } | Refusal {
  holdsExact = false;
  spread = 0;
  const fault = findFault(value, path, 0);
  if (fault) return fault;
  const json = holdsExact ? stringifyExact(value) : JSON.stringify(value);
  if (json.length + spread > MAX_KEPT_LENGTH) return refuseLong(path, json.length + spread);
  return { json };
}

const refuseLong = (path: string, length: number): Refusal =>
  refuse(
    "bad_type",
    `${path}: ${length} characters with its numbers written without exponents, expected at most ${MAX_KEPT_LENGTH}`,
  );

/** A key of an item that is left out, while others of it are kept. */
export interface LeftOut {
  readonly key: string;
  readonly given: unknown;
  readonly refusal: Refusal;
}

/**
 * The parts of an object that can be kept: the text of a jsonb value, undefined where that is nothing; and the rest.
 */
export interface Parts {
  readonly json: string | undefined;
  readonly leftOut: readonly LeftOut[];
}

const NOTHING: readonly LeftOut[] = [];

/**
 * Serializes the keys of an object that can be kept without change. Where they are too long together, the longest go.
 */
export function encodeParts(value: JsonObject, path: string): Parts {
  const whole = encodeExtra(value, path);
  if ("json" in whole) return { json: whole.json, leftOut: NOTHING };
  const leftOut: LeftOut[] = [];
  const kept: { key: string; given: unknown; json: string; length: number }[] = [];
  // The object itself has two brackets.
  let sum = 2;
  for (const [key, given] of Object.entries(value)) {
    const encoded = encodeExtra(alone(key, given), path);
    if ("reason" in encoded) leftOut.push({ key, given, refusal: encoded });
    else {
      const json = encoded.json.slice(1, -1);
      // With its comma.
      const length = json.length + spread + 1;
      kept.push({ key, given, json, length });
      sum += length;
    }
  }
  const longest = kept.toSorted((a, b) => b.length - a.length);
  const tooLong = new Set<string>();
  for (let i = 0; sum > MAX_KEPT_LENGTH; i++) {
    const { key, given, length } = longest[i]!;
    tooLong.add(key);
    leftOut.push({
      key,
      given,
      refusal: refuseLong(`${path}.${key.slice(0, 64)} and what stands beside it`, sum),
    });
    sum -= length;
  }
  const rest = kept.filter(({ key }) => !tooLong.has(key));
  if (rest.length === 0) return { json: undefined, leftOut };
  return { json: `{${rest.map(({ json }) => json).join(",")}}`, leftOut };
}

/** An object with one key. Without a prototype: a key `__proto__` is data like any other. */
function alone(key: string, entry: unknown): JsonObject {
  const object = Object.create(null) as JsonObject;
  object[key] = entry;
  return object;
}

/** True when the value that was looked at last has a number that JavaScript's own writer does not know. */
let holdsExact = false;
/** The growth of the numbers of that value in the database, in characters. */
let spread = 0;

function findFault(value: unknown, path: string, depth: number): Refusal | undefined {
  if (typeof value === "string") return checkText(value, path);
  if (typeof value === "number") {
    // Nearly all; they are written as they are.
    if (value >= 1e-6 && value < 1e21) return undefined;
    spread += spreadOf(value);
    // JSON has no infinity, but 1e400 parses to one and would be written back as null.
    return Number.isFinite(value)
      ? undefined
      : refuse("bad_type", `${path}: no number, or one that is too large to keep`);
  }
  if (typeof value !== "object" || value === null) return undefined;
  if (value instanceof ExactNumber) {
    holdsExact = true;
    spread += spreadOf(value);
    // Before the point it holds more than JavaScript's own numbers, and a number beyond those is no ExactNumber.
    return behindPoint(value) <= MOST_BEHIND_POINT
      ? undefined
      : refuse("bad_type", `${path}: a number with more than ${MOST_BEHIND_POINT} digits behind its point`);
  }
  if (depth === MAX_DEPTH) return refuse("too_deep", `${path}: nested more than ${MAX_DEPTH} levels deep`);
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i++) {
      const fault = findFault(value[i], `${path}[${i}]`, depth + 1);
      if (fault) return fault;
    }
    return undefined;
  }
  for (const [key, entry] of Object.entries(value)) {
    const fault = checkText(key, path) ?? findFault(entry, `${path}.${key}`, depth + 1);
    if (fault) return fault;
  }
  return undefined;
}

/** The decimals that PostgreSQL's numeric holds, of which jsonb is made; zeros count, too. */
const MOST_BEHIND_POINT = 16_383;

/** The number of decimals of a number that is written without an exponent. */
function behindPoint({ text }: ExactNumber): number {
  const [mantissa, exponent = "0"] = text.split(/e/i) as [string, string?];
  return (mantissa.split(".")[1]?.length ?? 0) - Number(exponent);
}

/** A value for a refusal's detail: the beginning of its JSON. */
export const show = (value: unknown): string => stringifyExact(value).slice(0, 64);

/** PostgreSQL's text and jsonb take neither NUL nor half a surrogate pair. */
export function checkText(text: string, path: string): Refusal | undefined {
  if (!text.includes("\0") && text.isWellFormed()) return undefined;
  return refuse("bad_text", `${path}: holds a NUL character or half of a surrogate pair`);
}
