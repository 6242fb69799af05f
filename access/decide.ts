import { type Area, type Limits, UNLIMITED, within } from "./limits.ts";
import { type Action, MAY, type Role, type Scope } from "./roles.ts";

/** Government, civil, commercial: 政用, 民用, 商用. */
export const USES = ["government", "civil", "commercial"] as const;
export type Use = (typeof USES)[number];

/** What somebody may do within one area: a role (people) or scopes (applications). */
export type Grant = { readonly area: Area } & (
  | { readonly role: Role }
  | { readonly scopes: readonly Scope[] }
);

/** Who calls. */
export interface Principal {
  readonly type: "person" | "application";
  /** Unique among people and applications, and never given again: what the audit names. */
  readonly id: string;
  /** Shown where something was done by somebody, e.g. who acknowledged an alarm. */
  readonly name: string;
  /** Null: the platform's own, as the administrator's key is. */
  readonly tenantId: string | null;
  readonly grants: readonly Grant[];
}

export type Decision =
  | { readonly allowed: true; readonly limits: Limits }
  | { readonly allowed: false; readonly reason: string };

/** Whether a grant holds an action. */
export const permits = (grant: Grant, action: Action): boolean =>
  "role" in grant ? MAY[grant.role].has(action) : (grant.scopes as readonly Action[]).includes(action);

/**
 * Whether `principal` may do `action`, and within which areas: those of the grants that hold it, and no others. A
 * viewer of a province who is an operator in one county acknowledges alarms in that county only.
 */
export function decide(principal: Principal, action: Action): Decision {
  const limits: Area[] = [];
  for (const grant of principal.grants) if (permits(grant, action)) limits.push(grant.area);
  if (limits.length > 0) return { allowed: true, limits };
  return { allowed: false, reason: `'${principal.name}' may not do '${action}'` };
}

const actionsOf = (grant: Grant): Iterable<Action> => ("role" in grant ? MAY[grant.role] : grant.scopes);

/**
 * Whether `giver` may give this grant to somebody, or touch somebody who has it: it holds every action of the grant
 * itself, over at least the grant's area. So nobody gives more than they have, to others or to themselves.
 */
export function mayGive(giver: Principal, grant: Grant): boolean {
  for (const action of actionsOf(grant)) {
    const own = decide(giver, action);
    if (!own.allowed || !within([grant.area], own.limits)) return false;
  }
  return true;
}

/** Whoever holds the administrator's key: everything, everywhere. */
export const ADMINISTRATOR: Principal = {
  type: "application",
  id: "administrator",
  name: "administrator",
  tenantId: null,
  grants: UNLIMITED.map((area) => ({ role: "administrator", area })),
};
