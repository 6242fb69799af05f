import { infiniteQueryOptions } from "@tanstack/react-query";
import { api, read } from "./client.ts";
import { given } from "./given.ts";
import type { components } from "./schema.ts";

export type AuditRowJson = components["schemas"]["AuditRow"];

export interface AuditFilter {
  readonly actor?: string | undefined;
  readonly action?: string | undefined;
  readonly objectType?: string | undefined;
  readonly objectId?: string | undefined;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

/** Who did what, newest first. */
export const auditQuery = (filter: AuditFilter) =>
  infiniteQueryOptions({
    queryKey: ["audit", filter],
    queryFn: ({ pageParam }) =>
      read(
        api.GET("/v1/audit", {
          params: { query: { ...given(filter), limit: 50, ...(pageParam ? { cursor: pageParam } : {}) } },
        }),
      ),
    initialPageParam: "",
    getNextPageParam: (page) => page.nextCursor ?? undefined,
  });
