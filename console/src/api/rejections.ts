import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { api, read } from "./client.ts";
import type { components, operations } from "./schema.ts";

export type RejectionCountsJson = components["schemas"]["RejectionCounts"];
export type RejectedMessageJson = components["schemas"]["RejectedMessage"];
export type ReplayJson = components["schemas"]["Replay"];
export type RefusedFilters = Omit<
  NonNullable<operations["listRejections"]["parameters"]["query"]>,
  "cursor" | "limit"
>;
export type RefusedBy = RejectionCountsJson["by"];

const PAGE = 50;

/** What was refused, newest first. */
export const refusedPages = (filters: RefusedFilters) =>
  infiniteQueryOptions({
    queryKey: ["rejections", "list", filters],
    queryFn: ({ pageParam, signal }) =>
      read(
        api.GET("/v1/rejections", {
          params: { query: { ...filters, limit: PAGE, ...(pageParam !== "" && { cursor: pageParam }) } },
          signal,
        }),
      ),
    initialPageParam: "",
    getNextPageParam: (page) => page.nextCursor,
  });

/** How much was refused, by a field of which each rejection has one value; the most frequent first. */
export const refusedCountsQuery = (by: RefusedBy, filters: RefusedFilters) =>
  queryOptions({
    queryKey: ["rejections", "counts", by, filters],
    queryFn: ({ signal }) =>
      read(api.GET("/v1/rejection-counts", { params: { query: { by, ...filters } }, signal })),
  });

/** Sends a refused message through the same checks once more. @throws ApiError `already_replayed`, `device_not_found` */
export const replayRejection = (id: number) =>
  read(api.POST("/v1/rejections/{id}/replay", { params: { path: { id } } }));
