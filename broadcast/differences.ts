import { isDeepStrictEqual } from "node:util";
import type { Change } from "../errors.ts";

/** No more than a person reads, and than an answer should carry. */
const MAX_CHANGES = 100;
/** A ring of a thousand points has 40,000 characters; a text at most 4,000. */
const MAX_VALUE_LENGTH = 10_000;

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Lists of things with names, as texts are, are compared thing by thing; regions and points as a whole. */
const isListOfObjects = (value: unknown): value is Record<string, unknown>[] =>
  Array.isArray(value) && value.length > 0 && value.every(isObject);

const escaped = (key: string) => key.replaceAll("~", "~0").replaceAll("/", "~1");

/** A value that is too long to show is described; `…/revisions/{n}` has the whole. */
function shown(value: unknown): unknown {
  const length = value === undefined ? 0 : JSON.stringify(value).length;
  return length <= MAX_VALUE_LENGTH ? value : `(${length} characters)`;
}

function* compare(path: string, before: unknown, after: unknown): Generator<Change> {
  if (isDeepStrictEqual(before, after)) return;
  if (isObject(before) && isObject(after)) {
    for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
      yield* compare(`${path}/${escaped(key)}`, before[key], after[key]);
    }
  } else if (isListOfObjects(before) && isListOfObjects(after)) {
    const length = Math.max(before.length, after.length);
    for (let i = 0; i < length; i++) yield* compare(`${path}/${i}`, before[i], after[i]);
  } else yield { path, before: shown(before), after: shown(after) };
}

/** What is different between two messages as they are stored, by JSON pointer; at most the first 100. */
export function differences(before: unknown, after: unknown): Change[] {
  const found: Change[] = [];
  for (const change of compare("", before, after)) {
    found.push(change);
    if (found.length === MAX_CHANGES) break;
  }
  return found;
}
