import { PRIVILEGED_ROLES } from "../access/roles.ts";
import {
  getTenant,
  insertTenant,
  listPeopleWithRoles,
  type Tenant,
  type TenantChange,
  updateTenant,
} from "../store/access/index.ts";
import { appendAudit } from "../store/audit/index.ts";
import { type Pool, withTransaction } from "../store/database/index.ts";
import { assertWholePlatform, type Caller } from "./caller.ts";
import { noteChange } from "./held.ts";

const toAudit = ({ name, use, disabledAt }: Tenant) => ({ name, use, disabled: disabledAt !== null });

/** Adds a tenant. @throws PlatformError `tenant_exists`, `forbidden` */
export function createTenant(
  pool: Pool,
  caller: Caller,
  tenant: Pick<Tenant, "id" | "name" | "use">,
): Promise<Tenant> {
  assertWholePlatform(caller);
  return withTransaction(pool, async (tx) => {
    const added = await insertTenant(tx, tenant);
    await appendAudit(tx, {
      actor: caller.actor,
      action: "tenant.create",
      object: { type: "tenant", id: added.id },
      after: toAudit(added),
    });
    return added;
  });
}

/**
 * Changes a tenant. Disabling it shuts out its people and applications; its devices go on reporting.
 * @throws PlatformError `tenant_not_found`, `forbidden`
 */
export function changeTenant(pool: Pool, caller: Caller, id: string, change: TenantChange): Promise<Tenant> {
  return withTransaction(pool, async (tx) => {
    const before = await getTenant(tx, id, caller.limits, "for update");
    assertWholePlatform(caller);
    const after = await updateTenant(tx, id, change);
    if (change.disabled === false && before.disabledAt !== null) {
      // People who were shut out with the tenant are let in again, and each is noted as if let in alone.
      for (const personId of await listPeopleWithRoles(tx, id, PRIVILEGED_ROLES)) {
        await noteChange(tx, caller, personId, "enable");
      }
    }
    await appendAudit(tx, {
      actor: caller.actor,
      action: "tenant.update",
      object: { type: "tenant", id },
      before: toAudit(before),
      after: toAudit(after),
    });
    return after;
  });
}
