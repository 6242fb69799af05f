/** Which rows a caller may see. Every query that returns data of devices takes one. */
export interface Limits {
  /** Region codes; each stands for itself and everything inside. */
  readonly regions: readonly string[] | "all";
  readonly kinds: readonly string[] | "all";
}

/** For the platform's own work: everything. */
export const NO_LIMITS: Limits = { regions: "all", kinds: "all" };

/** The two query parameters of `limitsCondition`: LIKE patterns for regions, and kinds; null is "all". */
export function limitsParameters(
  limits: Limits,
): [regions: string[] | null, kinds: readonly string[] | null] {
  return [
    limits.regions === "all" ? null : limits.regions.map((code) => `${code}%`),
    limits.kinds === "all" ? null : limits.kinds,
  ];
}

/**
 * The SQL condition for the device row `alias`; `first` is the number of the first of the two parameters.
 * An empty list lets nothing through.
 */
export function limitsCondition(alias: string, first: number): string {
  return `(($${first}::text[] is null or ${alias}.region_code like any ($${first}::text[]))
      and ($${first + 1}::text[] is null or ${alias}.kind = any ($${first + 1}::text[])))`;
}
