import type { FastifyReply, FastifyRequest } from "fastify";
import type { z } from "zod";
import { bearerToken } from "../../access/control.ts";
import { csrfTokenOf } from "../../accounts/csrf.ts";
import {
  type OpenedSession,
  SESSION_PREFIX,
  type SessionSecret,
  type Sessions,
} from "../../accounts/sessions.ts";
import type { SignedIn } from "../../accounts/sign-in.ts";
import type { Visitor } from "../../accounts/visitor.ts";
import type { Session } from "../../store/access/index.ts";
import { callerRequestIdOf } from "../caller-request-id.ts";
import { readSessionCookie, setSessionCookie } from "./cookie.ts";
import type { openedSessionSchema, sessionSchema } from "./schema.ts";

/** The visitor behind a request, for signing in. */
export const visitorOf = (request: FastifyRequest): Visitor => ({
  address: request.ip,
  userAgent: request.headers["user-agent"],
  requestId: request.id,
  callerRequestId: callerRequestIdOf(request),
  cookie: readSessionCookie(request),
});

/** The session secret that a request shows; undefined where it comes with an API key. */
export function sessionSecretOf(request: FastifyRequest): SessionSecret | undefined {
  const { authorization } = request.headers;
  const token = authorization === undefined ? readSessionCookie(request) : bearerToken(authorization);
  if (!token?.startsWith(SESSION_PREFIX)) return undefined;
  return { token, type: authorization === undefined ? "cookie" : "bearer" };
}

/** The session that a request came with, and its secret; undefined for API keys. */
export async function currentSession(
  request: FastifyRequest,
  sessions: Sessions,
): Promise<{ readonly session: Session; readonly token: string } | undefined> {
  const secret = sessionSecretOf(request);
  const session = secret && (await sessions.find(secret.token, secret.type));
  return session && { session, token: secret.token };
}

export function toSessionJson(
  session: Session,
  currentNo: number | undefined,
): z.output<typeof sessionSchema> {
  const { sessionNo: no, type, createdAt, lastSeenAt, expiresAt, address, userAgent } = session;
  return { no, type, createdAt, lastSeenAt, expiresAt, address, userAgent, current: no === currentNo };
}

/** Sets the cookie of a new session, for as long as the session lasts at most. */
export function handOverCookie(
  request: FastifyRequest,
  reply: FastifyReply,
  { session, token }: OpenedSession,
): void {
  setSessionCookie(request, reply, token, session.expiresAt.getTime() - session.createdAt.getTime());
  reply.header("cache-control", "no-store");
}

/** Hands over a new session: its cookie where it has one, and the fields that the page needs. */
export function presentOpened(
  request: FastifyRequest,
  reply: FastifyReply,
  { session, token, person }: SignedIn,
): z.output<typeof openedSessionSchema> {
  const isCookie = session.type === "cookie";
  if (isCookie) handOverCookie(request, reply, { session, token });
  reply.header("cache-control", "no-store");
  const { id, name, tenantId } = person;
  return {
    session: toSessionJson(session, session.sessionNo),
    person: { id, name, tenantId },
    token: isCookie ? null : token,
    csrfToken: isCookie ? csrfTokenOf(token) : null,
  };
}
