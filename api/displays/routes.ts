import type { FastifyPluginAsyncZod } from "fastify-type-provider-zod";
import { z } from "zod";
import { assertSameOrigin } from "../../accounts/csrf.ts";
import { createDisplay, renewPairingCode, revokeDisplay } from "../../accounts/displays.ts";
import type { People } from "../../accounts/people.ts";
import { listDisplays } from "../../store/access/index.ts";
import { callerOf } from "../caller.ts";
import { assertKinds, type CatalogIndex, invalidField } from "../catalog.ts";
import { credentialsOf, grantOf } from "../guard.ts";
import { principalParams } from "../principal-schemas.ts";
import { problems } from "../problem.ts";
import { pageOf } from "../schemas.ts";
import { handOverCookie, toSessionJson, visitorOf } from "../sessions/present.ts";
import type { AccessRoutesOptions } from "../tenants/routes.ts";
import {
  codedDisplaySchema,
  displayListQuery,
  displaySchema,
  newDisplayBody,
  pairedDisplaySchema,
  redeemBody,
  toDisplayJson,
  toPairedJson,
} from "./schema.ts";

export interface DisplaysRoutesOptions extends AccessRoutesOptions {
  readonly catalog: CatalogIndex;
  readonly people: Pick<People, "pair">;
}

const DEFAULT_LIMIT = 100;

/** Screens on a wall, which only read and at which nobody signs in. */
export const displaysRoutes: FastifyPluginAsyncZod<DisplaysRoutesOptions> = async (app, options) => {
  const { pool, catalog, people, onAccessChanged, grantDelay, allow } = options;
  const { now } = grantDelay;

  app.get(
    "/displays",
    {
      onRequest: allow("access:read"),
      schema: {
        operationId: "listDisplays",
        tags: ["access"],
        summary: "Displays, newest first",
        description: "The list includes displays that were revoked.",
        querystring: displayListQuery,
        response: { 200: pageOf(displaySchema), ...problems("invalid_cursor") },
      },
    },
    async (request) => {
      const { tenant, limit, cursor } = request.query;
      const page = { limit: limit ?? DEFAULT_LIMIT, cursor };
      const found = await listDisplays(pool, { tenant }, grantOf(request).limits, page);
      return { ...found, items: found.items.map((display) => toDisplayJson(display, now())) };
    },
  );

  app.post(
    "/displays",
    {
      onRequest: allow("access:write"),
      schema: {
        operationId: "createDisplay",
        tags: ["access"],
        summary: "Set up a display",
        description:
          "The answer shows a code, which is typed at the screen: that browser then reads the area for 90 days, whether it is used or not, and can change nothing.",
        body: newDisplayBody,
        response: { 201: codedDisplaySchema, ...problems("payload_too_large", "unsupported_media_type") },
      },
    },
    async (request, reply) => {
      const { area, name, tenantId = grantOf(request).principal.tenantId } = request.body;
      if (tenantId === null) {
        throw invalidField(
          "/tenantId",
          "expected the id of a tenant: the administrator's key belongs to none",
        );
      }
      assertKinds(catalog, [request.body], () => "");
      const caller = callerOf(request, grantDelay);
      const { display, code } = await createDisplay(pool, caller, { name, tenantId, area }, now());
      await onAccessChanged();
      reply.header("cache-control", "no-store");
      return reply.code(201).send({ display: toDisplayJson(display, now()), code });
    },
  );

  app.post(
    "/displays/redeem",
    {
      onRequest: allow.anybody,
      schema: {
        operationId: "redeemDisplayCode",
        tags: ["sessions"],
        summary: "Make this browser a display",
        description:
          "Sets the cookie of a session that only reads. It ends the browser that was this display before. After some wrong codes the next ones are refused for a while (`too_many_attempts`, with `Retry-After`).",
        security: [],
        body: redeemBody,
        response: {
          201: pairedDisplaySchema,
          ...problems(
            "pairing_failed",
            "csrf_refused",
            "too_many_attempts",
            "payload_too_large",
            "unsupported_media_type",
          ),
        },
      },
    },
    async (request, reply) => {
      // No other site may turn a browser into a display.
      assertSameOrigin(credentialsOf(request));
      const { session, token, display } = await people.pair(request.body.code, visitorOf(request));
      handOverCookie(request, reply, { session, token });
      return reply
        .code(201)
        .send({ display: toPairedJson(display), session: toSessionJson(session, session.sessionNo) });
    },
  );

  app.post(
    "/displays/:id/code",
    {
      onRequest: allow("access:write"),
      schema: {
        operationId: "renewDisplayCode",
        tags: ["access"],
        summary: "Make another code for a display",
        description:
          "For another browser, e.g. when the computer at the wall was replaced: the one so far goes on until the code is used. An earlier code that still waits is no longer good.",
        params: principalParams,
        response: { 201: codedDisplaySchema, ...problems("display_not_found", "display_revoked") },
      },
    },
    async (request, reply) => {
      const caller = callerOf(request, grantDelay);
      const { display, code } = await renewPairingCode(pool, caller, request.params.id, now());
      reply.header("cache-control", "no-store");
      return reply.code(201).send({ display: toDisplayJson(display, now()), code });
    },
  );

  app.delete(
    "/displays/:id",
    {
      onRequest: allow("access:write"),
      schema: {
        operationId: "revokeDisplay",
        tags: ["access"],
        summary: "Revoke a display",
        description: "For good, and at once: its streams are cut, and its code is no longer good.",
        params: principalParams,
        response: { 204: z.undefined().describe("Done."), ...problems("display_not_found") },
      },
    },
    async (request, reply) => {
      await revokeDisplay(pool, callerOf(request, grantDelay), request.params.id);
      await onAccessChanged();
      return reply.code(204).send();
    },
  );
};
