import { type Area, type Limits, UNLIMITED, within } from "./limits.ts";
import { type Action, GIVES, isScope, isSounding, MAY, ROLES, type Role, type Scope } from "./roles.ts";

/** Government, civil, commercial: 政用, 民用, 商用. */
export const USES = ["government", "civil", "commercial"] as const;
export type Use = (typeof USES)[number];

/** What somebody may do within one area: a role (people) or scopes (applications). */
export type Grant = {
  readonly area: Area;
  /** Until then its steps that make a speaker sound wait: it was given, or its holder made or reset, a while ago. */
  readonly heldUntil?: Date;
} & ({ readonly role: Role } | { readonly scopes: readonly Scope[] });

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
  /**
   * Of an application: the id of the person who answers for it, and whose its submissions are. Null: nobody does yet,
   * so that it submits nothing. Absent on people, and on the administrator's key.
   */
  readonly ownerId?: string | null;
  /**
   * Ids of those who may be acting through this caller, beside the caller itself: an application's owner and whoever
   * was shown a key of it that still opens; and of each of these, and of any person, who made them or changed how they
   * sign in so lately that it still waits.
   * None of them counts as a second person for what this caller did. Absent: nobody.
   */
  readonly behind?: readonly string[];
  /**
   * The same, and everybody who made them or changed how they sign in, however long ago, unless another administrator
   * has confirmed it: none of them approves or reviews what this caller did, since they may be acting through it.
   */
  readonly makers?: readonly string[];
}

export type Decision =
  | { readonly allowed: true; readonly limits: Limits }
  | { readonly allowed: false; readonly reason: string };

const names = (grant: Grant, action: Action): boolean =>
  "role" in grant ? MAY[grant.role].has(action) : (grant.scopes as readonly Action[]).includes(action);

/** Whether a grant holds an action now. */
export const permits = (grant: Grant, action: Action): boolean =>
  names(grant, action) && !(grant.heldUntil && isSounding(action));

/**
 * Whether `principal` may do `action`, and within which areas: those of the grants that hold it, and no others. A
 * viewer of a province who is an operator in one county acknowledges alarms in that county only.
 */
export function decide(principal: Principal, action: Action): Decision {
  const limits: Area[] = [];
  for (const grant of principal.grants) if (permits(grant, action)) limits.push(grant.area);
  if (limits.length > 0) return { allowed: true, limits };
  const until = waitsUntil(principal, action);
  const reason = `'${principal.name}' may not do '${action}'${forPeople(principal, action)}`;
  if (!until) return { allowed: false, reason };
  return {
    allowed: false,
    reason: `${reason} before ${until.toISOString()}: what made it possible waits until then. Another administrator can end that at once (POST /v1/access/changes/{id}/confirm, the ids are 'waiting' in GET /v1/me), and whoever holds the machine (npm run access -- change list, change confirm)`,
  };
}

/** Why an application cannot be given it either; empty where it can, and where the caller is a person. */
function forPeople({ type }: Principal, action: Action): string {
  const roles = ROLES.filter((role) => MAY[role].has(action));
  if (type === "person" || isScope(action) || roles.length === 0) return "";
  return `, which no application may, as a person answers for it by name: it takes the role ${roles.join(" or ")}`;
}

/** When the first grant that holds an action is held no more; undefined where none waits. */
function waitsUntil({ grants }: Principal, action: Action): Date | undefined {
  const moments = grants.flatMap((grant) => (names(grant, action) ? (grant.heldUntil ?? []) : []));
  return moments.length > 0 ? new Date(Math.min(...moments.map(Number))) : undefined;
}

/** Somebody as they will be once what waits until `moment` holds. */
export const asOf = (principal: Principal, moment: Date): Principal => ({
  ...principal,
  grants: principal.grants.map(({ heldUntil, ...grant }) =>
    heldUntil && heldUntil > moment ? { ...grant, heldUntil } : grant,
  ),
});

const namesIn = (grant: Grant): readonly (Role | Scope)[] => ("role" in grant ? [grant.role] : grant.scopes);

/**
 * Whether `giver` may give this grant to somebody, or touch somebody who has it: for each role or scope in it, the
 * giver has a role that gives it (`GIVES`) over at least the grant's area.
 */
export const mayGive = (giver: Principal, grant: Grant): boolean =>
  namesIn(grant).every((name) => {
    const areas = giver.grants.flatMap((own) =>
      "role" in own && GIVES[own.role].has(name) ? [own.area] : [],
    );
    return within([grant.area], areas);
  });

/** Whoever holds the administrator's key: what an administrator may do, everywhere. It is no person. */
export const ADMINISTRATOR: Principal = {
  type: "application",
  id: "administrator",
  name: "administrator",
  tenantId: null,
  grants: UNLIMITED.map((area) => ({ role: "administrator", area })),
};
