/**
 * The part of the platform that a principal sees. `store` declares the same shape for its queries: neither
 * folder imports the other, and where they meet, in `api`, the compiler compares the two.
 */
export interface Limits {
  /** Region codes; each stands for itself and everything inside. */
  readonly regions: readonly string[] | "all";
  readonly kinds: readonly string[] | "all";
}

/** Sees everything. */
export const UNLIMITED: Limits = { regions: "all", kinds: "all" };

/** Whether something of this kind in this region lies within the limits. A region contains what it prefixes. */
export function covers(limits: Limits, at: { readonly regionCode: string; readonly kind: string }): boolean {
  const inRegion = limits.regions === "all" || limits.regions.some((code) => at.regionCode.startsWith(code));
  return inRegion && (limits.kinds === "all" || limits.kinds.includes(at.kind));
}
