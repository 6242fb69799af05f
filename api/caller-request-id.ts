import type { FastifyRequest } from "fastify";

const FORM = /^[A-Za-z0-9._-]{1,64}$/;

/**
 * What the caller calls its request, for finding it in both logs; null where it says nothing of that form. It names
 * nothing here: our own id is made for each request, so that nobody can put another's on a deed.
 */
export function callerRequestIdOf(request: FastifyRequest): string | null {
  const given = request.headers["x-request-id"];
  return typeof given === "string" && FORM.test(given) ? given : null;
}
