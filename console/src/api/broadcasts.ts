import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { api, read } from "./client.ts";
import type { components, operations } from "./schema.ts";

export type BroadcastItemJson = components["schemas"]["BroadcastItem"];
/** One broadcast with the steps that the caller may take now. */
export type BroadcastJson = components["schemas"]["ShownBroadcast"];
export type BroadcastCountsJson = components["schemas"]["BroadcastCounts"];
export type StoredPreviewJson = components["schemas"]["BroadcastStoredPreview"];
export type CoverageJson = components["schemas"]["BroadcastCoverage"];
export type TargetReportJson = components["schemas"]["BroadcastTargetReport"];
/** Who could approve one: those who can at once, and those who have to wait. */
export type ApproversJson = NonNullable<components["schemas"]["BroadcastPreview"]["approvers"]>;
export type BroadcastState = BroadcastItemJson["state"];
export type BroadcastStep = BroadcastJson["steps"][number]["action"];
export type BroadcastFilters = Omit<
  NonNullable<operations["listBroadcasts"]["parameters"]["query"]>,
  "cursor" | "limit"
>;

/** Its speakers sound, or are about to. */
export const ON_AIR: readonly BroadcastState[] = ["approved", "dispatching", "playing"];

const LIST_PAGE = 50;
/** More than any county has: what the overview, the rail and the stop strip ask for at once. */
const MOST_AT_ONCE = 200;

/** The keys, for who patches or drops what is cached. */
export const broadcastKeys = {
  lists: ["broadcasts", "list"],
  one: (id: string) => ["broadcasts", "one", id],
  coverage: (id: string) => ["broadcasts", "coverage", id],
  preview: (id: string) => ["broadcasts", "preview", id],
  history: (id: string) => ["broadcasts", "history", id],
} as const;

/** A list page by page. */
export const broadcastPages = (filters: BroadcastFilters) =>
  infiniteQueryOptions({
    queryKey: [...broadcastKeys.lists, "pages", filters],
    queryFn: ({ pageParam, signal }) =>
      read(
        api.GET("/v1/broadcasts", {
          params: { query: { ...filters, limit: LIST_PAGE, ...(pageParam ? { cursor: pageParam } : {}) } },
          signal,
        }),
      ),
    initialPageParam: "",
    getNextPageParam: (page) => page.nextCursor,
  });

/** Up to 200 of a list in one answer, for what is never long: on air, waiting, under review. */
export const broadcastsQuery = (filters: BroadcastFilters) =>
  queryOptions({
    queryKey: [...broadcastKeys.lists, "first", filters],
    queryFn: ({ signal }) =>
      read(api.GET("/v1/broadcasts", { params: { query: { ...filters, limit: MOST_AT_ONCE } }, signal })),
  });

/** The latest few in these states. */
export const latestBroadcastsQuery = (states: string, limit: number) =>
  queryOptions({
    queryKey: [...broadcastKeys.lists, "latest", states, limit],
    queryFn: ({ signal }) =>
      read(api.GET("/v1/broadcasts", { params: { query: { state: states, limit } }, signal })),
  });

export const broadcastQuery = (id: string) =>
  queryOptions({
    queryKey: broadcastKeys.one(id),
    // As CAP it would be text.
    queryFn: ({ signal }) =>
      read(api.GET("/v1/broadcasts/{id}", { params: { path: { id } }, signal })) as Promise<BroadcastJson>,
  });

/**
 * What it would reach now, computed by the platform at each reading.
 * @param revision for who decides on one: the numbers of another are not shown meanwhile
 */
export const storedPreviewQuery = (id: string, revision?: number) =>
  queryOptions({
    queryKey: [...broadcastKeys.preview(id), ...(revision === undefined ? [] : [revision])],
    queryFn: ({ signal }) =>
      read(api.GET("/v1/broadcasts/{id}/preview", { params: { path: { id } }, signal })),
    staleTime: 0,
  });

export const coverageQuery = (id: string, level: CoverageJson["level"]) =>
  queryOptions({
    queryKey: [...broadcastKeys.coverage(id), level],
    queryFn: ({ signal }) =>
      read(api.GET("/v1/broadcasts/{id}/coverage", { params: { path: { id }, query: { level } }, signal })),
  });

/** Speakers in some states, the first thousand. The key is under coverage: both get old together. */
export const targetsQuery = (id: string, states: readonly TargetReportJson["state"][]) =>
  queryOptions({
    queryKey: [...broadcastKeys.coverage(id), "targets", states.join()],
    queryFn: ({ signal }) =>
      read(
        api.GET("/v1/broadcasts/{id}/targets", {
          params: { path: { id }, query: { state: states.join(), limit: 1000 } },
          headers: { accept: "application/json" },
          signal,
        }),
      ) as Promise<{ items: TargetReportJson[]; nextCursor: string | null }>,
  });

export const reportQuery = (id: string) =>
  queryOptions({
    queryKey: [...broadcastKeys.coverage(id), "report"],
    queryFn: ({ signal }) =>
      read(
        api.GET("/v1/broadcasts/{id}/report", {
          params: { path: { id } },
          headers: { accept: "application/json" },
          signal,
        }),
      ) as Promise<components["schemas"]["BroadcastReport"]>,
  });

/** Everything that is not over: what waits for somebody, and what sounds. The shell and the list's tabs share it. */
export const openBroadcastsQuery = broadcastsQuery({
  state: ["pending_approval", "returned", ...ON_AIR].join(),
});
/** Releases through the green channel that nobody has looked at yet. */
export const openReviewsQuery = broadcastsQuery({ review: "open" });
