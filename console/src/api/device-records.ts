import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { api, read } from "./client.ts";
import type { components } from "./schema.ts";

export type EventJson = components["schemas"]["Event"];
export type LedgerJson = components["schemas"]["Ledger"];
export type RejectionJson = components["schemas"]["Rejection"];
export type ReplyJson = components["schemas"]["Reply"];
export type RepairJson = components["schemas"]["Repair"];
export type ExchangeJson = components["schemas"]["Exchange"];

const PAGE = 20;
const path = (id: string) => ({ params: { path: { id } } });

/** What happened to a device, newest first. */
export const eventPages = (device: string) =>
  infiniteQueryOptions({
    queryKey: ["events", "pages", device],
    queryFn: ({ pageParam, signal }) =>
      read(
        api.GET("/v1/events", {
          params: { query: { device, limit: PAGE, ...(pageParam !== "" && { cursor: pageParam }) } },
          headers: { accept: "application/json" },
          signal,
        }),
      ) as Promise<{ items: EventJson[]; nextCursor: string | null }>,
    initialPageParam: "",
    getNextPageParam: (page) => page.nextCursor,
  });

/** Where everything went that it sent. */
export const ledgerQuery = (id: string) =>
  queryOptions({
    queryKey: ["ledger", "one", id],
    queryFn: ({ signal }) => read(api.GET("/v1/devices/{id}/ledger", { ...path(id), signal })),
  });

/** What was refused, newest first. */
export const rejectionPages = (device: string) =>
  infiniteQueryOptions({
    queryKey: ["rejections", "pages", device],
    queryFn: ({ pageParam, signal }) =>
      read(
        api.GET("/v1/rejections", {
          params: { query: { device, limit: PAGE, ...(pageParam !== "" && { cursor: pageParam }) } },
          signal,
        }),
      ),
    initialPageParam: "",
    getNextPageParam: (page) => page.nextCursor,
  });

/** One refused message with its payload, which never changes. */
export const rejectedMessageQuery = (id: number) =>
  queryOptions({
    queryKey: ["rejections", "one", id],
    queryFn: ({ signal }) => read(api.GET("/v1/rejections/{id}", { params: { path: { id } }, signal })),
  });

/** Answers to commands, newest first. */
export const repliesQuery = (device: string) =>
  queryOptions({
    queryKey: ["replies", device],
    queryFn: async ({ signal }) =>
      (
        await read(
          api.GET("/v1/devices/{id}/replies", {
            params: { path: { id: device }, query: { limit: PAGE } },
            signal,
          }),
        )
      ).items,
  });

/** @throws ApiError `device_not_listening`, `forbidden` */
export const sendCommand = (device: string, name: string, parameters: Readonly<Record<string, unknown>>) =>
  read(api.POST("/v1/devices/{id}/commands", { ...path(device), body: { name, parameters } }));

export const exchangesQuery = (device: string) =>
  queryOptions({
    queryKey: ["exchanges", device],
    queryFn: async ({ signal }) =>
      (await read(api.GET("/v1/devices/{id}/exchanges", { ...path(device), signal }))).items,
  });

export const repairsQuery = (device: string) =>
  queryOptions({
    queryKey: ["repairs", device],
    queryFn: async ({ signal }) =>
      (
        await read(
          api.GET("/v1/devices/{id}/repairs", {
            params: { path: { id: device }, query: { limit: PAGE } },
            signal,
          }),
        )
      ).items,
  });
