import type { FastifyReply, FastifyRequest } from "fastify";
import type { z } from "zod";
import { bearerToken } from "../../access/control.ts";
import { csrfTokenOf } from "../../accounts/csrf.ts";
import type { Sessions } from "../../accounts/sessions.ts";
import type { SignedIn, Visitor } from "../../accounts/sign-in.ts";
import type { Session } from "../../store/sessions.ts";
import { readSessionCookie, setSessionCookie } from "./cookie.ts";
import type { openedSessionSchema, sessionSchema } from "./schema.ts";

/** Where a request comes from, for signing in. */
export const visitorOf = (request: FastifyRequest): Visitor => ({
  address: request.ip,
  userAgent: request.headers["user-agent"],
  requestId: request.id,
});

/** The session that a request came by, and its secret; undefined for API keys. */
export async function currentSession(
  request: FastifyRequest,
  sessions: Sessions,
): Promise<{ readonly session: Session; readonly token: string } | undefined> {
  const { authorization } = request.headers;
  const token = authorization === undefined ? readSessionCookie(request) : bearerToken(authorization);
  const type = authorization === undefined ? "cookie" : "bearer";
  const session = token === undefined ? undefined : await sessions.find(token, type);
  return session && token !== undefined ? { session, token } : undefined;
}

export function toSessionJson(
  session: Session,
  currentNo: number | undefined,
): z.output<typeof sessionSchema> {
  const { sessionNo: no, type, createdAt, lastSeenAt, expiresAt, address, userAgent } = session;
  return { no, type, createdAt, lastSeenAt, expiresAt, address, userAgent, current: no === currentNo };
}

/** Hands over a new session: its cookie where it has one, and what the page has to know. */
export function presentOpened(
  request: FastifyRequest,
  reply: FastifyReply,
  { session, token, person }: SignedIn,
): z.output<typeof openedSessionSchema> {
  const isCookie = session.type === "cookie";
  if (isCookie) {
    setSessionCookie(request, reply, token, session.expiresAt.getTime() - session.createdAt.getTime());
  }
  reply.header("cache-control", "no-store");
  const { id, name, tenantId } = person;
  return {
    session: toSessionJson(session, session.sessionNo),
    person: { id, name, tenantId },
    token: isCookie ? null : token,
    csrfToken: isCookie ? csrfTokenOf(token) : null,
  };
}
