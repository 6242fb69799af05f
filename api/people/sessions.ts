import type { FastifyPluginAsyncZod } from "fastify-type-provider-zod";
import { z } from "zod";
import type { GrantDelay } from "../../accounts/grant-delay.ts";
import type { People } from "../../accounts/people.ts";
import { getPrincipal } from "../../store/access/index.ts";
import type { Pool } from "../../store/database/index.ts";
import { callerOf } from "../caller.ts";
import { type Allow, grantOf } from "../guard.ts";
import { principalParams } from "../principal-schemas.ts";
import { problems } from "../problem.ts";
import { pageOf } from "../schemas.ts";
import { currentSession, toSessionJson } from "../sessions/present.ts";
import { sessionListQuery, sessionSchema } from "../sessions/schema.ts";

export interface PersonSessionsOptions {
  readonly pool: Pool;
  readonly people: Pick<People, "accounts" | "sessions">;
  readonly grantDelay: GrantDelay;
  readonly allow: Allow;
}

const DEFAULT_LIMIT = 100;

/** Where a person is signed in, for administrators: a lost telephone, a stolen laptop, a screen left open. */
export const personSessionsRoutes: FastifyPluginAsyncZod<PersonSessionsOptions> = async (
  app,
  { pool, people: { accounts, sessions }, grantDelay, allow },
) => {
  app.get(
    "/people/:id/sessions",
    {
      onRequest: allow("access:read"),
      schema: {
        operationId: "listPersonSessions",
        tags: ["access"],
        summary: "The open sessions of a person, newest first",
        params: principalParams,
        querystring: sessionListQuery,
        response: { 200: pageOf(sessionSchema), ...problems("person_not_found", "invalid_cursor") },
      },
    },
    async (request) => {
      const { id } = await getPrincipal(pool, "person", request.params.id, grantOf(request).limits);
      const { limit, cursor } = request.query;
      const page = await sessions.list(id, { limit: limit ?? DEFAULT_LIMIT, cursor });
      const own = await currentSession(request, sessions);
      return { ...page, items: page.items.map((item) => toSessionJson(item, own?.session.sessionNo)) };
    },
  );

  app.delete(
    "/people/:id/sessions",
    {
      onRequest: allow("access:write"),
      schema: {
        operationId: "endPersonSessions",
        tags: ["access"],
        summary: "End all sessions of a person",
        description: "Their password and second factor stay: they sign in again. Their live streams are cut.",
        params: principalParams,
        response: {
          200: z.object({ sessionsEnded: z.int().describe("The number of those that were open.") }),
          ...problems("person_not_found"),
        },
      },
    },
    async (request) => ({
      sessionsEnded: await accounts.endSessions(callerOf(request, grantDelay), request.params.id),
    }),
  );
};
