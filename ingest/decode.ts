import { isUtf8 } from "node:buffer";
import { MAX_PAYLOAD_BYTES } from "../access/topics.ts";
import { type Refusal, refuse } from "./reasons.ts";

/** How deep values may nest below a reading. PostgreSQL's own parser gives up at some thousands. */
const MAX_DEPTH = 16;

/** Payload → JSON value, wrapped so that no decoded value can be taken for a refusal. */
export function decodeJson(
  payload: Buffer,
  maxBytes: number = MAX_PAYLOAD_BYTES,
): { value: unknown } | Refusal {
  if (payload.length > maxBytes) {
    return refuse("payload_too_large", `${payload.length} bytes, expected at most ${maxBytes}`);
  }
  if (payload.length === 0) return refuse("empty", "the payload has no bytes");
  // toString would put U+FFFD in place of bad bytes, and nobody would ever know.
  if (!isUtf8(payload)) return refuse("not_json", "the payload is not UTF-8");
  try {
    return { value: JSON.parse(payload.toString("utf8")) };
  } catch (error) {
    return refuse("not_json", (error as Error).message);
  }
}

export type JsonObject = Record<string, unknown>;

export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * Serialises a value that goes into a jsonb column as it is.
 * @returns its text, or why it cannot be kept without change
 */
export function encodeExtra(value: unknown, path: string): { json: string } | Refusal {
  const fault = findFault(value, path, 0);
  return fault ?? { json: JSON.stringify(value) };
}

function findFault(value: unknown, path: string, depth: number): Refusal | undefined {
  if (typeof value === "string") return checkText(value, path);
  if (typeof value === "number") {
    // JSON has no infinity, but 1e400 parses to one and would be written back as null.
    return Number.isFinite(value)
      ? undefined
      : refuse("bad_type", `${path}: the number is too large to keep`);
  }
  if (typeof value !== "object" || value === null) return undefined;
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

/** A value for a refusal's detail: the beginning of its JSON. */
export function show(value: unknown): string {
  try {
    return JSON.stringify(value)?.slice(0, 64) ?? String(value);
  } catch {
    // JSON.parse follows any depth, JSON.stringify only some thousand levels.
    return "a value that is nested too deeply to show";
  }
}

/** PostgreSQL's text and jsonb take neither NUL nor half a surrogate pair. */
export function checkText(text: string, path: string): Refusal | undefined {
  if (!text.includes("\0") && text.isWellFormed()) return undefined;
  return refuse("bad_text", `${path}: holds a NUL character or half of a surrogate pair`);
}
