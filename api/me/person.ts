import type { FastifyRequest } from "fastify";
import type { Principal } from "../../access/decide.ts";
import { PlatformError } from "../../base/errors.ts";
import { grantOf } from "../guard.ts";

/**
 * The person who calls.
 * @throws PlatformError `forbidden` for applications and the administrator's key, which have no password
 */
export function personOf(request: FastifyRequest): Principal {
  const { principal } = grantOf(request);
  if (principal.type === "person") return principal;
  throw new PlatformError("forbidden", `'${principal.name}' is not a person, and so has no password`);
}
