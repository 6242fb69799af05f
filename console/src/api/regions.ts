import { queryOptions } from "@tanstack/react-query";
import { api, read } from "./client.ts";
import type { components } from "./schema.ts";

export type RegionJson = components["schemas"]["Region"];
export type RegionDetailJson = components["schemas"]["RegionDetail"];

/** No more than a person looks through. */
const MOST_FOUND = 40;

/** One region with the way up. Places do not change while somebody looks. */
export const regionQuery = (code: string) =>
  queryOptions({
    queryKey: ["regions", "one", code],
    queryFn: ({ signal }) => read(api.GET("/v1/regions/{code}", { params: { path: { code } }, signal })),
    staleTime: Number.POSITIVE_INFINITY,
  });

/** The regions right below one, by code; without it, the provinces. */
export const childRegionsQuery = (parent: string | undefined) =>
  queryOptions({
    queryKey: ["regions", "children", parent ?? ""],
    queryFn: ({ signal }) =>
      read(api.GET("/v1/regions", { params: { query: parent === undefined ? {} : { parent } }, signal })),
    staleTime: Number.POSITIVE_INFINITY,
  });

/** The counties inside a province or city, with their points. */
export const countiesQuery = (region: string) =>
  queryOptions({
    queryKey: ["regions", "counties", region],
    queryFn: async ({ signal }) =>
      (await read(api.GET("/v1/regions", { params: { query: { under: region, level: "county" } }, signal })))
        .items,
    staleTime: Number.POSITIVE_INFINITY,
  });

/** Regions by a part of their name or the beginning of their code, the wider ones first. */
export const foundRegionsQuery = (q: string, under: string | undefined) =>
  queryOptions({
    queryKey: ["regions", "found", q, under ?? ""],
    queryFn: ({ signal }) =>
      read(
        api.GET("/v1/regions", {
          params: { query: { q, limit: MOST_FOUND, ...(under === undefined ? {} : { under }) } },
          signal,
        }),
      ),
    staleTime: Number.POSITIVE_INFINITY,
  });
