import type { FastifyRequest } from "fastify";
import type { FastifyPluginAsyncZod } from "fastify-type-provider-zod";
import { z } from "zod";
import { assertSameOrigin, csrfTokenOf } from "../../accounts/csrf.ts";
import type { People } from "../../accounts/people.ts";
import { PlatformError } from "../../base/errors.ts";
import { appendAudit } from "../../store/audit/index.ts";
import { type Pool, withTransaction } from "../../store/database/index.ts";
import { actorOf } from "../audit/actor.ts";
import { type Allow, credentialsOf, grantOf } from "../guard.ts";
import { toAreaJson } from "../principal-schemas.ts";
import { problems } from "../problem.ts";
import { pageOf } from "../schemas.ts";
import { clearSessionCookie } from "./cookie.ts";
import { currentSession, presentOpened, toSessionJson, visitorOf } from "./present.ts";
import {
  CHECKS_PASSWORD,
  currentSessionSchema,
  newSessionBody,
  openedSessionSchema,
  sessionListQuery,
  sessionParams,
  sessionSchema,
} from "./schema.ts";

export interface SessionsRoutesOptions {
  readonly pool: Pool;
  readonly people: Pick<People, "sessions" | "signIn">;
  readonly allow: Allow;
}

const DEFAULT_LIMIT = 100;

/** People sign in and out here. */
export const sessionsRoutes: FastifyPluginAsyncZod<SessionsRoutesOptions> = async (
  app,
  { pool, people, allow },
) => {
  const { sessions, signIn } = people;

  const current = async (request: FastifyRequest) => {
    const found = await currentSession(request, sessions);
    if (found) return found;
    throw new PlatformError("session_not_found", "This request came with an API key, which is not a session");
  };

  async function end(request: FastifyRequest, sessionNo: number): Promise<void> {
    const { id } = grantOf(request).principal;
    await withTransaction(pool, async (tx) => {
      if (!(await sessions.end(tx, id, sessionNo))) {
        throw new PlatformError("session_not_found", `You have no session ${sessionNo}`);
      }
      const object = { type: "session", id: String(sessionNo) };
      await appendAudit(tx, { actor: actorOf(request), action: "session.end", object });
    });
    sessions.forget(id);
  }

  app.post(
    "/sessions",
    {
      onRequest: allow.anybody,
      schema: {
        operationId: "signIn",
        tags: ["sessions"],
        summary: "Sign in with a password",
        description:
          "For people. After some failed attempts the next ones are refused for a while (`too_many_attempts`, with `Retry-After`); from an address where this person has signed in before, what strangers try does not count.",
        security: [],
        body: newSessionBody,
        response: {
          201: openedSessionSchema,
          ...problems("sign_in_failed", "code_required", ...CHECKS_PASSWORD),
        },
      },
    },
    async (request, reply) => {
      // No other site may sign a browser in, as somebody else.
      if (request.body.type === "cookie") assertSameOrigin(credentialsOf(request));
      const opened = await signIn.withPassword(request.body, visitorOf(request));
      return reply.code(201).send(presentOpened(request, reply, opened));
    },
  );

  app.get(
    "/sessions",
    {
      onRequest: allow.signedIn,
      schema: {
        operationId: "listSessions",
        tags: ["sessions"],
        summary: "My sessions, newest first",
        querystring: sessionListQuery,
        response: { 200: pageOf(sessionSchema), ...problems("invalid_cursor") },
      },
    },
    async (request) => {
      const { limit, cursor } = request.query;
      const found = await currentSession(request, sessions);
      const page = await sessions.list(grantOf(request).principal.id, {
        limit: limit ?? DEFAULT_LIMIT,
        cursor,
      });
      return { ...page, items: page.items.map((item) => toSessionJson(item, found?.session.sessionNo)) };
    },
  );

  app.get(
    "/sessions/current",
    {
      onRequest: allow.signedIn,
      schema: {
        operationId: "getCurrentSession",
        tags: ["sessions"],
        summary: "The session of this request, with its CSRF token",
        response: { 200: currentSessionSchema, ...problems("session_not_found") },
      },
    },
    async (request, reply) => {
      const { session, token } = await current(request);
      reply.header("cache-control", "no-store");
      const csrfToken = session.type === "cookie" ? csrfTokenOf(token) : null;
      const { type, id, name, grants } = grantOf(request).principal;
      return {
        session: toSessionJson(session, session.sessionNo),
        type: type === "display" ? ("display" as const) : ("person" as const),
        id,
        name,
        areas: grants.map(({ area }) => toAreaJson(area)),
        csrfToken,
      };
    },
  );

  const ended = { 204: z.undefined().describe("Done.") };

  app.delete(
    "/sessions/current",
    {
      onRequest: allow.signedIn,
      schema: {
        operationId: "signOut",
        tags: ["sessions"],
        summary: "Sign out",
        response: { ...ended, ...problems("session_not_found", "csrf_refused") },
      },
    },
    async (request, reply) => {
      const { session } = await current(request);
      await end(request, session.sessionNo);
      if (session.type === "cookie") clearSessionCookie(request, reply);
      return reply.code(204).send();
    },
  );

  app.delete(
    "/sessions/:no",
    {
      onRequest: allow.signedIn,
      schema: {
        operationId: "endSession",
        tags: ["sessions"],
        summary: "End one of my sessions",
        params: sessionParams,
        response: { ...ended, ...problems("session_not_found", "csrf_refused") },
      },
    },
    async (request, reply) => {
      await end(request, request.params.no);
      return reply.code(204).send();
    },
  );
};
