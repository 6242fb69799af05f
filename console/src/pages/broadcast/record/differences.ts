import type { ContentChange } from "../change-list.tsx";

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const isListOfObjects = (value: unknown): value is Record<string, unknown>[] =>
  Array.isArray(value) && value.length > 0 && value.every(isObject);

/** What two revisions say differently, part by part; lists of regions and points are compared as a whole. */
export function differences(before: unknown, after: unknown, path = ""): ContentChange[] {
  if (JSON.stringify(before) === JSON.stringify(after)) return [];
  const asObject = (value: unknown) => (isListOfObjects(value) ? { ...value } : value);
  const [one, other] = [asObject(before), asObject(after)];
  if (!isObject(one) || !isObject(other)) return [{ path, before, after }];
  const keys = [...new Set([...Object.keys(one), ...Object.keys(other)])];
  return keys.flatMap((key) => differences(one[key], other[key], `${path}/${key}`));
}
