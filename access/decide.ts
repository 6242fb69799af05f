import { type Area, type Limits, UNLIMITED, within } from "./limits.ts";
import {
  type Action,
  GIVES,
  isDisplayScope,
  isScope,
  isSounding,
  MAY,
  ROLES,
  type Role,
  SCOPE_HOLDS,
  type Scope,
} from "./roles.ts";

/** Government, civil, commercial: 政用, 民用, 商用. */
export const USES = ["government", "civil", "commercial"] as const;
export type Use = (typeof USES)[number];

/** The rights within one area: a role (people) or scopes (applications and displays). */
export type Grant = {
  readonly area: Area;
  /**
   * Until then its steps that make a speaker sound wait, because it was given, or its holder was made or reset, a short
   * while ago.
   */
  readonly heldUntil?: Date;
} & ({ readonly role: Role } | { readonly scopes: readonly Scope[] });

/** The caller. */
export interface Principal {
  readonly type: "person" | "application" | "display";
  /** Unique among people, applications and displays, and never given again: the audit names it. */
  readonly id: string;
  /** The name shown beside an action, e.g. the acknowledgement of an alarm. */
  readonly name: string;
  /** Null for callers of the platform's operator, such as the administrator's key. */
  readonly tenantId: string | null;
  readonly grants: readonly Grant[];
  /**
   * Of an application: the id of the person who answers for it, and as whose its submissions count. Null: it has no
   * owner yet, so it may not submit. Absent on people, and on the administrator's key.
   */
  readonly ownerId?: string | null;
  /**
   * Ids of those who may be acting through this caller, beside the caller itself: an application's owner and the people
   * who were shown a key of it that still opens; and for each of these, and for any person, the people who made them or
   * changed how they sign in so recently that the change still waits. None of them counts as a second person for
   * actions of this caller. Absent: none.
   */
  readonly behind?: readonly string[];
  /**
   * The same ids, and those of everybody who ever made them or changed how they sign in, unless another administrator
   * has confirmed it. None of them approves or reviews actions of this caller, since they may be acting through it.
   */
  readonly makers?: readonly string[];
}

export type Decision =
  | { readonly allowed: true; readonly limits: Limits }
  | { readonly allowed: false; readonly reason: string };

const names = (grant: Grant, action: Action): boolean =>
  "role" in grant
    ? MAY[grant.role].has(action)
    : grant.scopes.some((scope) => scope === action || SCOPE_HOLDS[scope]?.includes(action));

/** True when a grant holds an action now. */
export const permits = (grant: Grant, action: Action): boolean =>
  names(grant, action) && !(grant.heldUntil && isSounding(action));

/**
 * Decides if `principal` may do `action`, and within which areas: those of the grants that hold it, and no others. A
 * viewer of a province who is an operator in one county acknowledges alarms in that county only.
 */
export function decide(principal: Principal, action: Action): Decision {
  // Whatever its grants say: a screen that anybody can walk up to never does anything.
  if (principal.type === "display" && !isDisplayScope(action)) {
    return { allowed: false, reason: `'${principal.name}' is a display, which may not do '${action}'` };
  }
  const limits: Area[] = [];
  for (const grant of principal.grants) if (permits(grant, action)) limits.push(grant.area);
  if (limits.length > 0) return { allowed: true, limits };
  const until = waitsUntil(principal, action);
  const reason = `'${principal.name}' may not do '${action}'${forPeople(principal, action)}`;
  if (!until) return { allowed: false, reason };
  return {
    allowed: false,
    reason: `${reason} before ${until.toISOString()}: the change that made it possible waits until then. Another administrator can end the wait at once (POST /v1/access/changes/{id}/confirm, the ids are 'waiting' in GET /v1/me), and so can the operator of the machine (npm run access -- change list, change confirm)`,
  };
}

/**
 * The reason why an application cannot be given the action either; empty where it can, and where the caller is a
 * person.
 */
function forPeople({ type }: Principal, action: Action): string {
  const roles = ROLES.filter((role) => MAY[role].has(action));
  const isGiven = isScope(action) || Object.values(SCOPE_HOLDS).some((held) => held.includes(action));
  if (type !== "application" || isGiven || roles.length === 0) return "";
  return `, which no application may, because a person must answer for it by name: it takes the role ${roles.join(" or ")}`;
}

/** The moment when the first grant of an action no longer waits; undefined where none waits. */
function waitsUntil({ grants }: Principal, action: Action): Date | undefined {
  const moments = grants.flatMap((grant) => (names(grant, action) ? (grant.heldUntil ?? []) : []));
  return moments.length > 0 ? new Date(Math.min(...moments.map(Number))) : undefined;
}

/** The principal as they will be once everything that waits until `moment` holds. */
export const asOf = (principal: Principal, moment: Date): Principal => ({
  ...principal,
  grants: principal.grants.map(({ heldUntil, ...grant }) =>
    heldUntil && heldUntil > moment ? { ...grant, heldUntil } : grant,
  ),
});

const namesIn = (grant: Grant): readonly (Role | Scope)[] => ("role" in grant ? [grant.role] : grant.scopes);

/**
 * True when `giver` may give this grant, or change a person or application that has it: for each role or scope in it,
 * the giver has a role that gives it (`GIVES`) over at least the grant's area.
 */
export const mayGive = (giver: Principal, grant: Grant): boolean =>
  namesIn(grant).every((name) => {
    const areas = giver.grants.flatMap((own) =>
      "role" in own && GIVES[own.role].has(name) ? [own.area] : [],
    );
    return within([grant.area], areas);
  });

/** The holder of the administrator's key: an administrator's rights, everywhere. It is no person. */
export const ADMINISTRATOR: Principal = {
  type: "application",
  id: "administrator",
  name: "administrator",
  tenantId: null,
  grants: UNLIMITED.map((area) => ({ role: "administrator", area })),
};
