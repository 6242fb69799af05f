import type { Grant, Principal } from "../access/decide.ts";
import { isScope, ROLES, type Role } from "../access/roles.ts";
import type { Logger } from "../log.ts";
import type { StoredGrant } from "../store/grants.ts";

const isRole = (name: string): name is Role => (ROLES as readonly string[]).includes(name);

/** A stored grant as far as this version of the platform knows its names; undefined when nothing is left of it. */
export function knownGrant(grant: StoredGrant): Grant | undefined {
  const { area } = grant;
  if ("role" in grant) return isRole(grant.role) ? { role: grant.role, area } : undefined;
  const scopes = grant.scopes.filter(isScope);
  return scopes.length > 0 ? { scopes, area } : undefined;
}

/** The grants of somebody. A name that a newer version may have given allows nothing here, and is logged. */
export function knownGrants(
  { id, grants }: { readonly id: string; readonly grants: readonly StoredGrant[] },
  log: Logger,
): Principal["grants"] {
  return grants.flatMap((grant) => {
    const known = knownGrant(grant);
    if (!known)
      log.warn({ principalId: id, grant }, "a grant names a role or scopes that this version lacks");
    return known ?? [];
  });
}
