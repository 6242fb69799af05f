import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { api, read } from "./client.ts";
import { problemOf } from "./problem.ts";
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

type Body<T> = T extends { requestBody: { content: { "application/json": infer B } } } ? B : never;
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

async function done(answer: Promise<{ error?: unknown; response: Response }>): Promise<void> {
  const { error, response } = await answer;
  if (!response.ok) throw problemOf(response, error);
}
const at = (id: string) => ({ params: { path: { id } } });

export const createPerson = (body: Bodies["createPerson"]) => read(api.POST("/v1/people", { body }));
export const changePerson = (id: string, body: { name?: string; disabled?: boolean }) =>
  read(api.PATCH("/v1/people/{id}", { ...at(id), body }));
export const setPersonGrants = (id: string, grants: NonNullable<Bodies["createPerson"]["grants"]>) =>
  read(api.PUT("/v1/people/{id}/grants", { ...at(id), body: { grants } }));
export const setPersonPassword = (id: string, password: string) =>
  read(api.PUT("/v1/people/{id}/password", { ...at(id), body: { password } }));
export const removePersonTotp = (id: string) => read(api.DELETE("/v1/people/{id}/totp", at(id)));

export const createApplication = (body: Bodies["createApplication"]) =>
  read(api.POST("/v1/applications", { body }));
export const changeApplication = (id: string, body: { name?: string; disabled?: boolean }) =>
  read(api.PATCH("/v1/applications/{id}", { ...at(id), body }));
export const setApplicationGrants = (
  id: string,
  grants: NonNullable<Bodies["createApplication"]["grants"]>,
) => read(api.PUT("/v1/applications/{id}/grants", { ...at(id), body: { grants } }));
export const setOwner = (id: string, ownerId: string) =>
  read(api.PUT("/v1/applications/{id}/owner", { ...at(id), body: { ownerId } }));
export const makeKey = (id: string, expiresAt: string | null) =>
  read(api.POST("/v1/applications/{id}/keys", { ...at(id), body: { expiresAt } }));
export const rotateKey = (id: string, prefix: string) =>
  read(
    api.POST("/v1/applications/{id}/keys/{prefix}/rotate", { params: { path: { id, prefix } }, body: {} }),
  );
export const revokeKey = (id: string, prefix: string) =>
  done(api.DELETE("/v1/applications/{id}/keys/{prefix}", { params: { path: { id, prefix } } }));

export const createTenant = (body: Bodies["createTenant"]) => read(api.POST("/v1/tenants", { body }));
export const changeTenant = (id: string, body: { name?: string; disabled?: boolean }) =>
  read(api.PATCH("/v1/tenants/{id}", { ...at(id), body }));

export const createDisplay = (body: Bodies["createDisplay"]) => read(api.POST("/v1/displays", { body }));
export const makeDisplayCode = (id: string) => read(api.POST("/v1/displays/{id}/code", at(id)));
export const revokeDisplay = (id: string) => done(api.DELETE("/v1/displays/{id}", at(id)));

export const confirmAccessChange = (id: number) =>
  read(api.POST("/v1/access/changes/{id}/confirm", { params: { path: { id } } }));
export const refuseAccessChange = (id: number, reason: string) =>
  read(api.POST("/v1/access/changes/{id}/refuse", { params: { path: { id } }, body: { reason } }));
