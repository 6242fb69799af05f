import { queryOptions } from "@tanstack/react-query";
import { broadcastKeys } from "./broadcasts.ts";
import { api, read } from "./client.ts";

export const historyQuery = (id: string) =>
  queryOptions({
    queryKey: broadcastKeys.history(id),
    queryFn: ({ signal }) =>
      read(api.GET("/v1/broadcasts/{id}/history", { params: { path: { id } }, signal })),
  });

export const approversQuery = (id: string) =>
  queryOptions({
    queryKey: ["broadcasts", "approvers", id],
    queryFn: ({ signal }) =>
      read(api.GET("/v1/broadcasts/{id}/approvers", { params: { path: { id } }, signal })),
  });

export const revisionsQuery = (id: string) =>
  queryOptions({
    queryKey: ["broadcasts", "revisions", id],
    queryFn: ({ signal }) =>
      read(api.GET("/v1/broadcasts/{id}/revisions", { params: { path: { id } }, signal })),
  });

/** A revision never changes. */
export const revisionQuery = (id: string, revision: number) =>
  queryOptions({
    queryKey: ["broadcasts", "revision", id, revision],
    queryFn: ({ signal }) =>
      read(
        api.GET("/v1/broadcasts/{id}/revisions/{revision}", { params: { path: { id, revision } }, signal }),
      ),
    staleTime: Number.POSITIVE_INFINITY,
  });

/** The outcome at every speaker as a file, in Beijing time and with the mark by which Excel knows UTF-8. */
export const targetsCsvPath = (id: string): string =>
  `/v1/broadcasts/${encodeURIComponent(id)}/report?bom=1&timeZone=Asia%2FShanghai`;
