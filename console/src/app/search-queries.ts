import { queryOptions } from "@tanstack/react-query";
import { api, read } from "../api/client.ts";

/** So many of each sort: what is sought is found by typing on, not by scrolling. */
const EACH = 5;

export const placeSearchQuery = (q: string) =>
  queryOptions({
    queryKey: ["regions", "search", q],
    queryFn: async ({ signal }) =>
      (await read(api.GET("/v1/regions", { params: { query: { q, limit: EACH } }, signal }))).items,
  });

export const deviceSearchQuery = (q: string) =>
  queryOptions({
    queryKey: ["devices", "search", q],
    queryFn: async ({ signal }) => {
      const page = await read(
        api.GET("/v1/devices", {
          params: { query: { q, limit: EACH } },
          headers: { accept: "application/json" },
          signal,
        }),
      );
      return (page as { items: { id: string; name: string | null; kind: string }[] }).items;
    },
  });

export const broadcastSearchQuery = (q: string) =>
  queryOptions({
    queryKey: ["broadcasts", "search", q],
    queryFn: async ({ signal }) =>
      (await read(api.GET("/v1/broadcasts", { params: { query: { q, limit: EACH } }, signal }))).items,
  });
