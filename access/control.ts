import { type Action, type Decision, decide, type Principal } from "./decide.ts";
import { UNLIMITED } from "./limits.ts";
import { tokenMatches } from "./tokens.ts";

/** What the API asks: who is this, and may they do that. */
export interface AccessControl {
  /** The caller that an `Authorization` header names, or undefined when it names nobody. */
  authenticate(authorization: string | undefined): Principal | undefined;
  decide(principal: Principal, action: Action): Decision;
}

/** The longest header that is worth hashing; a key has 43 characters. */
const MAX_HEADER_LENGTH = 1024;

/**
 * The administrator, when `authorization` is `Bearer <key>` with the key whose SHA-256 is `adminKeyHash`.
 * The comparison takes the same time wherever the keys differ.
 */
export function authenticateApiKey(
  authorization: string | undefined,
  adminKeyHash: Uint8Array,
): Principal | undefined {
  if (authorization === undefined || authorization.length > MAX_HEADER_LENGTH) return undefined;
  const [scheme = "", key = "", ...more] = authorization.trim().split(/ +/);
  if (scheme.toLowerCase() !== "bearer" || key === "" || more.length > 0) return undefined;
  if (!tokenMatches(key, adminKeyHash)) return undefined;
  return { role: "administrator", name: "administrator", limits: UNLIMITED };
}

/** Access by the administrator's key alone. */
export function createAccessControl({ adminKeyHash }: { adminKeyHash: Uint8Array }): AccessControl {
  return {
    authenticate: (authorization) => authenticateApiKey(authorization, adminKeyHash),
    decide,
  };
}
