/**
 * A part of the platform: what lies in all four of its lists. Whoever decides who sees what, and the queries that keep to
 * it, mean the same by it, and may not know each other.
 */
export interface Area {
  /** Region codes; each stands for itself and everything inside. */
  readonly regions: readonly string[] | "all";
  readonly kinds: readonly string[] | "all";
  /** The tenants that own the devices. A device that nobody owns is seen by "all" only. */
  readonly tenants: readonly string[] | "all";
  /** Single devices by id, e.g. the one meter of a household. */
  readonly devices: readonly string[] | "all";
}

/**
 * What a caller may see: what lies in any of the areas. An empty list sees nothing. Every query that returns data of
 * devices takes one.
 */
export type Limits = readonly Area[];
