import type { Grant, Principal } from "../access/decide.ts";
import { isScope, PRIVILEGED_ROLES, ROLES, type Role } from "../access/roles.ts";
import type { Logger } from "../base/log.ts";
import type { StoredGrant } from "../store/access/index.ts";

const isRole = (name: string): name is Role => (ROLES as readonly string[]).includes(name);

/**
 * The moment until which a grant's steps that make a speaker sound wait; undefined when they do not at `now` (epoch
 * milliseconds).
 */
export function heldUntil(grant: StoredGrant, now: number): Date | undefined {
  const isPrivileged = "role" in grant && (PRIVILEGED_ROLES as readonly string[]).includes(grant.role);
  return isPrivileged && grant.heldUntil && grant.heldUntil.getTime() > now ? grant.heldUntil : undefined;
}

/**
 * A stored grant as far as this version of the platform knows its names; undefined when nothing is left of it.
 * @param now epoch milliseconds, which decide if it is held
 */
export function knownGrant(grant: StoredGrant, now: number = Date.now()): Grant | undefined {
  const { area } = grant;
  if ("role" in grant) {
    if (!isRole(grant.role)) return undefined;
    const until = heldUntil(grant, now);
    return { role: grant.role, area, ...(until ? { heldUntil: until } : {}) };
  }
  const scopes = grant.scopes.filter(isScope);
  return scopes.length > 0 ? { scopes, area } : undefined;
}

/**
 * The known grants of a person or application. A name that a newer version may have given allows nothing here, and is
 * logged.
 */
export function knownGrants(
  { id, grants }: { readonly id: string; readonly grants: readonly StoredGrant[] },
  log: Logger,
  now: number = Date.now(),
): Principal["grants"] {
  return grants.flatMap((grant) => {
    const known = knownGrant(grant, now);
    if (!known)
      log.warn({ principalId: id, grant }, "a grant names a role or scopes that this version lacks");
    return known ?? [];
  });
}
