import { given } from "../../api/given.ts";
import type { RefusedBy, RefusedFilters } from "../../api/rejections.ts";
import { fromField } from "../../ui/time.ts";

/** What the whole page is narrowed to; the account and the gateways have no times. */
export interface Place {
  readonly region?: string;
  readonly kind?: string;
}

/** The parameters of the address that narrow the list of what was refused, and nothing else. */
export const LIST_NARROWING = ["reason", "device", "partial"] as const;
/** Those that narrow the page. */
export const PAGE_NARROWING = ["region", "kind", "from", "to"] as const;

const fitting = (parameters: URLSearchParams, name: string, pattern: RegExp): string | undefined => {
  const value = parameters.get(name);
  return value !== null && pattern.test(value) ? value : undefined;
};

export const pagePlace = (parameters: URLSearchParams): Place =>
  given({
    region: fitting(parameters, "region", /^\d{2}(\d{2}(\d{2}(\d{3}(\d{3})?)?)?)?$/),
    kind: fitting(parameters, "kind", /^[a-z][a-z0-9-]{0,39}$/),
  });

/** What the counts are narrowed to. What the API would not understand in an address is left out. */
export const countFiltersOf = (parameters: URLSearchParams): RefusedFilters => ({
  ...pagePlace(parameters),
  ...given({
    from: fromField(parameters.get("from") ?? ""),
    to: fromField(parameters.get("to") ?? ""),
  }),
});

/** The same for the list, which a reason, a device and whether values were kept narrow further. */
export function listFiltersOf(parameters: URLSearchParams): RefusedFilters {
  const partial = parameters.get("partial");
  return {
    ...countFiltersOf(parameters),
    ...given({
      reason: fitting(parameters, "reason", /^[a-z_]{1,40}$/),
      device: fitting(parameters, "device", /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/),
      partial: partial === "true" || partial === "false" ? (partial as "true" | "false") : undefined,
    }),
  };
}

export const REFUSED_BY: readonly RefusedBy[] = ["reason", "kind", "door"];
export const refusedBy = (parameters: URLSearchParams): RefusedBy =>
  REFUSED_BY.find((by) => by === parameters.get("by")) ?? "reason";
