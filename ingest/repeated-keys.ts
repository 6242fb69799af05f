import { Entries, type Entry, MAX_REPEATED_DEPTH, type Repeated } from "../base/exact-json.ts";
import { isObject } from "./decode.ts";

/**
 * What an item, or anything in it, said first of a key that stands there again: an object of these alone, as deep as they
 * stood. JSON leaves open what such an object means; what it says last holds, as JSON's readers have it, and the rest
 * is put on record.
 * @returns undefined when no key stands twice in it
 */
export function overwrittenIn(item: unknown, repeated: Repeated): Entries | undefined {
  const found = look(item, repeated, 0);
  if (found === undefined) return undefined;
  const { pairs } = found instanceof Entries ? found : new Entries([["items", found]]);
  const isTimed =
    !isObject(item) || item.observedAt === undefined || pairs.some(([key]) => key === "observedAt");
  return new Entries(isTimed ? pairs : [["observedAt", item.observedAt], ...pairs]);
}

function look(value: unknown, repeated: Repeated, depth: number): Entries | unknown[] | undefined {
  if (typeof value !== "object" || value === null || depth > MAX_REPEATED_DEPTH) return undefined;
  if (Array.isArray(value)) {
    const found = value.flatMap((item) => look(item, repeated, depth + 1) ?? []);
    return found.length > 0 ? found : undefined;
  }
  const own: Entry[] = [];
  for (const [key, earlier] of repeated.get(value) ?? []) {
    own.push([key, earlier]);
    const inner = look(earlier, repeated, depth + 1);
    if (inner) own.push([key, inner]);
  }
  for (const [key, entry] of Object.entries(value)) {
    const inner = look(entry, repeated, depth + 1);
    if (inner) own.push([key, inner]);
  }
  return own.length > 0 ? new Entries(own) : undefined;
}
