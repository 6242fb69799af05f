import { queryOptions } from "@tanstack/react-query";
import { api, read } from "./client.ts";

const MOST = 10;

/** Regions whose name or code fits what somebody types. */
export const regionSearchQuery = (q: string) =>
  queryOptions({
    queryKey: ["regions", "search", q],
    queryFn: async ({ signal }) =>
      (await read(api.GET("/v1/regions", { params: { query: { q, limit: MOST } }, signal }))).items,
  });
