import type { FastifyPluginAsyncZod } from "fastify-type-provider-zod";
import { decide } from "../../access/decide.ts";
import type { Limits } from "../../access/limits.ts";
import { ACTIONS } from "../../access/roles.ts";
import { listAccessChanges } from "../../accounts/changes.ts";
import type { GrantDelay } from "../../accounts/grant-delay.ts";
import { getTenant, listOwned } from "../../store/access/index.ts";
import { NO_LIMITS, type Pool } from "../../store/database/index.ts";
import { toChangeJson } from "../access-changes/schema.ts";
import { type Allow, grantOf } from "../guard.ts";
import { toAreaJson, toRoleGrants, toScopesGrants } from "../principal-schemas.ts";
import { problems } from "../problem.ts";
import { meSchema } from "./schema.ts";

export interface MeOptions {
  readonly pool: Pool;
  readonly grantDelay: GrantDelay;
  readonly allow: Allow;
}

/** In one answer. */
const MAX_CHANGES = 100;

/** The platform's knowledge of the caller. */
export const meRoutes: FastifyPluginAsyncZod<MeOptions> = async (app, { pool, grantDelay, allow }) => {
  app.get(
    "/me",
    {
      onRequest: allow.signedIn,
      schema: {
        operationId: "getMe",
        tags: ["access"],
        summary: "Who am I, and what may I do?",
        response: { 200: meSchema, ...problems() },
      },
    },
    async (request) => {
      const { principal } = grantOf(request);
      const { type, id, name, tenantId, grants } = principal;
      const now = new Date(grantDelay.now());
      const list = (limits: Limits, principalId?: string) =>
        listAccessChanges(pool, { limits }, { state: "waiting", principalId, now }, { limit: MAX_CHANGES });
      const looksAfter = decide(principal, "access:write");
      const waiting = type === "person" ? (await list(NO_LIMITS, id)).items : [];
      const toDecide = looksAfter.allowed ? (await list(looksAfter.limits)).items.length : 0;
      return {
        type,
        id,
        name,
        tenant: tenantId === null ? null : await getTenant(pool, tenantId, NO_LIMITS),
        waiting: waiting.map(toChangeJson),
        toDecide,
        applications: type === "person" ? await listOwned(pool, id) : [],
        grants: [...toRoleGrants(grants), ...toScopesGrants(grants)],
        actions: ACTIONS.flatMap((action) => {
          const decision = decide(principal, action);
          return decision.allowed ? { action, areas: decision.limits.map(toAreaJson) } : [];
        }),
      };
    },
  );
};
