import { randomUUID } from "node:crypto";
import { MAX_PAYLOAD_BYTES } from "./channels.ts";

/**
 * JSON with exact numbers. JavaScript's numbers hold some 16 digits: `JSON.parse` makes 1724442618569203700 of
 * 1724442618569203714. Here a number that it would change is an `ExactNumber`, which is written again as it came. This
 * serves the rare message that holds one; the others go to `JSON.parse`.
 */

/** A number as it was written, which JavaScript's own would change. */
export class ExactNumber {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }

  /** The nearest number of JavaScript. */
  valueOf(): number {
    return Number(this.text);
  }

  /** For `JSON.stringify`: within `writeExactly` the original text, elsewhere the nearest number. */
  toJSON(): unknown {
    if (!isMarking) return this.valueOf();
    hasMarked = true;
    return MARK + this.text;
  }
}

/** Stands before an exact number in the JSON that is being written; it is random, so no input can contain it. */
const MARK = randomUUID();
const MARKED = new RegExp(`"${MARK}([^"]*)"`, "g");
let isMarking = false;
let hasMarked = false;

/** The text that `write` makes by `JSON.stringify`, with exact numbers as they came. It costs other values nothing. */
export function writeExactly<T extends string | undefined>(write: () => T): T {
  isMarking = true;
  hasMarked = false;
  try {
    const text = write();
    return (hasMarked ? text?.replaceAll(MARKED, "$1") : text) as T;
  } finally {
    isMarking = false;
  }
}

/** `JSON.stringify`, with exact numbers as they came. */
export const writeJson = (value: unknown): string => writeExactly(() => JSON.stringify(value));

/**
 * The number of characters by which PostgreSQL writes a number longer than it is written here: it knows no exponents,
 * and makes 309 digits of `1e308`.
 */
export function spreadOf(value: number | ExactNumber): number {
  if (value instanceof ExactNumber) {
    const at = value.text.search(/e/i);
    return at < 0 ? 0 : Math.abs(Number(value.text.slice(at + 1)));
  }
  const size = Math.abs(value);
  // Between these bounds JavaScript writes no exponent either.
  return (size < 1e21 && size >= 1e-6) || size === 0 ? 0 : Math.abs(Math.ceil(Math.log10(size)));
}

/** The same of all numbers of a value together. */
export function spreadWithin(value: unknown): number {
  let spread = 0;
  const rest: unknown[] = [value];
  while (rest.length > 0) {
    const next = rest.pop();
    if (typeof next === "number" || next instanceof ExactNumber) spread += spreadOf(next);
    else if (typeof next === "object" && next !== null) for (const one of Object.values(next)) rest.push(one);
  }
  return spread;
}

/** The approximate length of a value as the text that PostgreSQL makes of its jsonb, in characters. */
export const lengthInDatabase = (value: unknown): number =>
  stringifyExact(value).length + spreadWithin(value);

/**
 * The greatest length, by `lengthInDatabase`, of the jsonb of one item or moment: all of it is read again as text. It
 * is five times the largest message, so nothing is refused of a message full of `1e20`, which JavaScript writes with 21
 * digits.
 */
export const MAX_KEPT_LENGTH = 5 * MAX_PAYLOAD_BYTES;

/** So many digits, perhaps with a point among them, may be a number that JavaScript's own would change. */
const MAY_BE_LONG = /[\d.]{16}/;

/** True when a JSON text may hold a number that `JSON.parse` changes. */
export const mayHoldExact = (text: string): boolean => MAY_BE_LONG.test(text);

/** `JSON.parse`, with numbers that it would change as they came. */
export const readJson = (text: string): unknown => (mayHoldExact(text) ? parseExact(text) : JSON.parse(text));

/**
 * An object's entries as they were written, where a key may stand twice. `stringifyExact` writes it as an object; no
 * object of JavaScript's own can hold it.
 */
export class Entries {
  readonly pairs: readonly Entry[];
  constructor(pairs: readonly Entry[]) {
    this.pairs = pairs;
  }
}

export type Entry = readonly [key: string, value: unknown];

/**
 * The first values of keys that stand again in their object, in their order in the text. The objects themselves hold
 * the last values, as those of `JSON.parse` do. Numbers and texts that are repeated unchanged are left out.
 */
export type Repeated = Map<object, Entry[]>;

/** A key that stands twice deeper than this makes the text unreadable: the search for it is recursive. */
export const MAX_REPEATED_DEPTH = 64;

const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const SPACE = /[ \t\n\r]*/y;
/** Texts that programs print in place of a missing number; they are not JSON. */
const NOT_NUMBERS = /[+-]?(?:NaN|nan|NAN|Infinity|infinity|INFINITY|Inf|inf|INF)(?![A-Za-z0-9_])/y;

/**
 * Parses JSON, and besides it NaN and Infinity where a value may stand; however deep it nests.
 * @param repeated is filled with the first values of keys that stand again in their object
 * @throws SyntaxError with the place, as `JSON.parse`
 */
export function parseExact(text: string, repeated?: Repeated): unknown {
  return new Reader(text, repeated).read();
}

/** An array or an object whose end has not come. */
type Open =
  | { readonly items: unknown[]; readonly entries: undefined }
  | { readonly entries: Record<string, unknown>; key: string; readonly items: undefined };

class Reader {
  private readonly text: string;
  private readonly repeated: Repeated | undefined;
  private readonly open: Open[] = [];
  private at = 0;

  constructor(text: string, repeated: Repeated | undefined) {
    this.text = text;
    this.repeated = repeated;
  }

  read(): unknown {
    for (;;) {
      let value = this.begin();
      if (value === BEGUN) continue;
      for (;;) {
        const inner = this.open.at(-1);
        this.skip();
        if (inner === undefined) {
          if (this.at < this.text.length) this.fail();
          return value;
        }
        if (inner.items) inner.items.push(value);
        else this.put(inner.entries, inner.key, value);
        if (this.match(",")) {
          if (inner.entries) inner.key = this.key();
          break;
        }
        if (!this.match(inner.items ? "]" : "}")) this.fail();
        this.open.pop();
        value = inner.items ?? inner.entries;
      }
    }
  }

  /** @returns a value that has ended already, or `BEGUN`: the next values belong to it */
  private begin(): unknown {
    this.skip();
    switch (this.text[this.at]) {
      case "{":
        this.at++;
        this.skip();
        if (this.match("}")) return {};
        this.open.push({ entries: {}, key: this.key(), items: undefined });
        return BEGUN;
      case "[":
        this.at++;
        this.skip();
        if (this.match("]")) return [];
        this.open.push({ items: [], entries: undefined });
        return BEGUN;
      case '"':
        return this.string();
      case "t":
        return this.word("true", true);
      case "f":
        return this.word("false", false);
      default:
        return this.match("null") ? null : this.number();
    }
  }

  private key(): string {
    this.skip();
    if (this.text[this.at] !== '"') this.fail();
    const key = this.string();
    this.skip();
    if (!this.match(":")) this.fail();
    return key;
  }

  private put(entries: Record<string, unknown>, key: string, value: unknown): void {
    if (Object.hasOwn(entries, key) && this.repeated && !saysSame(entries[key], value)) {
      if (this.open.length > MAX_REPEATED_DEPTH)
        throw new SyntaxError(
          `A key stands twice more than ${MAX_REPEATED_DEPTH} levels deep, before position ${this.at}`,
        );
      const earlier = this.repeated.get(entries);
      if (earlier) earlier.push([key, entries[key]]);
      else this.repeated.set(entries, [[key, entries[key]]]);
    }
    // As JSON.parse: a key of its own, also where it is called `__proto__`.
    if (key === "__proto__")
      Object.defineProperty(entries, key, { value, writable: true, enumerable: true, configurable: true });
    else entries[key] = value;
  }

  private string(): string {
    let end = this.text.indexOf('"', this.at + 1);
    while (end > 0 && this.isEscaped(end)) end = this.text.indexOf('"', end + 1);
    if (end < 0) {
      this.at = this.text.length;
      this.fail();
    }
    const found = this.text.slice(this.at, end + 1);
    this.at = end + 1;
    return JSON.parse(found) as string;
  }

  /** True when an odd number of backslashes stands before the quote at `at`. */
  private isEscaped(at: number): boolean {
    let first = at;
    while (this.text[first - 1] === "\\") first--;
    return (at - first) % 2 === 1;
  }

  private number(): unknown {
    NUMBER.lastIndex = this.at;
    const [found] = NUMBER.exec(this.text) ?? [];
    if (found !== undefined && !/[A-Za-z_]/.test(this.text[this.at + found.length] ?? "")) {
      this.at += found.length;
      return exactly(found);
    }
    NOT_NUMBERS.lastIndex = this.at;
    const [odd] = NOT_NUMBERS.exec(this.text) ?? [];
    if (odd === undefined) this.fail();
    this.at += odd.length;
    if (/nan/i.test(odd)) return Number.NaN;
    return odd.startsWith("-") ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  }

  private word<T>(text: string, value: T): T {
    if (!this.match(text)) this.fail();
    return value;
  }

  private match(text: string): boolean {
    if (!this.text.startsWith(text, this.at)) return false;
    this.at += text.length;
    return true;
  }

  private skip(): void {
    SPACE.lastIndex = this.at;
    SPACE.exec(this.text);
    this.at = SPACE.lastIndex;
  }

  private fail(): never {
    const found = this.text[this.at];
    throw new SyntaxError(
      found === undefined
        ? "Unexpected end of JSON input"
        : `Unexpected token ${JSON.stringify(found)} in JSON at position ${this.at}`,
    );
  }
}

const BEGUN = Symbol("a value that has begun");

const saysSame = (a: unknown, b: unknown): boolean =>
  a === b || (a instanceof ExactNumber && b instanceof ExactNumber && a.text === b.text);

/** The number itself where it equals its text, otherwise the text. */
function exactly(text: string): number | ExactNumber {
  const value = Number(text);
  if (text.length < 16 || !Number.isFinite(value)) return value;
  return decimalOf(text) === decimalOf(String(value)) ? value : new ExactNumber(text);
}

const ZERO = 48;

/** A decimal in one form: its digits without zeros at the ends, and the power of ten of the last. */
function decimalOf(text: string): string {
  const [mantissa, exponent = "0"] = text.toLowerCase().split("e") as [string, string?];
  const sign = mantissa.startsWith("-") ? "-" : "";
  const [whole, fraction = ""] = mantissa.replace(/^-/, "").split(".") as [string, string?];
  const digits = (whole + fraction).replace(/^0+/, "");
  // Not by a pattern, which would begin anew at each zero of a long row inside: a minute for a message of 256 KiB.
  let end = digits.length;
  while (end > 0 && digits.charCodeAt(end - 1) === ZERO) end--;
  const kept = digits.slice(0, end);
  if (kept === "") return "0";
  return `${sign}${kept}e${Number(exponent) - fraction.length + digits.length - kept.length}`;
}

/**
 * A value as JSON, with exact numbers as they came, however deep it nests. NaN and the infinities, for which JSON has
 * no form, are written so that `parseExact` reads them again.
 */
export function stringifyExact(value: unknown): string {
  const parts: string[] = [];
  const todo: unknown[] = [value];
  while (todo.length > 0) {
    const next = todo.pop();
    if (next instanceof Written) parts.push(next.text);
    else if (next instanceof ExactNumber) parts.push(next.text);
    else if (typeof next === "number" && !Number.isFinite(next)) parts.push(String(next));
    else if (typeof next !== "object" || next === null) parts.push(JSON.stringify(next) ?? "null");
    else if (Array.isArray(next)) {
      parts.push("[");
      todo.push(CLOSE_ARRAY);
      for (let i = next.length - 1; i >= 0; i--) {
        todo.push(next[i]);
        if (i > 0) todo.push(COMMA);
      }
    } else {
      const entries = next instanceof Entries ? next.pairs : Object.entries(next);
      parts.push("{");
      todo.push(CLOSE_OBJECT);
      for (let i = entries.length - 1; i >= 0; i--) {
        const [key, entry] = entries[i]!;
        todo.push(entry, new Written(`${i > 0 ? "," : ""}${JSON.stringify(key)}:`));
      }
    }
  }
  return parts.join("");
}

/** Text among values that are still to be written. */
class Written {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}
const COMMA = new Written(",");
const CLOSE_ARRAY = new Written("]");
const CLOSE_OBJECT = new Written("}");

/** One text for all values that mean the same: keys in order, numbers as decimals. */
export function meaningOf(value: unknown): string {
  if (typeof value === "number") return Number.isFinite(value) ? decimalOf(String(value)) : String(value);
  if (value instanceof ExactNumber) return decimalOf(value.text);
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "null";
  if (Array.isArray(value)) return `[${value.map(meaningOf).join(",")}]`;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, entry]) => `${JSON.stringify(key)}:${meaningOf(entry)}`).join(",")}}`;
}
