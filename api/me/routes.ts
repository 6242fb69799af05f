import type { FastifyPluginAsyncZod } from "fastify-type-provider-zod";
import { decide } from "../../access/decide.ts";
import { ACTIONS } from "../../access/roles.ts";
import type { Pool } from "../../store/database.ts";
import { NO_LIMITS } from "../../store/limits.ts";
import { getTenant } from "../../store/tenants.ts";
import { type Allow, grantOf } from "../guard.ts";
import { toAreaJson, toRoleGrants, toScopesGrants } from "../principal-schemas.ts";
import { problems } from "../problem.ts";
import { meSchema } from "./schema.ts";

export interface MeOptions {
  readonly pool: Pool;
  readonly allow: Allow;
}

/** What the platform knows of whoever asks. */
export const meRoutes: FastifyPluginAsyncZod<MeOptions> = async (app, { pool, allow }) => {
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
      return {
        type,
        id,
        name,
        tenant: tenantId === null ? null : await getTenant(pool, tenantId, NO_LIMITS),
        grants: [...toRoleGrants(grants), ...toScopesGrants(grants)],
        actions: ACTIONS.flatMap((action) => {
          const decision = decide(principal, action);
          return decision.allowed ? { action, areas: decision.limits.map(toAreaJson) } : [];
        }),
      };
    },
  );
};
