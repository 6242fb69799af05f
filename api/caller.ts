import type { FastifyRequest } from "fastify";
import type { Caller } from "../accounts/caller.ts";
import { actorOf } from "./audit/actor.ts";
import { grantOf } from "./guard.ts";

/** Who makes this request, for changes of who may do what. */
export const callerOf = (request: FastifyRequest): Caller => ({
  ...grantOf(request),
  actor: actorOf(request),
});
