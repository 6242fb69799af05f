import type { FastifyPluginAsyncZod } from "fastify-type-provider-zod";
import type { GrantDelay } from "../../accounts/grant-delay.ts";
import { changeTenant, createTenant } from "../../accounts/tenants.ts";
import { getTenant, listTenants } from "../../store/access/index.ts";
import type { Pool } from "../../store/database/index.ts";
import { callerOf } from "../caller.ts";
import { type Allow, grantOf } from "../guard.ts";
import { problems } from "../problem.ts";
import { pageOf } from "../schemas.ts";
import { newTenantBody, tenantChangeBody, tenantListQuery, tenantParams, tenantSchema } from "./schema.ts";

export interface AccessRoutesOptions {
  readonly pool: Pool;
  /** Called after a change of people, applications or their grants is committed, and waited for before the answer. */
  readonly onAccessChanged: () => Promise<void>;
  /** How long approvers and duty officers wait who are made, granted or reset here. */
  readonly grantDelay: GrantDelay;
  readonly allow: Allow;
}

const DEFAULT_LIMIT = 100;

/** The organizations that use the platform. */
export const tenantsRoutes: FastifyPluginAsyncZod<AccessRoutesOptions> = async (app, options) => {
  const { pool, onAccessChanged, grantDelay, allow } = options;

  app.get(
    "/tenants",
    {
      onRequest: allow("access:read"),
      schema: {
        operationId: "listTenants",
        tags: ["access"],
        summary: "Tenants",
        description: "The tenants that the caller's own areas name.",
        querystring: tenantListQuery,
        response: { 200: pageOf(tenantSchema), ...problems("invalid_cursor") },
      },
    },
    async (request) => {
      const { limit, cursor, ...filter } = request.query;
      return listTenants(pool, filter, grantOf(request).limits, { limit: limit ?? DEFAULT_LIMIT, cursor });
    },
  );

  app.post(
    "/tenants",
    {
      onRequest: allow("access:write"),
      schema: {
        operationId: "createTenant",
        tags: ["access"],
        summary: "Add a tenant",
        description: "For administrators of the whole platform.",
        body: newTenantBody,
        response: {
          201: tenantSchema,
          ...problems("tenant_exists", "payload_too_large", "unsupported_media_type"),
        },
      },
    },
    async (request, reply) => {
      const tenant = await createTenant(pool, callerOf(request, grantDelay), request.body);
      await onAccessChanged();
      return reply.code(201).header("location", `/v1/tenants/${tenant.id}`).send(tenant);
    },
  );

  app.get(
    "/tenants/:id",
    {
      onRequest: allow("access:read"),
      schema: {
        operationId: "getTenant",
        tags: ["access"],
        summary: "One tenant",
        params: tenantParams,
        response: { 200: tenantSchema, ...problems("tenant_not_found") },
      },
    },
    async (request) => getTenant(pool, request.params.id, grantOf(request).limits),
  );

  app.patch(
    "/tenants/:id",
    {
      onRequest: allow("access:write"),
      schema: {
        operationId: "updateTenant",
        tags: ["access"],
        summary: "Rename a tenant, or shut it out",
        description: "For administrators of the whole platform.",
        params: tenantParams,
        body: tenantChangeBody,
        response: {
          200: tenantSchema,
          ...problems("tenant_not_found", "payload_too_large", "unsupported_media_type"),
        },
      },
    },
    async (request) => {
      const tenant = await changeTenant(pool, callerOf(request, grantDelay), request.params.id, request.body);
      await onAccessChanged();
      return tenant;
    },
  );
};
