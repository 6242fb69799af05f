import type { FastifyInstance, FastifyRequest } from "fastify";
import { z } from "zod";
import { PlatformError } from "../base/errors.ts";

const JSON_ALONE = ["application/json"] as const;

/** The media type of a request's body, without parameters; undefined when it has no body. */
function typeOfBody({ headers }: FastifyRequest): string | undefined {
  const hasBody = headers["transfer-encoding"] !== undefined || Number(headers["content-length"] ?? 0) > 0;
  return hasBody ? (headers["content-type"] ?? "").split(";")[0]!.trim().toLowerCase() : undefined;
}

/**
 * Refuses a body of a type that the route does not take, before it is read: JSON, unless its schema `consumes` others.
 * Without this Fastify would hand on text as a string, and one route's types to its neighbours.
 */
export function refuseForeignTypes(app: FastifyInstance): void {
  app.removeContentTypeParser("text/plain");
  app.addHook("preParsing", (request, _reply, payload, done) => {
    const type = typeOfBody(request);
    const taken: readonly string[] = request.routeOptions.schema?.consumes ?? JSON_ALONE;
    if (type === undefined || request.is404 || taken.includes(type)) return done(null, payload);
    const found = type === "" ? "There is no Content-Type" : `The Content-Type is '${type.slice(0, 100)}'`;
    done(new PlatformError("unsupported_media_type", `${found}, expected ${taken.join(", ")}`));
  });
}

/** The answer of a route that gives JSON or, to `Accept: text/csv`, CSV. */
export const csvOr = <T extends z.ZodType>(json: T, description: string) => ({
  description,
  content: {
    "application/json": { schema: json },
    "text/csv": { schema: z.string() },
  },
});
