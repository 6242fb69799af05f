import type { InjectOptions } from "fastify";
import { type Grant, mayGive, type Principal } from "../../../access/decide.ts";
import { type Limits, reachesTenant, seesEverything } from "../../../access/limits.ts";
import { DISPLAY_SCOPES } from "../../../access/roles.ts";
import { areaOf } from "../../helpers/limits.ts";
import { type CreateRow, get, ids, type ObjectRow, patch, type Row } from "./row.ts";
import type { World, WorldPrincipal } from "./world.ts";

/** Rows of the routes with which administrators look after who may do what. */
export function accessRows({
  tenants,
  people,
  applications,
  displays,
  accessChanges,
}: World): Record<string, Row> {
  const principal = (
    known: readonly WorldPrincipal[],
    code: string,
    request: (id: string, object: WorldPrincipal | undefined) => InjectOptions,
    status: ObjectRow["status"] = () => 200,
  ): ObjectRow => ({
    type: "object",
    objects: known,
    unknown: "x-nobody",
    code,
    requests: (id, object) => [request(id, object as WorldPrincipal | undefined)],
    status,
  });
  const person = principal.bind(undefined, people, "person_not_found");
  const application = principal.bind(undefined, applications, "application_not_found");
  const display = principal.bind(undefined, displays, "display_not_found");
  const withGrants =
    (path: string) =>
    (id: string, object: WorldPrincipal | undefined): InjectOptions => ({
      method: "PUT",
      url: `/v1/${path}/${id}/grants`,
      payload: { grants: object?.grants ?? [] },
    });

  const change = (verb: string, payload?: object): ObjectRow => ({
    type: "object",
    objects: accessChanges,
    unknown: "999999",
    code: "change_not_found",
    requests: (id) => [
      { method: "POST", url: `/v1/access/changes/${id}/${verb}`, ...(payload ? { payload } : {}) },
    ],
    restore: "update access_changes set state = 'open', decided_by = null, decided_at = null, reason = null",
  });

  const newPrincipals = (path: string, id: string, grants: readonly Grant[]): CreateRow => ({
    type: "create",
    cases: ["gas", "home"].flatMap((tenantId) =>
      grants.map((grant) => ({
        request: { method: "POST", url: `/v1/${path}`, payload: { id, name: id, tenantId, grants: [grant] } },
        status: (limits: Limits, giver: Principal) => {
          if (!mayGive(giver, grant)) return 403;
          return reachesTenant(limits, tenantId) ? 409 : 400;
        },
      })),
    ),
  });

  return {
    listTenants: {
      action: "access:read",
      type: "list",
      lists: [{ url: "/v1/tenants", field: "id", expected: ids(tenants) }],
    },
    getTenant: {
      action: "access:read",
      type: "object",
      objects: tenants,
      unknown: "nobody",
      code: "tenant_not_found",
      requests: (id) => [get(`/v1/tenants/${id}`)],
    },
    createTenant: {
      action: "access:write",
      type: "create",
      cases: [
        {
          request: { method: "POST", url: "/v1/tenants", payload: { id: "gas", name: "gas", use: "civil" } },
          status: (limits) => (seesEverything(limits) ? 409 : 403),
        },
      ],
    },
    updateTenant: {
      action: "access:write",
      type: "object",
      objects: tenants,
      unknown: "nobody",
      code: "tenant_not_found",
      requests: (id) => [patch("tenants")(id)],
      status: (limits) => (seesEverything(limits) ? 200 : 403),
    },
    listPeople: {
      action: "access:read",
      type: "list",
      lists: [{ url: "/v1/people?limit=1000", field: "id", expected: ids(people) }],
    },
    getPerson: { action: "access:read", ...person((id) => get(`/v1/people/${id}`)) },
    createPerson: {
      action: "access:write",
      ...newPrincipals("people", "p-new", [
        { role: "viewer", area: areaOf({ regions: ["520102"] }) },
        { role: "administrator", area: areaOf({ tenants: ["gas"] }) },
        { role: "operator", area: areaOf({}) },
      ]),
    },
    updatePerson: { action: "access:write", ...person(patch("people")) },
    setPersonGrants: { action: "access:write", ...person(withGrants("people")) },
    // Too short: refused after the person is found, before the dear hash is computed.
    resetPersonPassword: {
      action: "access:write",
      ...person(
        (id) => ({ method: "PUT", url: `/v1/people/${id}/password`, payload: { password: "short" } }),
        () => 400,
      ),
    },
    resetPersonTotp: {
      action: "access:write",
      ...person(
        (id) => ({ method: "DELETE", url: `/v1/people/${id}/totp` }),
        () => 404,
      ),
    },
    listPersonSessions: { action: "access:read", ...person((id) => get(`/v1/people/${id}/sessions`)) },
    endPersonSessions: {
      action: "access:write",
      ...person((id) => ({ method: "DELETE", url: `/v1/people/${id}/sessions` })),
    },
    listAccessChanges: {
      action: "access:read",
      type: "list",
      lists: [{ url: "/v1/access/changes?limit=1000", field: "id", expected: ids(accessChanges) }],
    },
    confirmAccessChange: { action: "access:write", ...change("confirm") },
    refuseAccessChange: { action: "access:write", ...change("refuse", { reason: "nobody knows of it" }) },
    setApplicationOwner: {
      action: "access:write",
      ...principal(
        applications,
        "application_not_found",
        (id) => ({ method: "PUT", url: `/v1/applications/${id}/owner`, payload: { ownerId: "p-new" } }),
        (limits) => (reachesTenant(limits, "home") ? 200 : 400),
      ),
    },
    listApplications: {
      action: "access:read",
      type: "list",
      lists: [{ url: "/v1/applications?limit=1000", field: "id", expected: ids(applications) }],
    },
    getApplication: { action: "access:read", ...application((id) => get(`/v1/applications/${id}`)) },
    createApplication: {
      action: "access:write",
      ...newPrincipals("applications", "a-all", [
        { scopes: ["devices:read"], area: areaOf({ regions: ["520102"] }) },
        { scopes: ["commands:send"], area: areaOf({}) },
      ]),
    },
    updateApplication: { action: "access:write", ...application(patch("applications")) },
    setApplicationGrants: { action: "access:write", ...application(withGrants("applications")) },
    listDisplays: {
      action: "access:read",
      type: "list",
      lists: [{ url: "/v1/displays?limit=1000", field: "id", expected: ids(displays) }],
    },
    // A tenant that there is not: whoever may give the area is told so, and nothing is added.
    createDisplay: {
      action: "access:write",
      type: "create",
      cases: [
        areaOf({ regions: ["520102"] }),
        areaOf({ regions: ["52"], tenants: ["gas"] }),
        areaOf({ regions: ["5201"], kinds: ["camera"] }),
      ].map((area) => ({
        request: { method: "POST", url: "/v1/displays", payload: { name: "w", tenantId: "nobody", area } },
        status: (_limits, giver) => (mayGive(giver, { scopes: DISPLAY_SCOPES, area }) ? 400 : 403),
      })),
    },
    renewDisplayCode: {
      action: "access:write",
      ...display(
        (id) => ({ method: "POST", url: `/v1/displays/${id}/code` }),
        () => 201,
      ),
    },
    revokeDisplay: {
      action: "access:write",
      ...display(
        (id) => ({ method: "DELETE", url: `/v1/displays/${id}` }),
        () => 204,
      ),
      restore: "update principals set disabled_at = null where type = 'display'",
    },
    listKeys: { action: "access:read", ...application((id) => get(`/v1/applications/${id}/keys`)) },
    createKey: {
      action: "access:write",
      ...application(
        (id) => ({ method: "POST", url: `/v1/applications/${id}/keys` }),
        () => 201,
      ),
      restore: "delete from api_keys where key_no > (select min(key_no) + 7 from api_keys)",
    },
    rotateKey: {
      action: "access:write",
      ...application(
        (id, object) => ({
          method: "POST",
          url: `/v1/applications/${id}/keys/${object?.keys[0] ?? "abcdefgh"}/rotate`,
        }),
        () => 201,
      ),
      restore: "delete from api_keys where key_no > (select min(key_no) + 7 from api_keys)",
    },
    revokeKey: {
      action: "access:write",
      ...application(
        (id, object) => ({
          method: "DELETE",
          url: `/v1/applications/${id}/keys/${object?.keys[1] ?? "abcdefgh"}`,
        }),
        () => 204,
      ),
    },
  };
}
