import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { api, type Body, read } from "./client.ts";
import type { components, operations } from "./schema.ts";

export type PersonJson = components["schemas"]["Person"];
export type ApplicationJson = components["schemas"]["Application"];
export type TenantJson = components["schemas"]["Tenant"];
export type KeyJson = components["schemas"]["ApiKey"];
export type DisplayJson = components["schemas"]["Display"];
export type AccessChangeJson = components["schemas"]["ListedAccessChange"];
export type AreaInput = components["schemas"]["AreaInput"];
export type WaitingJson = components["schemas"]["ChangedPerson"]["waiting"];
export type RoleName = NonNullable<Bodies["createPerson"]["grants"]>[number]["role"];
export type ScopeName = NonNullable<Bodies["createApplication"]["grants"]>[number]["scopes"][number];

export interface Bodies {
  readonly createPerson: Body<operations["createPerson"]>;
  readonly createApplication: Body<operations["createApplication"]>;
  readonly createTenant: Body<operations["createTenant"]>;
  readonly createDisplay: Body<operations["createDisplay"]>;
}

const PAGE = 50;
const pageOf = (cursor: string) => ({ limit: PAGE, ...(cursor ? { cursor } : {}) });
interface Listed {
  readonly nextCursor: string | null;
}
const next = { initialPageParam: "", getNextPageParam: (page: Listed) => page.nextCursor ?? undefined };

/** Keys begin with `access`: a change of one may show in all of them. */
export const peopleQuery = (q: string) =>
  infiniteQueryOptions({
    queryKey: ["access", "people", q],
    queryFn: ({ pageParam }) =>
      read(api.GET("/v1/people", { params: { query: { ...pageOf(pageParam), ...(q ? { q } : {}) } } })),
    ...next,
  });
export const personQuery = (id: string) =>
  queryOptions({
    queryKey: ["access", "person", id],
    queryFn: () => read(api.GET("/v1/people/{id}", { params: { path: { id } } })),
  });
export const personSessionsQuery = (id: string) =>
  infiniteQueryOptions({
    queryKey: ["access", "sessions", id],
    queryFn: ({ pageParam }) =>
      read(api.GET("/v1/people/{id}/sessions", { params: { path: { id }, query: pageOf(pageParam) } })),
    ...next,
  });
export const applicationsQuery = (q: string) =>
  infiniteQueryOptions({
    queryKey: ["access", "applications", q],
    queryFn: ({ pageParam }) =>
      read(api.GET("/v1/applications", { params: { query: { ...pageOf(pageParam), ...(q ? { q } : {}) } } })),
    ...next,
  });
export const applicationQuery = (id: string) =>
  queryOptions({
    queryKey: ["access", "application", id],
    queryFn: () => read(api.GET("/v1/applications/{id}", { params: { path: { id } } })),
  });
export const keysQuery = (id: string) =>
  queryOptions({
    queryKey: ["access", "keys", id],
    queryFn: async () =>
      (await read(api.GET("/v1/applications/{id}/keys", { params: { path: { id } } }))).items,
  });
export const tenantsQuery = infiniteQueryOptions({
  queryKey: ["access", "tenants"],
  queryFn: ({ pageParam }) => read(api.GET("/v1/tenants", { params: { query: pageOf(pageParam) } })),
  ...next,
});
export const displaysQuery = infiniteQueryOptions({
  queryKey: ["access", "displays"],
  queryFn: ({ pageParam }) => read(api.GET("/v1/displays", { params: { query: pageOf(pageParam) } })),
  ...next,
});
export const accessChangesQuery = infiniteQueryOptions({
  queryKey: ["access", "changes"],
  queryFn: ({ pageParam }) => read(api.GET("/v1/access/changes", { params: { query: pageOf(pageParam) } })),
  ...next,
});
