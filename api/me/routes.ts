import type { FastifyPluginAsyncZod } from "fastify-type-provider-zod";
import { decide, type Principal } from "../../access/decide.ts";
import { ACTIONS } from "../../access/roles.ts";
import { waitingWithin } from "../../accounts/changes.ts";
import type { GrantDelay } from "../../accounts/grant-delay.ts";
import type { CallerFacts } from "../../accounts/known-principals.ts";
import { getTenant } from "../../store/access/index.ts";
import { NO_LIMITS, type Pool } from "../../store/database/index.ts";
import { toChangeJson } from "../access-changes/schema.ts";
import { type Allow, grantOf } from "../guard.ts";
import { toAreaJson, toRoleGrants, toScopesGrants } from "../principal-schemas.ts";
import { problems } from "../problem.ts";
import { meSchema } from "./schema.ts";

export interface MeOptions {
  /** Asked for a tenant that has just been made, and is not in memory yet. */
  readonly pool: Pool;
  readonly callerFacts: CallerFacts;
  readonly grantDelay: GrantDelay;
  readonly allow: Allow;
}

/** In one answer. */
const MAX_CHANGES = 100;
const MAX_APPLICATIONS = 1000;

/**
 * The platform's knowledge of the caller. All of it is in memory: the first thing that a page asks for must not wait
 * behind a series that another one has asked for.
 */
export const meRoutes: FastifyPluginAsyncZod<MeOptions> = async (
  app,
  { pool, callerFacts, grantDelay, allow },
) => {
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
      const { waiting, toDecide } = waitingFor(principal, callerFacts, now);
      return {
        type,
        id,
        name,
        tenant:
          tenantId === null
            ? null
            : (callerFacts.findTenant(tenantId) ?? (await getTenant(pool, tenantId, NO_LIMITS))),
        waiting: waiting.map(toChangeJson),
        toDecide,
        applications: type === "person" ? callerFacts.listOwnedBy(id).slice(0, MAX_APPLICATIONS) : [],
        grants: [...toRoleGrants(grants), ...toScopesGrants(grants)],
        actions: ACTIONS.flatMap((action) => {
          const decision = decide(principal, action);
          return decision.allowed ? { action, areas: decision.limits.map(toAreaJson) } : [];
        }),
      };
    },
  );
};

/** The changes for which a person waits, and the number of those that the caller may decide. */
function waitingFor(principal: Principal, callerFacts: CallerFacts, now: Date) {
  const changes = callerFacts.listWaiting();
  const { type, id } = principal;
  const own = type === "person" ? changes.filter((change) => change.principalId === id) : [];
  const looksAfter = decide(principal, "access:write");
  const others = looksAfter.allowed ? waitingWithin(changes, looksAfter.limits, now) : [];
  return {
    waiting: waitingWithin(own, NO_LIMITS, now).slice(0, MAX_CHANGES),
    toDecide: Math.min(others.length, MAX_CHANGES),
  };
}
