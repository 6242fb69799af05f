import type { FastifyRequest, onRequestHookHandler, RouteOptions } from "fastify";
import type { AccessControl, Credentials } from "../access/control.ts";
import type { Principal } from "../access/decide.ts";
import type { Limits } from "../access/limits.ts";
import type { Action } from "../access/roles.ts";
import { PlatformError } from "../base/errors.ts";
import { ownOriginOf, readSessionCookie } from "./sessions/cookie.ts";

/** The caller, and the limits of this call. */
export interface CallGrant {
  readonly principal: Principal;
  readonly limits: Limits;
}

/** The methods that a display may use, whatever the route. */
const READING_METHODS: ReadonlySet<string> = new Set(["GET", "HEAD"]);

const grants = new WeakMap<FastifyRequest, CallGrant>();
const guards = new WeakSet<object>();

const WANTED = "Expected the header 'Authorization: Bearer <API key>' with a valid key, or a session";

/** Makes the hook that each route names: `onRequest: allow("devices:read")`. */
export interface Allow {
  (action: Action): onRequestHookHandler;
  /** For every caller that is signed in, whatever they may do: people use it for their own account. */
  readonly signedIn: onRequestHookHandler;
  /** For anybody, known or not: to sign in. */
  readonly anybody: onRequestHookHandler;
}

/** A known caller who was refused, by the route's guard or, after that, by the route itself. */
export interface RefusedCall {
  readonly principal: Principal;
  /** The route's action; undefined where every known caller may call it. */
  readonly action: Action | undefined;
  readonly isAdmitted: boolean;
}

const known = new WeakMap<FastifyRequest, Omit<RefusedCall, "isAdmitted">>();

/** The caller, whether the guard let them in or not; undefined for an unknown caller. */
export function refusedOf(request: FastifyRequest): RefusedCall | undefined {
  const caller = known.get(request);
  return caller && { ...caller, isAdmitted: grants.has(request) };
}

/** Decides on a known caller: the grant, or the refusal. */
type Admit = (principal: Principal) => CallGrant | PlatformError;

/** @returns the reason why the request must not go on */
function letIn(
  request: FastifyRequest,
  principal: Principal | undefined,
  admit: Admit,
  action: Action | undefined,
): PlatformError | undefined {
  if (!principal) return new PlatformError("unauthorized", WANTED);
  known.set(request, { principal, action });
  if (principal.type === "display" && !READING_METHODS.has(request.method)) {
    return new PlatformError("forbidden", `'${principal.name}' is a display, which changes nothing`);
  }
  const grant = admit(principal);
  if (grant instanceof PlatformError) return grant;
  grants.set(request, grant);
  return undefined;
}

export function createAllow(access: AccessControl): Allow {
  const asGuard = (hook: onRequestHookHandler) => {
    guards.add(hook);
    return hook;
  };
  // Goes on at once with a caller who is known in memory, such as the holder of a key.
  const guard = (admit: Admit, action?: Action) =>
    asGuard((request, _reply, done) => {
      const answer = access.authenticate(credentialsOf(request));
      if (answer instanceof Promise) {
        answer.then((principal) => done(letIn(request, principal, admit, action)), done);
      } else done(letIn(request, answer, admit, action));
    });
  const allow = (action: Action) =>
    guard((principal) => {
      const decision = access.decide(principal, action);
      if (!decision.allowed) return new PlatformError("forbidden", decision.reason);
      return { principal, limits: decision.limits };
    }, action);
  const signedIn = guard((principal) => ({ principal, limits: [] }));
  return Object.assign(allow, { signedIn, anybody: asGuard((_request, _reply, done) => done()) });
}

/** The parts of a request that identify the caller. */
export function credentialsOf(request: FastifyRequest): Credentials {
  const { headers } = request;
  return {
    authorization: headers.authorization,
    cookie: readSessionCookie(request),
    csrfToken: oneOf(headers["x-csrf-token"]),
    method: request.method,
    origin: headers.origin,
    fetchSite: oneOf(headers["sec-fetch-site"]),
    ownOrigin: ownOriginOf(request),
    address: request.ip,
    isUnattended: headers["x-unattended"] !== undefined,
  };
}

/** A header that came twice is none. */
const oneOf = (header: string | string[] | undefined) => (typeof header === "string" ? header : undefined);

/** The caller, as far as the guard of the route has asked; undefined where anybody may call. */
export const principalOf = (request: FastifyRequest): Principal | undefined => grants.get(request)?.principal;

/** The grant that `allow` found for this request. */
export function grantOf(request: FastifyRequest): CallGrant {
  const grant = grants.get(request);
  if (!grant) throw new Error(`Route ${request.routeOptions.url} runs without allow(…)`);
  return grant;
}

/** Refuses to start with a route under /v1 that is open to anybody because its author forgot `allow`. */
export function assertGuarded(route: RouteOptions): void {
  if (!route.url.startsWith("/v1/")) return;
  const hooks = [route.onRequest ?? []].flat();
  if (!hooks.some((hook) => guards.has(hook))) {
    throw new Error(
      `Route ${String(route.method)} ${route.url} does not say who may call it: expected onRequest: allow(…)`,
    );
  }
}
