import { infiniteQueryOptions } from "@tanstack/react-query";
import { api, done, read } from "./client.ts";
import type { components } from "./schema.ts";

export type SessionJson = components["schemas"]["Session"];

/** My sessions on all machines, newest first. */
export const sessionsQuery = infiniteQueryOptions({
  queryKey: ["sessions"],
  queryFn: ({ pageParam }) =>
    read(
      api.GET("/v1/sessions", {
        params: { query: { limit: 20, ...(pageParam ? { cursor: pageParam } : {}) } },
      }),
    ),
  initialPageParam: "",
  getNextPageParam: (page) => page.nextCursor ?? undefined,
});

export const endSession = (no: number) => done(api.DELETE("/v1/sessions/{no}", { params: { path: { no } } }));

export const changePassword = (body: { current: string; new: string }) =>
  done(api.PUT("/v1/me/password", { body }));

export const startTotp = (password: string) => read(api.POST("/v1/me/totp", { body: { password } }));
export const confirmTotp = (code: string) => done(api.POST("/v1/me/totp/confirm", { body: { code } }));
export const removeTotp = (body: { password: string; code: string }) =>
  done(api.DELETE("/v1/me/totp", { body }));
