import type { Bodies } from "./access.ts";
import { api, done, read } from "./client.ts";

/** The steps of an administrator; each throws the platform's ApiError. */

const at = (id: string) => ({ params: { path: { id } } });

export const createPerson = (body: Bodies["createPerson"]) => read(api.POST("/v1/people", { body }));
export const changePerson = (id: string, body: { name?: string; disabled?: boolean }) =>
  read(api.PATCH("/v1/people/{id}", { ...at(id), body }));
export const setPersonGrants = (id: string, grants: NonNullable<Bodies["createPerson"]["grants"]>) =>
  read(api.PUT("/v1/people/{id}/grants", { ...at(id), body: { grants } }));
export const setPersonPassword = (id: string, password: string) =>
  read(api.PUT("/v1/people/{id}/password", { ...at(id), body: { password } }));
export const removePersonTotp = (id: string) => read(api.DELETE("/v1/people/{id}/totp", at(id)));
export const endPersonSessions = (id: string) => read(api.DELETE("/v1/people/{id}/sessions", at(id)));

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
