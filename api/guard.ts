import type { FastifyRequest, onRequestHookHandler, RouteOptions } from "fastify";
import type { AccessControl } from "../access/control.ts";
import type { Action, Principal } from "../access/decide.ts";
import type { Limits } from "../access/limits.ts";
import { PlatformError } from "../errors.ts";

/** Who calls, and what of the platform this call may touch. */
export interface Grant {
  readonly principal: Principal;
  readonly limits: Limits;
}

const grants = new WeakMap<FastifyRequest, Grant>();
const guards = new WeakSet<object>();

/** Makes the hook that each route names: `onRequest: allow("devices:read")`. */
export type Allow = (action: Action) => onRequestHookHandler;

export function createAllow(access: AccessControl): Allow {
  return (action) => {
    const hook: onRequestHookHandler = async (request) => {
      const principal = access.authenticate(request.headers.authorization);
      if (!principal) {
        throw new PlatformError(
          "unauthorized",
          "Expected the header 'Authorization: Bearer <API key>' with a valid key",
        );
      }
      const decision = access.decide(principal, action);
      if (!decision.allowed) throw new PlatformError("forbidden", decision.reason);
      grants.set(request, { principal, limits: decision.limits });
    };
    guards.add(hook);
    return hook;
  };
}

/** What `allow` found out about this request. */
export function grantOf(request: FastifyRequest): Grant {
  const grant = grants.get(request);
  if (!grant) throw new Error(`Route ${request.routeOptions.url} runs without allow(…)`);
  return grant;
}

/** Refuses to start with a route under /v1 that anybody may call because its author forgot `allow`. */
export function assertGuarded(route: RouteOptions): void {
  if (!route.url.startsWith("/v1/")) return;
  const hooks = [route.onRequest ?? []].flat();
  if (!hooks.some((hook) => guards.has(hook))) {
    throw new Error(
      `Route ${String(route.method)} ${route.url} does not say who may call it: expected onRequest: allow(…)`,
    );
  }
}
