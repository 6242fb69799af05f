import { ADMINISTRATOR, type Grant } from "../access/decide.ts";
import { PlatformError } from "../errors.ts";
import { appendAudit } from "../store/audit.ts";
import { type Client, type Pool, withTransaction } from "../store/database.ts";
import { replaceGrants } from "../store/grants.ts";
import { NO_LIMITS } from "../store/limits.ts";
import {
  getPrincipal,
  insertPrincipal,
  type PrincipalChange,
  type PrincipalType,
  type StoredPrincipal,
  updatePrincipal,
} from "../store/principals.ts";
import { assertGrantable, assertMayManage, assertTenant, type Caller } from "./caller.ts";

export interface NewPrincipal {
  readonly id: string;
  readonly type: PrincipalType;
  readonly tenantId: string;
  readonly name: string;
  readonly grants: readonly Grant[];
}

const toAudit = ({ name, tenantId, disabledAt, grants }: StoredPrincipal) => ({
  name,
  tenantId,
  disabled: disabledAt !== null,
  grants,
});

/**
 * Adds a person or an application. `also` runs in the same transaction, e.g. to keep a password.
 * @throws PlatformError `principal_exists`; `forbidden` for grants that the caller has not got; `invalid_request`
 */
export function createPrincipal(
  pool: Pool,
  caller: Caller,
  given: NewPrincipal,
  also?: (tx: Client) => Promise<unknown>,
): Promise<StoredPrincipal> {
  const { id, type } = given;
  return withTransaction(pool, async (tx) => {
    await assertTenant(tx, caller, given.tenantId);
    await assertGrantable(tx, caller, type, given.grants);
    if (id === ADMINISTRATOR.id) {
      throw new PlatformError("principal_exists", `'${id}' is whoever holds the administrator's key`);
    }
    await insertPrincipal(tx, given);
    await replaceGrants(tx, id, given.grants);
    await also?.(tx);
    const added = await getPrincipal(tx, type, id, NO_LIMITS);
    await appendAudit(tx, {
      actor: caller.actor,
      action: `${type}.create`,
      object: { type, id },
      after: toAudit(added),
    });
    return added;
  });
}

/**
 * Changes the name of somebody, or shuts them out or lets them in again.
 * @throws PlatformError `person_not_found` or `application_not_found`; `forbidden` where they may do more than the
 * caller
 */
export const changePrincipal = (
  pool: Pool,
  caller: Caller,
  type: PrincipalType,
  id: string,
  change: PrincipalChange,
): Promise<StoredPrincipal> =>
  changing(pool, caller, type, id, "update", (tx) => updatePrincipal(tx, id, change));

/**
 * Gives somebody these grants and no others.
 * @throws PlatformError like `changePrincipal`; `forbidden` also for grants that the caller has not got;
 * `invalid_request`
 */
export const setGrants = (
  pool: Pool,
  caller: Caller,
  type: PrincipalType,
  id: string,
  grants: readonly Grant[],
): Promise<StoredPrincipal> =>
  changing(pool, caller, type, id, "grant", async (tx) => {
    await assertGrantable(tx, caller, type, grants);
    await replaceGrants(tx, id, grants);
  });

/** Locks somebody whom the caller may manage, so that what was checked still holds when it is changed. */
export async function lockManaged(
  tx: Client,
  caller: Caller,
  type: PrincipalType,
  id: string,
): Promise<StoredPrincipal> {
  const found = await getPrincipal(tx, type, id, caller.limits, "for update of p");
  assertMayManage(caller, found);
  return found;
}

function changing(
  pool: Pool,
  caller: Caller,
  type: PrincipalType,
  id: string,
  verb: string,
  change: (tx: Client) => Promise<void>,
): Promise<StoredPrincipal> {
  return withTransaction(pool, async (tx) => {
    const before = await lockManaged(tx, caller, type, id);
    await change(tx);
    const after = await getPrincipal(tx, type, id, NO_LIMITS);
    await appendAudit(tx, {
      actor: caller.actor,
      action: `${type}.${verb}`,
      object: { type, id },
      before: toAudit(before),
      after: toAudit(after),
    });
    return after;
  });
}
