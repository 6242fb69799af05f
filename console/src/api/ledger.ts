import { queryOptions } from "@tanstack/react-query";
import { api, read } from "./client.ts";
import type { components, operations } from "./schema.ts";

export type KindLedgerJson = components["schemas"]["KindLedger"];
type LedgerFilters = Pick<NonNullable<operations["listLedgers"]["parameters"]["query"]>, "kind" | "region">;

/** Where everything went that devices sent, in sums by kind. */
export const kindLedgersQuery = (filters: LedgerFilters) =>
  queryOptions({
    queryKey: ["ledger", "kinds", filters],
    queryFn: async ({ signal }) => {
      const query = { ...filters, groupBy: "kind" as const };
      // Lists that also come as CSV are asked for by name.
      const answer = api.GET("/v1/ledger", {
        params: { query },
        headers: { accept: "application/json" },
        signal,
      });
      return (await read(answer)).items as KindLedgerJson[];
    },
  });
