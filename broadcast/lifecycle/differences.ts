import type { Change } from "../../base/errors.ts";

/** No more than a person reads, or than an answer should carry. */
const MAX_CHANGES = 100;
/** A ring of a thousand points has 40,000 characters; a text at most 4,000. */
const MAX_VALUE_LENGTH = 10_000;

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Lists of things with names, such as texts, are compared thing by thing; regions and points as a whole. */
const isListOfObjects = (value: unknown): value is Record<string, unknown>[] =>
  Array.isArray(value) && value.length > 0 && value.every(isObject);

const escaped = (key: string) => key.replaceAll("~", "~0").replaceAll("/", "~1");

/** The approximate length of a value as JSON; it stops counting beyond the longest value that is shown. */
function lengthOf(value: unknown): number {
  if (typeof value === "string") return value.length + 2;
  if (typeof value !== "object" || value === null) return String(value).length;
  let length = 2;
  for (const [key, item] of Object.entries(value)) {
    length += lengthOf(item) + (Array.isArray(value) ? 1 : key.length + 4);
    if (length > MAX_VALUE_LENGTH) break;
  }
  return length;
}

/** A value that is too long to show is described; `…/revisions/{n}` has the whole. */
function shown(value: unknown): unknown {
  if (lengthOf(value) <= MAX_VALUE_LENGTH) return value;
  return Array.isArray(value)
    ? `(a list of ${value.length}, over ${MAX_VALUE_LENGTH} characters)`
    : `(over ${MAX_VALUE_LENGTH} characters)`;
}

/** True when two stored values are the same. Of two shapes of 50,000 points it looks at each point once at most. */
function isSame(before: unknown, after: unknown): boolean {
  if (before === after) return true;
  if (Array.isArray(before) && Array.isArray(after)) {
    return before.length === after.length && before.every((item, index) => isSame(item, after[index]));
  }
  if (!isObject(before) || !isObject(after)) return false;
  const keys = Object.keys(before);
  return (
    keys.length === Object.keys(after).length &&
    keys.every((key) => Object.hasOwn(after, key) && isSame(before[key], after[key]))
  );
}

/** Stored keys may have the names of properties that every object has. */
const own = (object: Record<string, unknown>, key: string) =>
  Object.hasOwn(object, key) ? object[key] : undefined;

function* compare(path: string, before: unknown, after: unknown): Generator<Change> {
  if (isObject(before) && isObject(after)) {
    for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
      yield* compare(`${path}/${escaped(key)}`, own(before, key), own(after, key));
    }
  } else if (isListOfObjects(before) && isListOfObjects(after)) {
    const length = Math.max(before.length, after.length);
    for (let i = 0; i < length; i++) yield* compare(`${path}/${i}`, before[i], after[i]);
  } else if (!isSame(before, after)) yield { path, before: shown(before), after: shown(after) };
}

/** The differences between two stored messages, by JSON pointer; at most the first 100. */
export function differences(before: unknown, after: unknown): Change[] {
  const found: Change[] = [];
  for (const change of compare("", before, after)) {
    found.push(change);
    if (found.length === MAX_CHANGES) break;
  }
  return found;
}
