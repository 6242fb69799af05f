import type { FastifyRequest } from "fastify";

const FORM = /^[A-Za-z0-9._-]{1,64}$/;

/**
 * The caller's own id of its request, for finding it in both logs; null where it has not this form. The platform makes
 * an id of its own for each request, so that no caller can put another's id on an action.
 */
export function callerRequestIdOf(request: FastifyRequest): string | null {
  const given = request.headers["x-request-id"];
  return typeof given === "string" && FORM.test(given) ? given : null;
}
