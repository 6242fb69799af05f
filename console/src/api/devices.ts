import { queryOptions } from "@tanstack/react-query";
import { api, read } from "./client.ts";
import type { components, operations } from "./schema.ts";

export type DeviceJson = components["schemas"]["Device"];
export type DeviceFilters = Omit<
  NonNullable<operations["listDevices"]["parameters"]["query"]>,
  "cursor" | "bom" | "timeZone"
>;

/** The beginning of a list: `filters.limit` of them. */
export const devicesQuery = (filters: DeviceFilters) =>
  queryOptions({
    queryKey: ["devices", "first", filters],
    queryFn: ({ signal }) =>
      read(
        api.GET("/v1/devices", {
          params: { query: filters },
          headers: { accept: "application/json" },
          signal,
        }),
      ) as Promise<{ items: DeviceJson[]; nextCursor: string | null }>,
  });

/** How many devices there are behind a gateway. */
export const countBehindQuery = (gateway: string) =>
  queryOptions({
    queryKey: ["devices", "behind", gateway],
    queryFn: async ({ signal }) =>
      (await read(api.GET("/v1/device-counts", { params: { query: { gateway } }, signal }))).total,
  });
