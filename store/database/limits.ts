import type { Area, Limits } from "../../base/limits.ts";

export type { Area, Limits };

const WHOLE_AREA: Area = { regions: "all", kinds: "all", tenants: "all", devices: "all" };

/** For the platform's own work: everything. */
export const NO_LIMITS: Limits = [WHOLE_AREA];

const isWhole = (area: Area) =>
  area.regions === "all" && area.kinds === "all" && area.tenants === "all" && area.devices === "all";

const orNull = (list: readonly string[] | "all") => (list === "all" ? null : list);
const patterns = (codes: readonly string[]) => codes.map((code) => `${code}%`);

/** The query parameter of `limitsCondition`: the areas as JSON with LIKE patterns for regions; null is everything. */
export function limitsParameter(limits: Limits): string | null {
  if (limits.some(isWhole)) return null;
  return JSON.stringify(
    limits.map(({ regions, kinds, tenants, devices }) => ({
      regions: regions === "all" ? null : patterns(regions),
      kinds: orNull(kinds),
      tenants: orNull(tenants),
      devices: orNull(devices),
    })),
  );
}

/** The codes of all regions that the limits reach into; null is every region. */
export function limitsRegions(limits: Limits): string[] | null {
  const codes: string[] = [];
  for (const { regions } of limits) {
    if (regions === "all") return null;
    codes.push(...regions);
  }
  return codes;
}

/** The tenants that the limits reach; null is every tenant. */
export function limitsTenants(limits: Limits): string[] | null {
  const ids: string[] = [];
  for (const { tenants } of limits) {
    if (tenants === "all") return null;
    ids.push(...tenants);
  }
  return ids;
}

const AREAS = (number: number) =>
  `jsonb_to_recordset($${number}::jsonb) as area (regions text[], kinds text[], tenants text[], devices text[])`;

/**
 * The SQL condition for the row `alias` of a person or application: its tenant is in reach, and each of its grants lies
 * within one of the areas. So no caller meets, or changes, a person who has rights where the caller has none.
 */
export function principalsCondition(alias: string, number: number): string {
  return `($${number}::jsonb is null or (
      exists (select from ${AREAS(number)} where area.tenants is null or ${alias}.tenant_id = any (area.tenants))
      and not exists (select from grants g where g.principal_id = ${alias}.id and not exists (
        select from ${AREAS(number)}
        where (area.regions is null or (g.regions is not null and not exists (
                select from unnest(g.regions) as code where not code like any (area.regions))))
          and (area.kinds is null or (g.kinds is not null and g.kinds <@ area.kinds))
          and (area.tenants is null or (g.tenants is not null and g.tenants <@ area.tenants))
          and (area.devices is null or (g.devices is not null and g.devices <@ area.devices))))))`;
}

/**
 * The SQL condition for the device row `alias`; `number` is the parameter's. An empty list of areas, or an empty list
 * in an area, lets nothing through. The areas are unfolded once a statement, not once a row.
 */
export function limitsCondition(alias: string, number: number): string {
  return `($${number}::jsonb is null or exists (
      select from ${AREAS(number)}
      where (area.regions is null or ${alias}.region_code like any (area.regions))
        and (area.kinds is null or ${alias}.kind = any (area.kinds))
        and (area.tenants is null or ${alias}.tenant_id = any (area.tenants))
        and (area.devices is null or ${alias}.id = any (area.devices))))`;
}
