/** One field that a change touched; a side that had none is undefined. */
export interface Difference {
  readonly path: string;
  readonly before: string | undefined;
  readonly after: string | undefined;
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const shown = (value: unknown): string | undefined =>
  value === undefined ? undefined : typeof value === "string" ? value : JSON.stringify(value);

/** The fields that differ between two states, by their path; lists are compared whole. */
export function differencesOf(before: unknown, after: unknown, path = ""): Difference[] {
  if (isObject(before) || isObject(after)) {
    const [left, right] = [isObject(before) ? before : {}, isObject(after) ? after : {}];
    const names = [...new Set([...Object.keys(left), ...Object.keys(right)])];
    return names.flatMap((name) =>
      differencesOf(left[name], right[name], path === "" ? name : `${path}.${name}`),
    );
  }
  const [left, right] = [shown(before ?? undefined), shown(after ?? undefined)];
  return left === right ? [] : [{ path, before: left, after: right }];
}
