import type { Area, Limits } from "../base/limits.ts";

export type { Area, Limits };

export const WHOLE_AREA: Area = { regions: "all", kinds: "all", tenants: "all", devices: "all" };

/** Sees everything. */
export const UNLIMITED: Limits = [WHOLE_AREA];

/** The properties of a device that decide who sees it. */
export interface Place {
  readonly id: string;
  readonly regionCode: string;
  readonly kind: string;
  /** Its owner; null: it has none. */
  readonly tenantId: string | null;
}

/** True when a device lies within the limits. A region contains every region that its code is a prefix of. */
export function covers(limits: Limits, place: Place): boolean {
  for (const area of limits) if (areaCovers(area, place)) return true;
  return false;
}

/**
 * The same test for very many devices: it looks the region up by each of its beginnings, where `covers` would compare
 * it with each of an area's 2,000 regions.
 */
export function coverTest(limits: Limits): (place: Place) => boolean {
  const setOf = (list: readonly string[] | "all") => (list === "all" ? undefined : new Set(list));
  const areas = limits.map((area) => {
    return {
      isThere: area.regions === "all" ? () => true : amongTest(area.regions),
      kinds: setOf(area.kinds),
      tenants: setOf(area.tenants),
      devices: setOf(area.devices),
    };
  });
  return ({ id, regionCode, kind, tenantId }) =>
    areas.some(
      ({ isThere, kinds, tenants, devices }) =>
        isThere(regionCode) &&
        (kinds === undefined || kinds.has(kind)) &&
        (tenants === undefined || (tenantId !== null && tenants.has(tenantId))) &&
        (devices === undefined || devices.has(id)),
    );
}

/**
 * True when the limits give a region as a whole to things of some kinds: for each of the kinds it lies in the regions
 * of an area of that kind. An area of single devices gives no region, whatever it says of regions. An area of some
 * owners does, and says nothing of who owns the devices there.
 */
export function regionTest(limits: Limits, kinds: readonly string[]): (code: string) => boolean {
  const regions = regionsOfKinds(limits, kinds);
  return regions === "all" ? () => true : amongTest(regions);
}

/** The regions of `regionTest`; one may lie in another. */
export function regionsOfKinds(limits: Limits, kinds: readonly string[]): readonly string[] | "all" {
  const lists = kinds.flatMap((kind) => {
    const areas = limits.filter((area) => area.devices === "all" && reachesKinds(area, [kind]));
    if (areas.some(({ regions }) => regions === "all")) return [];
    return [areas.flatMap(({ regions }) => regions as readonly string[])];
  });
  return lists.length === 0 ? "all" : lists.reduce(regionsInBoth);
}

/**
 * The regions that two lists have in common, in the order of the first: of two regions of which one holds the other,
 * the smaller one.
 */
export function regionsInBoth(these: readonly string[], those: readonly string[]): string[] {
  const isHeld = amongTest(those);
  const common = these.flatMap((code) =>
    isHeld(code) ? [code] : those.filter((one) => one.startsWith(code)),
  );
  return [...new Set(common)];
}

/** True when an area holds things of at least one of the kinds. */
export const reachesKinds = ({ kinds }: Pick<Area, "kinds">, meant: readonly string[]): boolean =>
  kinds === "all" || meant.some((kind) => kinds.includes(kind));

/**
 * True when a region lies in one of these. It compares the digits of each length, as an area may have 2,000 regions.
 */
export function amongTest(codes: readonly string[]): (code: string) => boolean {
  const all = new Set(codes);
  const lengths = [...new Set(codes.map(({ length }) => length))];
  return (code) => lengths.some((length) => all.has(code.slice(0, length)));
}

function areaCovers(area: Area, place: Place): boolean {
  if (area.regions !== "all" && !area.regions.some((code) => place.regionCode.startsWith(code))) return false;
  if (area.kinds !== "all" && !area.kinds.includes(place.kind)) return false;
  if (area.tenants !== "all" && (place.tenantId === null || !area.tenants.includes(place.tenantId)))
    return false;
  return area.devices === "all" || area.devices.includes(place.id);
}

/**
 * True when everything that `inner` sees now or could ever see lies within `outer`. It compares list by list: an area
 * that only two outer areas together cover counts as outside, and has to be given as two.
 */
export const within = (inner: Limits, outer: Limits): boolean =>
  inner.every((area) => outer.some((around) => areaWithin(area, around)));

function areaWithin(inner: Area, outer: Area): boolean {
  return (
    listWithin(inner.regions, outer.regions, (code, around) => code.startsWith(around)) &&
    listWithin(inner.kinds, outer.kinds, equal) &&
    listWithin(inner.tenants, outer.tenants, equal) &&
    listWithin(inner.devices, outer.devices, equal)
  );
}

const equal = (a: string, b: string) => a === b;

function listWithin(
  inner: Area["regions"],
  outer: Area["regions"],
  contains: (inner: string, outer: string) => boolean,
): boolean {
  if (outer === "all") return true;
  return inner !== "all" && inner.every((item) => outer.some((around) => contains(item, around)));
}

/** True when the limits reach into a tenant's devices; null: into those of the platform's operator. */
export const reachesTenant = (limits: Limits, tenantId: string | null): boolean =>
  limits.some(({ tenants }) => tenants === "all" || (tenantId !== null && tenants.includes(tenantId)));

/** True when the limits see everything, so that a check can be spared. */
export const seesEverything = (limits: Limits): boolean =>
  limits.some(
    ({ regions, kinds, tenants, devices }) =>
      regions === "all" && kinds === "all" && tenants === "all" && devices === "all",
  );
