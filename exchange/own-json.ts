import { isUtf8 } from "node:buffer";
import { MAX_PAYLOAD_BYTES } from "../base/channels.ts";
import { parseExact, type Repeated } from "../base/exact-json.ts";
import type { DoorReason, DoorRefusal } from "./door.ts";

/** A JSON value, and the first values of keys that stand again in their object; undefined for nearly all. */
export interface DecodedJson {
  readonly value: unknown;
  readonly repeated: Repeated | undefined;
}

/** Payload → JSON value, wrapped so that no decoded value can be taken for a refusal. */
export function decodeJson(payload: Buffer, maxBytes: number = MAX_PAYLOAD_BYTES): DecodedJson | DoorRefusal {
  if (payload.length > maxBytes) {
    return refusal("payload_too_large", `${payload.length} bytes, expected at most ${maxBytes}`);
  }
  if (payload.length === 0) return refusal("empty", "the payload has no bytes");
  // toString would put U+FFFD in place of bad bytes, and the error would stay unseen.
  if (!isUtf8(payload)) return refusal("not_json", "the payload is not UTF-8");
  const marked = payload[0] === MARK[0] && payload[1] === MARK[1] && payload[2] === MARK[2];
  const text = payload.toString("utf8", marked ? MARK.length : 0);
  if (marked && text === "") return refusal("empty", "the payload has nothing behind its byte order mark");
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    // A NaN or an infinity in one item does not take the others along.
    const found = NOT_NUMBER.test(text) ? lookAgain(text) : undefined;
    return found && "value" in found ? found : refusal("not_json", (error as Error).message);
  }
  if (hasLongNumber(payload) || mayRepeatKeys(text, value)) return lookAgain(text);
  return { value, repeated: undefined };
}

const refusal = (reason: DoorReason, detail: string): DoorRefusal => ({ reason, detail });

/**
 * The byte order mark, U+FEFF, which some programs put before each text. Readers of JSON may ignore it (RFC 8259, 8.1).
 */
const MARK = [0xef, 0xbb, 0xbf] as const;

/** Texts that `parseExact` takes beyond JSON. */
const NOT_NUMBER = /[Nn][Aa][Nn]|[Ii][Nn][Ff]/;

function lookAgain(text: string): DecodedJson | DoorRefusal {
  try {
    const repeated: Repeated = new Map();
    const value = parseExact(text, repeated);
    return { value, repeated: repeated.size > 0 ? repeated : undefined };
  } catch (error) {
    return refusal("not_json", (error as Error).message);
  }
}

/**
 * So many digits in a row, or more, perhaps with a point among them, may be a number that JavaScript's own would
 * change.
 */
const LONG = 16;

/**
 * True when there is such a run. It holds a place at every 16th byte, so that one byte in sixteen is looked at first.
 */
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
 * True when an object may name a key twice, of which JSON.parse keeps the last. Behind each key comes a colon; where no
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
        const entry = (next as Record<string, unknown>)[key];
        if (typeof entry === "object") rest.push(entry);
      }
    }
    if (rest.length === 0) return keys;
  }
}

const POINT = 0x2e;
const isDigitOrPoint = (byte: number | undefined) =>
  byte !== undefined && ((byte >= 0x30 && byte <= 0x39) || byte === POINT);
