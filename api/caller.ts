import type { FastifyRequest } from "fastify";
import type { Caller } from "../accounts/caller.ts";
import type { GrantDelay } from "../accounts/grant-delay.ts";
import { actorOf } from "./audit/actor.ts";
import { grantOf } from "./guard.ts";

/** Who makes this request, for changes of who may do what; `delay` is how long what they give may have to wait. */
export const callerOf = (request: FastifyRequest, delay: GrantDelay): Caller => ({
  ...grantOf(request),
  actor: actorOf(request),
  delay,
});
