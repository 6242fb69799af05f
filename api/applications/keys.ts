import type { FastifyPluginAsyncZod } from "fastify-type-provider-zod";
import { z } from "zod";
import { createKey, listKeys, revokeKey, rotateKey } from "../../accounts/keys.ts";
import { recordRead } from "../audit/record.ts";
import { callerOf } from "../caller.ts";
import { principalParams } from "../principal-schemas.ts";
import { problems } from "../problem.ts";
import { pageOf } from "../schemas.ts";
import type { AccessRoutesOptions } from "../tenants/routes.ts";
import { keyParams, keySchema, madeKeySchema, newKeyBody, rotateKeyBody } from "./schema.ts";

const HOUR_MS = 3_600_000;

/** Keys of applications. */
export const keysRoutes: FastifyPluginAsyncZod<AccessRoutesOptions> = async (app, options) => {
  const { pool, onAccessChanged, grantDelay, allow } = options;

  app.get(
    "/applications/:id/keys",
    {
      onRequest: allow("access:read"),
      schema: {
        operationId: "listKeys",
        tags: ["access"],
        summary: "Keys of an application, newest first",
        description:
          "The list includes keys that have ended, and never the keys themselves. It comes all at once: `nextCursor` is always null.",
        params: principalParams,
        querystring: z.strictObject({}),
        response: { 200: pageOf(keySchema), ...problems("application_not_found") },
      },
    },
    async (request) => {
      const { id } = request.params;
      const items = await listKeys(pool, callerOf(request, grantDelay), id);
      await recordRead(pool, request, "key.list", { type: "application", id });
      return { items, nextCursor: null };
    },
  );

  app.post(
    "/applications/:id/keys",
    {
      onRequest: allow("access:write"),
      schema: {
        operationId: "createKey",
        tags: ["access"],
        summary: "Make a key",
        description: "The answer shows it; it cannot be read again.",
        params: principalParams,
        body: newKeyBody,
        response: {
          201: madeKeySchema,
          ...problems("application_not_found", "payload_too_large", "unsupported_media_type"),
        },
      },
    },
    async (request, reply) => {
      const expiresAt = request.body?.expiresAt ?? null;
      const { key, record } = await createKey(
        pool,
        callerOf(request, grantDelay),
        request.params.id,
        expiresAt,
      );
      await onAccessChanged();
      return reply
        .code(201)
        .header("cache-control", "no-store")
        .send({ ...record, key });
    },
  );

  app.post(
    "/applications/:id/keys/:prefix/rotate",
    {
      onRequest: allow("access:write"),
      schema: {
        operationId: "rotateKey",
        tags: ["access"],
        summary: "Make a key in place of another",
        description:
          "The old key goes on for the overlap, so that the application can change over without a gap.",
        params: keyParams,
        body: rotateKeyBody,
        response: {
          201: z.object({ new: madeKeySchema, old: keySchema }).meta({ id: "RotatedApiKey" }),
          ...problems(
            "application_not_found",
            "key_not_found",
            "key_ended",
            "payload_too_large",
            "unsupported_media_type",
          ),
        },
      },
    },
    async (request, reply) => {
      const { id, prefix } = request.params;
      const { overlapHours, expiresAt } = rotateKeyBody
        .unwrap()
        .unwrap()
        .parse(request.body ?? {});
      const { key, record, old } = await rotateKey(pool, callerOf(request, grantDelay), id, prefix, {
        overlapMs: overlapHours * HOUR_MS,
        ...(expiresAt === undefined ? {} : { expiresAt }),
      });
      await onAccessChanged();
      return reply
        .code(201)
        .header("cache-control", "no-store")
        .send({ new: { ...record, key }, old });
    },
  );

  app.delete(
    "/applications/:id/keys/:prefix",
    {
      onRequest: allow("access:write"),
      schema: {
        operationId: "revokeKey",
        tags: ["access"],
        summary: "Revoke a key",
        description: "The key ends at once and for good, and the platform cuts its open streams.",
        params: keyParams,
        response: {
          204: z.undefined().describe("Done."),
          ...problems("application_not_found", "key_not_found"),
        },
      },
    },
    async (request, reply) => {
      const { id, prefix } = request.params;
      await revokeKey(pool, callerOf(request, grantDelay), id, prefix);
      await onAccessChanged();
      return reply.code(204).send();
    },
  );
};
