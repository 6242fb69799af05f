import { type AccessControl, bearerToken } from "../../access/control.ts";
import { decide, type Grant, type Principal } from "../../access/decide.ts";

/** Somebody with these grants. */
export const personWith = (
  id: string,
  grants: readonly Grant[],
  tenantId: string | null = null,
): Principal => ({
  type: "person",
  id,
  name: id,
  tenantId,
  grants,
});

/** Access for callers who are named by their token: what they may do is decided as everywhere. */
export function createCallers() {
  const byToken = new Map<string, Principal>();
  const access: AccessControl = {
    authenticate: ({ authorization }) => byToken.get(bearerToken(authorization) ?? ""),
    decide,
  };
  return {
    access,
    /** The header with which a request is made by `principal`. */
    as(principal: Principal): { authorization: string } {
      const token = encodeURIComponent(principal.id);
      byToken.set(token, principal);
      return { authorization: `Bearer ${token}` };
    },
  };
}
