import type {} from "@fastify/cookie";
import type { FastifyReply, FastifyRequest } from "fastify";

const isHttps = (request: FastifyRequest) => request.protocol === "https";

/**
 * Over https the name begins with `__Host-`: browsers then take it only from this very host, so that a neighbour under
 * the same domain cannot plant one. Over plain http, as on a laptop, they would refuse such a name.
 */
const nameOf = (request: FastifyRequest, name: string) => (isHttps(request) ? `__Host-${name}` : name);

/** Reads a cookie of ours. Names that were planted for the other scheme are not looked at. */
export function readCookie(request: FastifyRequest, name: string): string | undefined {
  const header = request.headers.cookie;
  return header === undefined ? undefined : request.server.parseCookie(header)[nameOf(request, name)];
}

/** Sets a cookie that no script can read and that ends after `maxAgeMs`. */
export function setCookie(
  request: FastifyRequest,
  reply: FastifyReply,
  cookie: {
    readonly name: string;
    readonly value: string;
    readonly sameSite: "strict" | "lax";
    readonly maxAgeMs: number;
  },
): void {
  const { name, value, sameSite, maxAgeMs } = cookie;
  reply.setCookie(nameOf(request, name), value, {
    httpOnly: true,
    secure: isHttps(request),
    sameSite,
    path: "/",
    maxAge: Math.max(0, Math.floor(maxAgeMs / 1000)),
  });
}

export function clearCookie(request: FastifyRequest, reply: FastifyReply, name: string): void {
  setCookie(request, reply, { name, value: "", sameSite: "strict", maxAgeMs: 0 });
}

const SESSION = "sbi_session";

export const readSessionCookie = (request: FastifyRequest) => readCookie(request, SESSION);

export const setSessionCookie = (
  request: FastifyRequest,
  reply: FastifyReply,
  value: string,
  maxAgeMs: number,
) => setCookie(request, reply, { name: SESSION, value, sameSite: "strict", maxAgeMs });

export const clearSessionCookie = (request: FastifyRequest, reply: FastifyReply) =>
  clearCookie(request, reply, SESSION);

/** The origin to which a request was sent, as its browser would name it; undefined where it names no host. */
export const ownOriginOf = (request: FastifyRequest) =>
  request.host ? `${request.protocol}://${request.host}` : undefined;
