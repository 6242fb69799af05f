import type { MeJson } from "../api/session.ts";

/** The role to show beside a name: the first of the person's grants; undefined for an application. */
export function roleOf(me: MeJson): string | undefined {
  const grant = me.grants.find((one) => "role" in one);
  return grant && "role" in grant ? grant.role : undefined;
}
