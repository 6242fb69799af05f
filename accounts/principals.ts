import { ADMINISTRATOR, type Grant } from "../access/decide.ts";
import { PlatformError } from "../base/errors.ts";
import {
  getPrincipal,
  insertPrincipal,
  type PrincipalChange,
  type PrincipalType,
  replaceGrants,
  type StoredPrincipal,
  setOwner,
  updatePrincipal,
} from "../store/access/index.ts";
import { appendAudit } from "../store/audit/index.ts";
import { type Client, NO_LIMITS, type Pool, withTransaction } from "../store/database/index.ts";
import { assertGrantable, assertMayManage, assertTenant, type Caller } from "./caller.ts";
import { heldUntil } from "./grants.ts";
import { carryGrants, noteChange, waiting } from "./held.ts";
import { together } from "./together.ts";

export interface NewPrincipal {
  readonly id: string;
  readonly type: PrincipalType;
  readonly tenantId: string;
  readonly name: string;
  readonly grants: readonly Grant[];
  /**
   * Of an application: the person who answers for it. Undefined: the person who adds it; from the machine it has none
   * yet, and the administrator's key has to name one.
   */
  readonly ownerId?: string | undefined;
}

const toAudit = ({ type, name, tenantId, disabledAt, ownerId, grants }: StoredPrincipal) => ({
  name,
  tenantId,
  disabled: disabledAt !== null,
  ...(type === "application" ? { ownerId } : {}),
  grants: grants.map((grant) => {
    const until = heldUntil(grant, Date.now());
    const { changeNo: _changeNo, heldUntil: _heldUntil, ...given } = grant;
    return until ? { ...given, waitsUntil: until } : given;
  }),
});

/**
 * The person who is to answer for an application.
 * @throws PlatformError `invalid_request` for an unknown person, and for one whom the caller does not see
 */
async function ownerOf(tx: Client, caller: Caller, ownerId: string | undefined): Promise<string | null> {
  const fault = (message: string) =>
    new PlatformError("invalid_request", message, { faults: [{ path: "/ownerId", message }] });
  if (ownerId === undefined) {
    if (caller.principal.type === "person") return caller.principal.id;
    if (!caller.delay) return null;
    throw fault("expected the id of the person who answers for the application: a key is no person");
  }
  if (ownerId === caller.principal.id && caller.principal.type === "person") return ownerId;
  const found = await getPrincipal(tx, "person", ownerId, caller.limits).catch((error: unknown) => {
    if (!(error instanceof PlatformError) || error.code !== "person_not_found") throw error;
    throw fault(`There is no person '${ownerId}'`);
  });
  return found.id;
}

/**
 * Runs all checks of a new person or application at once, with `more` for the parts that the caller adds.
 * @throws PlatformError as `createPrincipal` does
 */
export const assertAddable = (
  pool: Pool,
  caller: Caller,
  { type, tenantId, grants }: Pick<NewPrincipal, "type" | "tenantId" | "grants">,
  more: readonly (() => unknown)[],
): Promise<void> =>
  withTransaction(pool, (tx) =>
    together([...more, ...addableChecks(tx, caller, { type, tenantId, grants })]),
  );

/** A grant that the caller may not give is refused before the answer says anything about the tenant. */
const addableChecks = (
  tx: Client,
  caller: Caller,
  { type, tenantId, grants }: Pick<NewPrincipal, "type" | "tenantId" | "grants">,
) => [() => assertGrantable(tx, caller, type, grants), () => assertTenant(tx, caller, tenantId)];

/**
 * Adds a person or an application. `also` runs in the same transaction, e.g. to keep a password.
 * @throws PlatformError `principal_exists`; `forbidden` for grants that the caller may not give; `invalid_request`
 */
export function createPrincipal(
  pool: Pool,
  caller: Caller,
  given: NewPrincipal,
  also?: (tx: Client) => Promise<unknown>,
): Promise<StoredPrincipal> {
  const { id, type } = given;
  return withTransaction(pool, async (tx) => {
    await together(addableChecks(tx, caller, given));
    if (id === ADMINISTRATOR.id) {
      throw new PlatformError("principal_exists", `'${id}' is the holder of the administrator's key`);
    }
    const ownerId = type === "person" ? null : await ownerOf(tx, caller, given.ownerId);
    await insertPrincipal(tx, { id, type, tenantId: given.tenantId, name: given.name, ownerId });
    const changeNo = await noteChange(tx, caller, id, "create");
    await replaceGrants(
      tx,
      id,
      given.grants.map((grant) => waiting(grant, changeNo)),
    );
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
 * Renames a person or application, or shuts them out or lets them in again.
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
  changing(pool, caller, type, id, "update", async (tx, before) => {
    await updatePrincipal(tx, id, change);
    if (change.disabled === false && before.disabledAt !== null) await noteChange(tx, caller, id, "enable");
  });

/**
 * Replaces the grants of a person or application.
 * @throws PlatformError like `changePrincipal`; `forbidden` also for grants that the caller may not give;
 * `invalid_request`
 */
export const setGrants = (
  pool: Pool,
  caller: Caller,
  type: PrincipalType,
  id: string,
  grants: readonly Grant[],
): Promise<StoredPrincipal> =>
  changing(pool, caller, type, id, "grant", async (tx, before) => {
    await assertGrantable(tx, caller, type, grants);
    await replaceGrants(tx, id, await carryGrants(tx, caller, id, before.grants, grants));
  });

/**
 * Sets the person who answers for an application from now on.
 * @throws PlatformError `application_not_found`, `forbidden`; `invalid_request` for a person whom the caller does not
 * see
 */
export const setApplicationOwner = (
  pool: Pool,
  caller: Caller,
  id: string,
  ownerId: string,
): Promise<StoredPrincipal> =>
  changing(pool, caller, "application", id, "owner", async (tx, before) => {
    await setOwner(tx, id, (await ownerOf(tx, caller, ownerId))!);
    await noteChange(tx, caller, id, "owner", before.ownerId);
  });

/** Locks a person or application that the caller may manage, so that the checks still hold at the change. */
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
  change: (tx: Client, before: StoredPrincipal) => Promise<void>,
): Promise<StoredPrincipal> {
  return withTransaction(pool, async (tx) => {
    const before = await lockManaged(tx, caller, type, id);
    await change(tx, before);
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
