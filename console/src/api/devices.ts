import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { api, type Body, read } from "./client.ts";
import type { components, operations } from "./schema.ts";

export type DeviceJson = components["schemas"]["Device"];
export type DeviceStatus = DeviceJson["status"];
export type CredentialsJson = components["schemas"]["Credentials"];
export type DeviceFilters = Omit<
  NonNullable<operations["listDevices"]["parameters"]["query"]>,
  "cursor" | "bom" | "timeZone"
>;
export type CountedBy = components["schemas"]["DeviceCounts"]["by"];
type CountFilters = Omit<DeviceFilters, "sort" | "order" | "limit">;

interface DevicePage {
  readonly items: DeviceJson[];
  readonly nextCursor: string | null;
}

const LIST_PAGE = 250;
/** Ids and names that hold another id. */
const MOST_ALIKE = 100;
/** Lists that also come as CSV are asked for by name. */
const json = { accept: "application/json" };

const readPage = (query: DeviceFilters & { cursor?: string }, signal: AbortSignal) =>
  read(api.GET("/v1/devices", { params: { query }, headers: json, signal })) as Promise<DevicePage>;

/** The beginning of a list: `filters.limit` of them. */
export const devicesQuery = (filters: DeviceFilters) =>
  queryOptions({
    queryKey: ["devices", "first", filters],
    queryFn: ({ signal }) => readPage(filters, signal),
  });

/** How often a list that is short is read again, in milliseconds. */
const LIST_AGAIN_MS = 30_000;
/** Of a longer one all pages would be read again, one after the other; it says how old it is instead. */
const SHORT_PAGES = 2;

/**
 * The whole list, page by page. Its key is one that live events do not touch: devices that connect and leave would have
 * a long list read again all the time.
 */
export const devicePages = (filters: DeviceFilters) =>
  infiniteQueryOptions({
    queryKey: ["device-list", filters],
    queryFn: ({ pageParam, signal }) =>
      readPage({ ...filters, limit: LIST_PAGE, ...(pageParam !== "" && { cursor: pageParam }) }, signal),
    initialPageParam: "",
    getNextPageParam: (page) => page.nextCursor,
    refetchInterval: ({ state }) => ((state.data?.pages.length ?? 0) <= SHORT_PAGES ? LIST_AGAIN_MS : false),
  });

/** What a change of a device makes old. */
export const DEVICE_RESOURCES = ["devices", "device-list", "summary"] as const;

/** How many devices a list has, by a field of which each has one value. */
export const deviceCountsQuery = (by: CountedBy, filters: CountFilters) =>
  queryOptions({
    queryKey: ["devices", "counts", by, filters],
    queryFn: ({ signal }) =>
      read(api.GET("/v1/device-counts", { params: { query: { by, ...filters } }, signal })),
  });

export type DevicePointJson = components["schemas"]["DevicePoints"]["items"][number];

/** Where the devices of a list stand: those that have coordinates, and as many as can be drawn. */
export const devicePointsQuery = (filters: CountFilters) =>
  queryOptions({
    queryKey: ["devices", "points", filters],
    queryFn: ({ signal }) => read(api.GET("/v1/device-points", { params: { query: filters }, signal })),
  });

/** How many devices there are behind a gateway. */
export const countBehindQuery = (gateway: string) =>
  queryOptions({
    queryKey: ["devices", "behind", gateway],
    queryFn: async ({ signal }) =>
      (await read(api.GET("/v1/device-counts", { params: { query: { gateway } }, signal }))).total,
  });

const path = (id: string) => ({ params: { path: { id } } });

export const deviceQuery = (id: string) =>
  queryOptions({
    queryKey: ["devices", "one", id],
    queryFn: ({ signal }) => read(api.GET("/v1/devices/{id}", { ...path(id), signal })),
  });

/**
 * A device that may lie outside what the caller sees: null then. It is looked for in the list, because a browser writes
 * an answer 404 into its console as an error.
 */
export const visibleDeviceQuery = (id: string) =>
  queryOptions({
    queryKey: ["devices", "visible", id],
    queryFn: async ({ signal }) =>
      (await readPage({ q: id, limit: MOST_ALIKE }, signal)).items.find((device) => device.id === id) ?? null,
  });

/** What it says now, by quantity. */
export const latestQuery = (id: string) =>
  queryOptions({
    queryKey: ["latest", id],
    queryFn: ({ signal }) => read(api.GET("/v1/devices/{id}/latest", { ...path(id), signal })),
  });

export type DeviceDraft = Pick<DeviceJson, "id" | "kind" | "regionCode"> & DeviceChange;
export type DeviceChange = Partial<
  Pick<DeviceJson, "regionCode" | "name" | "gatewayId" | "location" | "attributes" | "model">
> & { identities?: NonNullable<Body<operations["createDevice"]>["identities"]> };

/** @returns the device with its token, which cannot be read again @throws ApiError `device_exists` … */
export const createDevice = (body: DeviceDraft) => read(api.POST("/v1/devices", { body }));
export const changeDevice = (id: string, body: DeviceChange) =>
  read(api.PATCH("/v1/devices/{id}", { ...path(id), body }));
/** The token that it had no longer works. */
export const renewCredentials = (id: string) => read(api.POST("/v1/devices/{id}/credentials", path(id)));
/** @throws ApiError `gateway_in_use` */
export const deleteDevice = (id: string) => read(api.DELETE("/v1/devices/{id}", path(id)));

/** The address of a list with its filters, for what saves it as a file. */
export function listAddress(
  resource: string,
  query: Readonly<Record<string, string | number | undefined>>,
): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value !== undefined) search.set(name, String(value));
  return `/v1/${resource}?${search}`;
}
