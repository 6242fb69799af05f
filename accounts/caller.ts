import { type Grant, mayGive, type Principal } from "../access/decide.ts";
import { type Limits, reachesTenant, seesEverything } from "../access/limits.ts";
import { PlatformError } from "../base/errors.ts";
import {
  findUnknownRegions,
  findUnknownTenants,
  type PrincipalType,
  type StoredGrant,
  type StoredPrincipal,
} from "../store/access/index.ts";
import type { AuditActor } from "../store/audit/index.ts";
import type { Client } from "../store/database/index.ts";
import type { GrantDelay } from "./grant-delay.ts";
import { knownGrant } from "./grants.ts";

/** The caller who makes a change, and their limits. */
export interface Caller {
  readonly principal: Principal;
  readonly limits: Limits;
  readonly actor: AuditActor;
  /** How long the grants of this caller may have to wait. Undefined on the machine: its operator waits for nobody. */
  readonly delay?: GrantDelay | undefined;
}

/** @throws PlatformError `forbidden`: a tenant belongs to the whole platform, not to one region */
export function assertWholePlatform({ limits }: Caller): void {
  if (seesEverything(limits)) return;
  throw new PlatformError(
    "forbidden",
    "Only an administrator of the whole platform may add or change tenants",
  );
}

/**
 * Checks that the caller could have given a person or application all of its grants: a new key or password lets one act
 * as another.
 * @throws PlatformError `forbidden`
 */
export function assertMayManage({ principal }: Caller, { id, grants }: StoredPrincipal): void {
  for (const grant of grants) {
    const known = knownGrant(grant);
    if (!known || mayGive(principal, known)) continue;
    throw new PlatformError("forbidden", `'${id}' may do more than you, so you may not change them`);
  }
}

/**
 * Checks that the caller may give these grants to a person, an application or a display.
 * @throws PlatformError `forbidden` where the caller may not give them; `invalid_request` for unknown regions and
 * tenants
 */
export async function assertGrantable(
  tx: Client,
  caller: Caller,
  type: PrincipalType,
  grants: readonly Grant[],
  pathOf: (index: number) => string = (index) => `/grants/${index}`,
): Promise<void> {
  const faults = grants.flatMap((grant, index) =>
    "role" in grant === (type === "person")
      ? []
      : [
          {
            path: pathOf(index),
            message: `expected ${type === "person" ? "a role" : "scopes"} for a ${type}`,
          },
        ],
  );
  if (faults.length > 0) throw invalid(faults);
  for (const grant of grants) {
    if (mayGive(caller.principal, grant)) continue;
    const what = "role" in grant ? `the role '${grant.role}'` : `the scopes ${grant.scopes.join(", ")}`;
    throw new PlatformError(
      "forbidden",
      `You may not give ${what} over ${JSON.stringify(grant.area)}: administrators give within their own areas`,
    );
  }
  await assertExisting(tx, grants, pathOf);
}

async function assertExisting(
  tx: Client,
  grants: readonly StoredGrant[],
  pathOf: (index: number) => string,
): Promise<void> {
  const named = (list: "regions" | "tenants") =>
    grants.flatMap(({ area }) => (area[list] === "all" ? [] : area[list]));
  const regions = new Set(await findUnknownRegions(tx, [...new Set(named("regions"))]));
  const tenants = new Set(await findUnknownTenants(tx, [...new Set(named("tenants"))]));
  const faults = grants.flatMap(({ area }, index) => [
    ...unknownIn(area.regions, regions).map(([at, code]) => ({
      path: `${pathOf(index)}/area/regions/${at}`,
      message: `There is no region '${code}'`,
    })),
    ...unknownIn(area.tenants, tenants).map(([at, id]) => ({
      path: `${pathOf(index)}/area/tenants/${at}`,
      message: `There is no tenant '${id}'`,
    })),
  ]);
  if (faults.length > 0) throw invalid(faults);
}

function unknownIn(list: readonly string[] | "all", unknown: ReadonlySet<string>): [number, string][] {
  if (list === "all") return [];
  return [...list.entries()].filter(([, item]) => unknown.has(item));
}

/**
 * Checks that the caller may put a person or application into this tenant. A tenant out of reach and one that does not
 * exist get the same answer.
 * @throws PlatformError `invalid_request`
 */
export async function assertTenant(tx: Client, { limits }: Caller, tenantId: string): Promise<void> {
  const exists = reachesTenant(limits, tenantId) && (await findUnknownTenants(tx, [tenantId])).length === 0;
  if (!exists) throw invalid([{ path: "/tenantId", message: `There is no tenant '${tenantId}'` }]);
}

const invalid = (faults: { path: string; message: string }[]) =>
  new PlatformError("invalid_request", faults.map(({ message }) => message).join("; "), { faults });
