import { isDeepStrictEqual } from "node:util";
import type { Grant } from "../access/decide.ts";
import { within } from "../access/limits.ts";
import { MAY, PRIVILEGED_ROLES, SOUNDING_ACTIONS } from "../access/roles.ts";
import {
  type ChangeKind,
  insertChange,
  overtakeCredentialChanges,
  type StoredGrant,
} from "../store/access/index.ts";
import type { Client } from "../store/database/index.ts";
import type { Caller } from "./caller.ts";
import { heldUntil, knownGrant } from "./grants.ts";

/**
 * Notes a change by which the caller could come to act as another person. On the machine nothing is noted: its operator
 * stands outside of this rule, and counts as no person's maker.
 * @returns the number of the change; undefined on the machine
 */
export async function noteChange(
  tx: Client,
  { principal, delay }: Caller,
  principalId: string,
  kind: ChangeKind,
  formerOwner?: string | null,
): Promise<number | undefined> {
  if (!delay) return undefined;
  const now = delay.now();
  return insertChange(tx, {
    principalId,
    kind,
    askedBy: principal,
    askedAt: new Date(now),
    effectiveAt: new Date(now + delay.delayMs),
    formerOwner,
  });
}

/** The same for a password or a second factor. A password from the machine ends earlier changes by others. */
export async function noteCredentialChange(
  tx: Client,
  caller: Caller,
  principalId: string,
  kind: "password" | "second_factor",
): Promise<void> {
  if (caller.delay) await noteChange(tx, caller, principalId, kind);
  else if (kind === "password") await overtakeCredentialChanges(tx, principalId);
}

const isSame = (stored: StoredGrant, given: Grant): boolean =>
  isDeepStrictEqual(stored.area, given.area) &&
  ("role" in stored
    ? "role" in given && stored.role === given.role
    : "scopes" in given && isDeepStrictEqual(stored.scopes, given.scopes));

/** True when these grants already allow all of a grant's sounding steps, everywhere where it holds. */
function isHeldAlready(before: readonly StoredGrant[], given: Grant, now: number): boolean {
  if (!("role" in given)) return false;
  return SOUNDING_ACTIONS.filter((action) => MAY[given.role].has(action)).every((action) => {
    const areas = before.flatMap((stored) => {
      const known = knownGrant(stored, now);
      const holds = known && "role" in known && !known.heldUntil && MAY[known.role].has(action);
      return holds ? [known.area] : [];
    });
    return within([given.area], areas);
  });
}

/**
 * The grants in the form in which they replace the former ones. Former grants stay as they were, waiting or not; a
 * grant that is new and privileged, or reaches further, waits with the change.
 */
export async function carryGrants(
  tx: Client,
  caller: Caller,
  principalId: string,
  before: readonly StoredGrant[],
  given: readonly Grant[],
): Promise<StoredGrant[]> {
  const rest = [...before];
  const now = caller.delay?.now() ?? Date.now();
  const carried = given.map((grant) => {
    const at = rest.findIndex((stored) => isSame(stored, grant));
    return at < 0 ? { grant, isNew: true } : { grant: rest.splice(at, 1)[0]!, isNew: false };
  });
  if (!carried.some(({ isNew }) => isNew)) return carried.map(({ grant }) => grant);
  const changeNo = await noteChange(tx, caller, principalId, "grants");
  return carried.map(({ grant, isNew }) =>
    isNew ? waiting(grant as Grant, changeNo, isHeldAlready(before, grant as Grant, now)) : grant,
  );
}

/** A new grant, with the change that it waits for if it is privileged. */
export function waiting(
  { heldUntil: _heldUntil, ...grant }: Grant,
  changeNo: number | undefined,
  isHeldAlready = false,
): StoredGrant {
  const isPrivileged = "role" in grant && PRIVILEGED_ROLES.includes(grant.role);
  return changeNo === undefined || !isPrivileged || isHeldAlready
    ? (grant as StoredGrant)
    : ({ ...grant, changeNo } as StoredGrant);
}

/** The latest moment until which any of the grants waits; undefined when none does. */
export function waitsUntil(grants: readonly StoredGrant[], now: number): Date | undefined {
  const moments = grants.flatMap((grant) => heldUntil(grant, now)?.getTime() ?? []);
  return moments.length > 0 ? new Date(Math.max(...moments)) : undefined;
}
