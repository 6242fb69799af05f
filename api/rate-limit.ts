import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { PlatformError } from "../base/errors.ts";
import { networkOf } from "../base/networks.ts";
import { TokenBuckets, tokenRate } from "../base/token-bucket.ts";
import { principalOf } from "./guard.ts";

/** Requests per minute; 0: no limit. */
export interface RateLimits {
  /** For each person and application. */
  readonly perMinute: number;
  /** For each address, from callers that are not signed in. */
  readonly anonymousPerMinute: number;
}

/** The allowance that a request found: how much is left, and when there is more. Seconds are whole, rounded up. */
export interface Allowance {
  readonly allowed: boolean;
  readonly limit: number;
  readonly remaining: number;
  /** Until the whole budget is there again. */
  readonly resetSeconds: number;
  /** Until the next request is allowed; 0 when it is now. */
  readonly retrySeconds: number;
}

/** Far more than there are applications and people; addresses beyond it are forgotten, at some 10 MB. */
const MAX_CALLERS = 50_000;

/**
 * A budget of requests for each caller: a bucket that holds a minute's worth and fills evenly. So a burst is
 * served, and the rate over any longer time is kept; a window that begins anew each minute would let twice as
 * many through around its border.
 */
export function createBudget(perMinute: number, now: () => number = Date.now, maxCallers = MAX_CALLERS) {
  const buckets = new TokenBuckets(tokenRate(perMinute / 60, perMinute), maxCallers);
  const { perMs } = buckets.rate;
  return (caller: string): Allowance => {
    const at = now();
    const bucket = buckets.of(caller, at);
    const allowed = bucket.tryTake(at);
    const left = bucket.left(at);
    return {
      allowed,
      limit: perMinute,
      remaining: Math.max(0, Math.floor(left)),
      resetSeconds: Math.ceil((perMinute - left) / perMs / 1000),
      retrySeconds: allowed ? 0 : Math.ceil(bucket.untilNextMs(at) / 1000),
    };
  };
}

/**
 * Monitors must get an answer also while a caller floods the process; all speakers of a county ask from behind one
 * address for the keys that verify broadcasts; a RabbitMQ node asks for all devices; and a page of the console is a dozen files, for an office behind one too.
 */
const FREE = new Set([
  "/livez",
  "/readyz",
  "/metrics",
  "/v1/broadcasts/keys",
  "/v1/cluster-logins/:question",
  ...["/", "/console", "/console/", "/console/*"],
]);

/**
 * Counts each request against the budget of its caller, whom the guard of its route has found by then, or of its
 * address where there is none. Answers say the rest in `RateLimit-Limit`, `-Remaining` and `-Reset`
 * (draft-ietf-httpapi-ratelimit-headers-07).
 * @returns a function for a request that is refused before it is counted, because its credentials are wrong: an address
 * that has used up its budget gets that answer instead
 */
export function limitRates(app: FastifyInstance, { perMinute, anonymousPerMinute }: RateLimits) {
  const known = perMinute > 0 ? createBudget(perMinute) : undefined;
  const unknown = anonymousPerMinute > 0 ? createBudget(anonymousPerMinute) : undefined;

  const count = (request: FastifyRequest, reply: FastifyReply): PlatformError | undefined => {
    const principal = principalOf(request);
    const allowance = principal
      ? known?.(`${principal.type} ${principal.id}`)
      : FREE.has(request.routeOptions.url ?? "")
        ? undefined
        : unknown?.(networkOf(request.ip));
    if (!allowance) return undefined;
    reply.header("ratelimit-limit", allowance.limit);
    reply.header("ratelimit-remaining", allowance.remaining);
    reply.header("ratelimit-reset", allowance.resetSeconds);
    if (allowance.allowed) return undefined;
    reply.header("retry-after", allowance.retrySeconds);
    const whose = principal ? `'${principal.name}'` : "an address that is not signed in";
    return new PlatformError(
      "rate_limited",
      `More than ${allowance.limit} requests per minute from ${whose}: the next one is allowed in ${allowance.retrySeconds} s`,
    );
  };

  // After the guards, which are hooks of `onRequest`, and before the body is read.
  app.addHook("preParsing", (request, reply, payload, done) => {
    const refusal = count(request, reply);
    if (refusal) done(refusal);
    else done(null, payload);
  });
  return (error: unknown, request: FastifyRequest, reply: FastifyReply): unknown =>
    error instanceof PlatformError && error.code === "unauthorized"
      ? (count(request, reply) ?? error)
      : error;
}
