import type { FastifyRequest } from "fastify";
import type { Caller } from "../accounts/caller.ts";
import type { GrantDelay } from "../accounts/grant-delay.ts";
import { actorOf } from "./audit/actor.ts";
import { grantOf } from "./guard.ts";

/**
 * The caller of this request, for changes of people, applications and grants; `delay` is how long the grants that they
 * give may have to wait.
 */
export const callerOf = (request: FastifyRequest, delay: GrantDelay): Caller => ({
  ...grantOf(request),
  actor: actorOf(request),
  delay,
});
