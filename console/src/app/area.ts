import type { ActionName, MeJson } from "../api/session.ts";

/** Digits of a region's code by its level, the province first. */
const LENGTHS = [2, 4, 6, 9, 12] as const;
/** A village has no parts to show: its township stands for it. */
const SMALLEST = 9;

/** The regions in which the caller may do something; undefined: everywhere. */
function regionsOf(me: MeJson, action: ActionName): readonly string[] | undefined {
  const areas = me.actions.find((one) => one.action === action)?.areas ?? [];
  if (areas.some(({ regions }) => regions === "all")) return undefined;
  return [...new Set(areas.flatMap(({ regions }) => (regions === "all" ? [] : regions)))];
}

/** The smallest region that holds all of these; undefined when none does. */
export function regionAround(codes: readonly string[]): string | undefined {
  const [first = "", ...rest] = codes;
  const held = LENGTHS.toReversed().find(
    (length) => length <= first.length && rest.every((code) => code.startsWith(first.slice(0, length))),
  );
  return held === undefined ? undefined : first.slice(0, held);
}

/** Where the caller's overview begins: a county's officer sees the county. */
export function homeRegion(me: MeJson): string | undefined {
  const regions = regionsOf(me, "devices:read");
  return regions === undefined ? undefined : regionAround(regions.map((code) => code.slice(0, SMALLEST)));
}

/** The region of an address as the overview can show it; undefined for what is no region. */
export function shownRegion(text: string | null): string | undefined {
  if (text === null || !/^\d+$/.test(text) || !LENGTHS.some((length) => length === text.length)) {
    return undefined;
  }
  return text.slice(0, SMALLEST);
}

/** True where the caller may see devices of every kind, those that sound among them. */
export const seesAllKinds = (me: MeJson): boolean =>
  (me.actions.find((one) => one.action === "devices:read")?.areas ?? []).some(({ kinds }) => kinds === "all");
