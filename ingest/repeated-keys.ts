import { Entries, type Entry, MAX_REPEATED_DEPTH, type Repeated } from "../base/exact-json.ts";
import { isObject } from "./kept-json.ts";
import { type Refusal, refuse } from "./reasons.ts";

/** The first values of keys that stand again in an item. */
export interface Overwritten {
  /** An object of these alone, as deep as they stood, with the item's time. */
  readonly said: Entries;
  readonly refusal: Refusal;
}

/** At most so many of the keys are named. */
const MAX_TOLD = 8;

/**
 * The first values of keys that stand again in an item, or anywhere inside it. JSON leaves open what such an object
 * means; the last value holds, as JSON's readers have it, and the others are put on record.
 * @returns undefined when no key stands twice in it
 */
export function overwrittenIn(item: unknown, repeated: Repeated): Overwritten | undefined {
  const keys: FoundKeys = { told: new Set(), more: 0 };
  const found = look(item, repeated, 0, "", keys);
  if (found === undefined) return undefined;
  const { pairs } = found instanceof Entries ? found : new Entries([["items", found]]);
  const isTimed =
    !isObject(item) || item.observedAt === undefined || pairs.some(([key]) => key === "observedAt");
  const said = new Entries(isTimed ? pairs : [["observedAt", item.observedAt], ...pairs]);
  const refusal = refuse("conflict", () => {
    const more = keys.more > 0 ? ` and ${keys.more} more` : "";
    return `${[...keys.told].join(", ")}${more}: the item has it again, and the last value holds`;
  });
  return { said, refusal };
}

/** The keys that stand again, each with the keys above it; at most so many of one item. */
interface FoundKeys {
  readonly told: Set<string>;
  more: number;
}

/** @param keys is filled */
function look(
  value: unknown,
  repeated: Repeated,
  depth: number,
  path: string,
  keys: FoundKeys,
): Entries | unknown[] | undefined {
  if (typeof value !== "object" || value === null || depth > MAX_REPEATED_DEPTH) return undefined;
  if (Array.isArray(value)) {
    const found = value.flatMap((item, i) => look(item, repeated, depth + 1, `${path}[${i}]`, keys) ?? []);
    return found.length > 0 ? found : undefined;
  }
  const own: Entry[] = [];
  const named = new Set<string>();
  const below = (key: string) => (path === "" ? key.slice(0, 64) : `${path}.${key.slice(0, 64)}`);
  for (const [key, earlier] of repeated.get(value) ?? []) {
    own.push([key, earlier]);
    if (keys.told.size < MAX_TOLD) keys.told.add(below(key));
    else if (!named.has(key)) keys.more++;
    named.add(key);
    const inner = look(earlier, repeated, depth + 1, below(key), keys);
    if (inner) own.push([key, inner]);
  }
  for (const [key, entry] of Object.entries(value)) {
    if (typeof entry !== "object" || entry === null) continue;
    const inner = look(entry, repeated, depth + 1, below(key), keys);
    if (inner) own.push([key, inner]);
  }
  return own.length > 0 ? new Entries(own) : undefined;
}
