import { isUtf8 } from "node:buffer";
import { MAX_PAYLOAD_BYTES } from "../base/channels.ts";
import {
  ExactNumber,
  MAX_KEPT_LENGTH,
  parseExact,
  type Repeated,
  spreadOf,
  stringifyExact,
} from "../base/exact-json.ts";
import { type Refusal, refuse } from "../ingest/reasons.ts";

/** How deep values may nest below a reading. PostgreSQL's own parser gives up at some thousands. */
const MAX_DEPTH = 16;

/** A JSON value, and what its objects said first of keys that they name again; undefined for nearly all. */
export interface DecodedJson {
  readonly value: unknown;
  readonly repeated: Repeated | undefined;
}

/** Payload → JSON value, wrapped so that no decoded value can be taken for a refusal. */
export function decodeJson(payload: Buffer, maxBytes: number = MAX_PAYLOAD_BYTES): DecodedJson | Refusal {
  if (payload.length > maxBytes) {
    return refuse("payload_too_large", `${payload.length} bytes, expected at most ${maxBytes}`);
  }
  if (payload.length === 0) return refuse("empty", "the payload has no bytes");
  // toString would put U+FFFD in place of bad bytes, and nobody would ever know.
  if (!isUtf8(payload)) return refuse("not_json", "the payload is not UTF-8");
  const marked = payload[0] === MARK[0] && payload[1] === MARK[1] && payload[2] === MARK[2];
  const text = payload.toString("utf8", marked ? MARK.length : 0);
  if (marked && text === "") return refuse("empty", "the payload has nothing behind its byte order mark");
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    // A NaN or an infinity in one item does not take the others along.
    const found = NOT_NUMBER.test(text) ? lookAgain(text) : undefined;
    return found && "value" in found ? found : refuse("not_json", (error as Error).message);
  }
  if (hasLongNumber(payload) || mayRepeatKeys(text, value)) return lookAgain(text);
  return { value, repeated: undefined };
}

/** The byte order mark, U+FEFF, which some programs put before each text. Readers of JSON may ignore it (RFC 8259, 8.1). */
const MARK = [0xef, 0xbb, 0xbf] as const;

/** What `parseExact` takes beyond JSON. */
const NOT_NUMBER = /[Nn][Aa][Nn]|[Ii][Nn][Ff]/;

function lookAgain(text: string): DecodedJson | Refusal {
  try {
    const repeated: Repeated = new Map();
    const value = parseExact(text, repeated);
    return { value, repeated: repeated.size > 0 ? repeated : undefined };
  } catch (error) {
    return refuse("not_json", (error as Error).message);
  }
}

/** So many digits in a row, or more, perhaps with a point among them, may be a number that JavaScript's own would change. */
const LONG = 16;

/** Whether there is such a run. It holds a place at every 16th byte, so that one byte in sixteen is looked at first. */
export function hasLongNumber(payload: Buffer): boolean {
  for (let at = LONG - 1; at < payload.length; at += LONG) {
    if (!isDigitOrPoint(payload[at])) continue;
    let from = at;
    let to = at;
    while (isDigitOrPoint(payload[from - 1])) from--;
    while (isDigitOrPoint(payload[to + 1])) to++;
    if (to - from < LONG - 1) continue;
    const digits = payload.subarray(from, to + 1).reduce((sum, byte) => sum + (byte === POINT ? 0 : 1), 0);
    if (digits >= LONG) return true;
    // A long row of points is looked at once.
    at = to;
  }
  return false;
}

const QUOTE = 0x22;
const SPACE = 0x20;

/**
 * Whether an object may name a key twice, of which JSON.parse keeps the last. Behind each key comes a colon; where no
 * space stands between them, there are as many `":` as keys, or more where texts hold such as well.
 */
function mayRepeatKeys(text: string, value: unknown): boolean {
  let colons = 0;
  for (let at = text.indexOf(":"); at >= 0; at = text.indexOf(":", at + 1)) {
    const before = text.charCodeAt(at - 1);
    if (before === QUOTE) colons++;
    else if (before <= SPACE) return true;
  }
  return colons !== countKeys(value);
}

/** The keys of all objects in a value, however deep it nests. */
function countKeys(value: unknown): number {
  let keys = 0;
  const rest: unknown[] = [];
  for (let next = value; ; next = rest.pop()) {
    if (Array.isArray(next)) {
      for (const item of next) if (typeof item === "object") rest.push(item);
    } else if (typeof next === "object" && next !== null) {
      for (const key in next) {
        keys++;
        const entry = (next as JsonObject)[key];
        if (typeof entry === "object") rest.push(entry);
      }
    }
    if (rest.length === 0) return keys;
  }
}

const POINT = 0x2e;
const isDigitOrPoint = (byte: number | undefined) =>
  byte !== undefined && ((byte >= 0x30 && byte <= 0x39) || byte === POINT);

export type JsonObject = Record<string, unknown>;

export function isObject(value: unknown): value is JsonObject {
  return (
    typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof ExactNumber)
  );
}

/**
 * Serialises a value that goes into a jsonb column as it is.
 * @returns its text, or why it cannot be kept without change
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

/** What can be kept of an object: the text of a jsonb value, undefined where that is nothing; and the rest. */
export interface Parts {
  readonly json: string | undefined;
  readonly leftOut: readonly LeftOut[];
}

const NOTHING: readonly LeftOut[] = [];

/** Serialises the keys of an object that can be kept without change. Where they are too long together, the longest go. */
export function encodeParts(value: JsonObject, path: string): Parts {
  const whole = encodeExtra(value, path);
  if ("json" in whole) return { json: whole.json, leftOut: NOTHING };
  const leftOut: LeftOut[] = [];
  const kept: { key: string; given: unknown; json: string; length: number }[] = [];
  // Of the object itself there are two brackets.
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

/** Whether the value that was looked at last has a number that JavaScript's own writer does not know. */
let holdsExact = false;
/** How much longer the numbers of that value become in the database. */
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
    // Before the point it holds more than JavaScript's own numbers, and what is beyond those is no ExactNumber.
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

/** So many digits PostgreSQL's numeric holds behind the point, of which jsonb is made; zeros count, too. */
const MOST_BEHIND_POINT = 16_383;

/** How many digits stand behind the point of a number that is written without an exponent. */
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
