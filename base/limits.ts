/**
 * A part of the platform: the devices that lie in all four of its lists. The code that decides who sees what, and the
 * queries that apply it, share this type, since they may not import each other.
 */
export interface Area {
  /** Region codes; each stands for itself and everything inside. */
  readonly regions: readonly string[] | "all";
  readonly kinds: readonly string[] | "all";
  /** The tenants that own the devices. Only "all" includes a device without an owner. */
  readonly tenants: readonly string[] | "all";
  /** Single devices by id, e.g. the one meter of a household. */
  readonly devices: readonly string[] | "all";
}

/**
 * The limits of a caller: they see the devices that lie in any of the areas. An empty list sees nothing. Every query
 * that returns data of devices takes one.
 */
export type Limits = readonly Area[];
