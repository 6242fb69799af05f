import type { FastifyPluginAsyncZod } from "fastify-type-provider-zod";
import {
  changePrincipal,
  createPrincipal,
  setApplicationOwner,
  setGrants,
} from "../../accounts/principals.ts";
import { getPrincipal, listPrincipals, type StoredPrincipal } from "../../store/access/index.ts";
import { callerOf } from "../caller.ts";
import { assertKinds, type CatalogIndex } from "../catalog.ts";
import { grantOf } from "../guard.ts";
import {
  principalChangeBody,
  principalListQuery,
  principalParams,
  toScopesGrants,
} from "../principal-schemas.ts";
import { problems } from "../problem.ts";
import { pageOf } from "../schemas.ts";
import type { AccessRoutesOptions } from "../tenants/routes.ts";
import {
  applicationGrantsBody,
  applicationOwnerBody,
  applicationSchema,
  newApplicationBody,
} from "./schema.ts";

export interface ApplicationsOptions extends AccessRoutesOptions {
  readonly catalog: CatalogIndex;
}

const DEFAULT_LIMIT = 100;

const toApplication = (stored: StoredPrincipal) => ({
  ...stored,
  grants: toScopesGrants(stored.grants),
});

/** Programs that use the platform, and their grants. Their keys are in `keys.ts`. */
export const applicationsRoutes: FastifyPluginAsyncZod<ApplicationsOptions> = async (app, options) => {
  const { pool, catalog, onAccessChanged, grantDelay, allow } = options;

  app.get(
    "/applications",
    {
      onRequest: allow("access:read"),
      schema: {
        operationId: "listApplications",
        tags: ["access"],
        summary: "Applications",
        description: "The applications whose grants all lie within the caller's own areas.",
        querystring: principalListQuery,
        response: { 200: pageOf(applicationSchema), ...problems("invalid_cursor") },
      },
    },
    async (request) => {
      const { limit, cursor, ...filter } = request.query;
      const page = { limit: limit ?? DEFAULT_LIMIT, cursor };
      const { items, nextCursor } = await listPrincipals(
        pool,
        "application",
        filter,
        grantOf(request).limits,
        page,
      );
      return { items: items.map(toApplication), nextCursor };
    },
  );

  app.post(
    "/applications",
    {
      onRequest: allow("access:write"),
      schema: {
        operationId: "createApplication",
        tags: ["access"],
        summary: "Add an application",
        description:
          "It needs a key to come in: `POST /v1/applications/{id}/keys`. Within their own areas, administrators may also grant rights that they do not have themselves.",
        body: newApplicationBody,
        response: {
          201: applicationSchema,
          ...problems("principal_exists", "payload_too_large", "unsupported_media_type"),
        },
      },
    },
    async (request, reply) => {
      const { body } = request;
      assertKinds(catalog, body.grants);
      const added = await createPrincipal(pool, callerOf(request, grantDelay), {
        ...body,
        type: "application",
      });
      await onAccessChanged();
      return reply
        .code(201)
        .header("location", `/v1/applications/${encodeURIComponent(added.id)}`)
        .send(toApplication(added));
    },
  );

  app.get(
    "/applications/:id",
    {
      onRequest: allow("access:read"),
      schema: {
        operationId: "getApplication",
        tags: ["access"],
        summary: "One application",
        params: principalParams,
        response: { 200: applicationSchema, ...problems("application_not_found") },
      },
    },
    async (request) =>
      toApplication(await getPrincipal(pool, "application", request.params.id, grantOf(request).limits)),
  );

  app.patch(
    "/applications/:id",
    {
      onRequest: allow("access:write"),
      schema: {
        operationId: "updateApplication",
        tags: ["access"],
        summary: "Rename an application, or shut it out",
        params: principalParams,
        body: principalChangeBody,
        response: {
          200: applicationSchema,
          ...problems("application_not_found", "payload_too_large", "unsupported_media_type"),
        },
      },
    },
    async (request) => {
      const { id } = request.params;
      const changed = await changePrincipal(
        pool,
        callerOf(request, grantDelay),
        "application",
        id,
        request.body,
      );
      await onAccessChanged();
      return toApplication(changed);
    },
  );

  app.put(
    "/applications/:id/grants",
    {
      onRequest: allow("access:write"),
      schema: {
        operationId: "setApplicationGrants",
        tags: ["access"],
        summary: "Set the grants of an application",
        description:
          "The list replaces all grants: those that are not in it are taken away. Within their own areas, administrators may also grant rights that they do not have themselves.",
        params: principalParams,
        body: applicationGrantsBody,
        response: {
          200: applicationSchema,
          ...problems("application_not_found", "payload_too_large", "unsupported_media_type"),
        },
      },
    },
    async (request) => {
      const { grants } = request.body;
      assertKinds(catalog, grants);
      const changed = await setGrants(
        pool,
        callerOf(request, grantDelay),
        "application",
        request.params.id,
        grants,
      );
      await onAccessChanged();
      return toApplication(changed);
    },
  );

  app.put(
    "/applications/:id/owner",
    {
      onRequest: allow("access:write"),
      schema: {
        operationId: "setApplicationOwner",
        tags: ["access"],
        summary: "Set the owner of an application, who answers for it",
        description: "Its submissions from now on count as this person's.",
        params: principalParams,
        body: applicationOwnerBody,
        response: {
          200: applicationSchema,
          ...problems("application_not_found", "payload_too_large", "unsupported_media_type"),
        },
      },
    },
    async (request) => {
      const { id } = request.params;
      const changed = await setApplicationOwner(
        pool,
        callerOf(request, grantDelay),
        id,
        request.body.ownerId,
      );
      await onAccessChanged();
      return toApplication(changed);
    },
  );
};
