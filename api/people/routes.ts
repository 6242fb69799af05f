import type { FastifyPluginAsyncZod } from "fastify-type-provider-zod";
import { waitingOf } from "../../accounts/changes.ts";
import { hashPassword } from "../../accounts/password-hash.ts";
import { checkPassword } from "../../accounts/password-rules.ts";
import { assertAddable, changePrincipal, createPrincipal, setGrants } from "../../accounts/principals.ts";
import {
  getPrincipal,
  listPrincipals,
  type StoredPrincipal,
  savePassword,
} from "../../store/access/index.ts";
import { callerOf } from "../caller.ts";
import { assertKinds, type CatalogIndex } from "../catalog.ts";
import { grantOf } from "../guard.ts";
import {
  principalChangeBody,
  principalListQuery,
  principalParams,
  toRoleGrants,
} from "../principal-schemas.ts";
import { problems } from "../problem.ts";
import { pageOf } from "../schemas.ts";
import type { AccessRoutesOptions } from "../tenants/routes.ts";
import { changedPersonSchema, newPersonBody, personGrantsBody, personSchema } from "./schema.ts";

export interface PeopleRoutesOptions extends AccessRoutesOptions {
  readonly catalog: CatalogIndex;
}

const DEFAULT_LIMIT = 100;

const toPerson = (stored: StoredPrincipal) => ({
  ...stored,
  grants: toRoleGrants(stored.grants),
});

/** People and their grants. Their own account, such as a password, is under `/v1/me`. */
export const peopleRoutes: FastifyPluginAsyncZod<PeopleRoutesOptions> = async (app, options) => {
  const { pool, catalog, onAccessChanged, grantDelay, allow } = options;
  const toChanged = async (stored: StoredPrincipal) => ({
    ...toPerson(stored),
    waiting: await waitingOf(pool, stored, grantDelay.now()),
  });

  app.get(
    "/people",
    {
      onRequest: allow("access:read"),
      schema: {
        operationId: "listPeople",
        tags: ["access"],
        summary: "People",
        description: "The people whose grants all lie within the caller's own areas.",
        querystring: principalListQuery,
        response: { 200: pageOf(personSchema), ...problems("invalid_cursor") },
      },
    },
    async (request) => {
      const { limit, cursor, ...filter } = request.query;
      const page = { limit: limit ?? DEFAULT_LIMIT, cursor };
      const { items, nextCursor } = await listPrincipals(
        pool,
        "person",
        filter,
        grantOf(request).limits,
        page,
      );
      return { items: items.map(toPerson), nextCursor };
    },
  );

  app.post(
    "/people",
    {
      onRequest: allow("access:write"),
      schema: {
        operationId: "createPerson",
        tags: ["access"],
        summary: "Add a person",
        description:
          "Within their own areas, administrators may also grant rights that they do not have themselves. Approvers and duty officers wait before they decide on broadcasts, unless another administrator confirms: `GET /v1/access/changes`.",
        body: newPersonBody,
        response: {
          201: changedPersonSchema,
          ...problems("principal_exists", "sign_in_busy", "payload_too_large", "unsupported_media_type"),
        },
      },
    },
    async (request, reply) => {
      const { password, ...person } = request.body;
      const caller = callerOf(request, grantDelay);
      const added = { ...person, type: "person" as const };
      await assertAddable(pool, caller, added, [
        () => assertKinds(catalog, person.grants),
        () => password === undefined || checkPassword(password, person),
      ]);
      const hash = password === undefined ? undefined : await hashPassword(password);
      const stored = await createPrincipal(
        pool,
        caller,
        added,
        hash === undefined ? undefined : (tx) => savePassword(tx, person.id, hash),
      );
      await onAccessChanged();
      return reply
        .code(201)
        .header("location", `/v1/people/${encodeURIComponent(stored.id)}`)
        .send(await toChanged(stored));
    },
  );

  app.get(
    "/people/:id",
    {
      onRequest: allow("access:read"),
      schema: {
        operationId: "getPerson",
        tags: ["access"],
        summary: "One person",
        params: principalParams,
        response: { 200: personSchema, ...problems("person_not_found") },
      },
    },
    async (request) =>
      toPerson(await getPrincipal(pool, "person", request.params.id, grantOf(request).limits)),
  );

  app.patch(
    "/people/:id",
    {
      onRequest: allow("access:write"),
      schema: {
        operationId: "updatePerson",
        tags: ["access"],
        summary: "Rename a person, or shut them out",
        params: principalParams,
        body: principalChangeBody,
        response: {
          200: changedPersonSchema,
          ...problems("person_not_found", "payload_too_large", "unsupported_media_type"),
        },
      },
    },
    async (request) => {
      const { id } = request.params;
      const changed = await changePrincipal(pool, callerOf(request, grantDelay), "person", id, request.body);
      await onAccessChanged();
      return toChanged(changed);
    },
  );

  app.put(
    "/people/:id/grants",
    {
      onRequest: allow("access:write"),
      schema: {
        operationId: "setPersonGrants",
        tags: ["access"],
        summary: "Set the grants of a person",
        description:
          "The whole list: what is not in it is taken away. Within their own areas, administrators may also grant rights that they do not have themselves. A new grant of approver or duty officer, or a wider one, waits; one that is in the list unchanged goes on.",
        params: principalParams,
        body: personGrantsBody,
        response: {
          200: changedPersonSchema,
          ...problems("person_not_found", "payload_too_large", "unsupported_media_type"),
        },
      },
    },
    async (request) => {
      const { grants } = request.body;
      assertKinds(catalog, grants);
      const changed = await setGrants(
        pool,
        callerOf(request, grantDelay),
        "person",
        request.params.id,
        grants,
      );
      await onAccessChanged();
      return toChanged(changed);
    },
  );
};
