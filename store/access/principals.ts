import { PlatformError } from "../../base/errors.ts";
import {
  type Client,
  type Db,
  decodeCursor,
  encodeCursor,
  type Limits,
  limitsParameter,
  type Page,
  principalsCondition,
  toPage,
} from "../database/index.ts";
import { GRANTS_OF, type GrantRow, type StoredGrant, toGrant } from "./grants.ts";

export type PrincipalType = "person" | "application" | "display";

/** A person, an application or a display, as the register has it. */
export interface StoredPrincipal {
  readonly id: string;
  readonly type: PrincipalType;
  readonly tenantId: string;
  readonly name: string;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  /** Since when it is shut out; null: it is not. */
  readonly disabledAt: Date | null;
  /** Of an application: the person who answers for it. Null when it has no owner, and always for people. */
  readonly ownerId: string | null;
  readonly grants: readonly StoredGrant[];
}

interface PrincipalRow {
  id: string;
  type: PrincipalType;
  tenant_id: string;
  name: string;
  created_at: Date;
  updated_at: Date;
  disabled_at: Date | null;
  owner_id: string | null;
  grants: GrantRow[];
}

const SELECT_PRINCIPAL = `
  select p.id, p.type, p.tenant_id, p.name, p.created_at, p.updated_at, p.disabled_at, p.owner_id,
         ${GRANTS_OF("p")} as grants
  from principals p`;

const toPrincipal = (row: PrincipalRow): StoredPrincipal => ({
  id: row.id,
  type: row.type,
  tenantId: row.tenant_id,
  name: row.name,
  createdAt: row.created_at,
  updatedAt: row.updated_at,
  disabledAt: row.disabled_at,
  ownerId: row.owner_id,
  grants: row.grants.map(toGrant),
});

export interface PrincipalFilter {
  readonly tenant?: string | undefined;
  /** Part of the id or name, in any case. */
  readonly q?: string | undefined;
}

/** People or applications within the limits, by id. Displays have a list of their own. */
export async function listPrincipals(
  db: Db,
  type: Exclude<PrincipalType, "display">,
  filter: PrincipalFilter,
  limits: Limits,
  page: { readonly limit: number; readonly cursor?: string | undefined },
): Promise<Page<StoredPrincipal>> {
  const list = type === "person" ? "people" : "applications";
  const after = decodeCursor(list, ["text"], page.cursor);
  const { rows } = await db.query<PrincipalRow>(
    `${SELECT_PRINCIPAL}
     where p.type = $1::text and ${principalsCondition("p", 2)}
       and ($3::text is null or p.tenant_id = $3::text)
       and ($4::text is null or p.id ilike $4::text or p.name ilike $4::text)
       and ($5::text is null or p.id > $5::text)
     order by p.id
     limit $6::int`,
    [
      type,
      limitsParameter(limits),
      filter.tenant ?? null,
      filter.q === undefined ? null : `%${filter.q.replaceAll(/[\\%_]/g, "\\$&")}%`,
      after?.[0] ?? null,
      page.limit + 1,
    ],
  );
  return toPage(rows, page.limit, toPrincipal, (row) => encodeCursor(list, [row.id]));
}

/** @throws PlatformError `person_not_found`, `application_not_found` or `display_not_found`, also outside the limits */
export async function getPrincipal(
  db: Db,
  type: PrincipalType,
  id: string,
  limits: Limits,
  lock: "" | "for update of p" = "",
): Promise<StoredPrincipal> {
  const { rows } = await db.query<PrincipalRow>(
    `${SELECT_PRINCIPAL} where p.type = $1::text and p.id = $2::text and ${principalsCondition("p", 3)} ${lock}`,
    [type, id, limitsParameter(limits)],
  );
  if (!rows[0]) throw new PlatformError(`${type}_not_found`, `There is no ${type} '${id}'`);
  return toPrincipal(rows[0]);
}

/** @throws PlatformError `principal_exists`: people and applications share one name space */
export async function insertPrincipal(
  tx: Client,
  principal: Pick<StoredPrincipal, "id" | "type" | "tenantId" | "name"> & {
    readonly ownerId?: string | null;
  },
): Promise<void> {
  const { id, type, tenantId, name, ownerId = null } = principal;
  const { rowCount } = await tx.query(
    `insert into principals (id, type, tenant_id, name, owner_id)
     values ($1::text, $2::text, $3::text, $4::text, $5::text)
     on conflict do nothing`,
    [id, type, tenantId, name, ownerId],
  );
  if (rowCount === 0) {
    throw new PlatformError(
      "principal_exists",
      `A person or application with the id '${id}' exists or has existed`,
    );
  }
}

/**
 * The fields that may change. A principal keeps its id and tenant, and is never deleted, because the audit names it.
 */
export interface PrincipalChange {
  readonly name?: string | undefined;
  readonly disabled?: boolean | undefined;
}

/** Changes a person or application that exists. */
export async function updatePrincipal(tx: Client, id: string, change: PrincipalChange): Promise<void> {
  await tx.query(
    `update principals
     set name = coalesce($2::text, name),
         disabled_at = case $3::boolean when true then coalesce(disabled_at, now()) when false then null
                       else disabled_at end,
         updated_at = now()
     where id = $1::text`,
    [id, change.name ?? null, change.disabled ?? null],
  );
}

/** Sets the person who answers for an application. */
export async function setOwner(tx: Client, id: string, ownerId: string): Promise<void> {
  await tx.query("update principals set owner_id = $2::text, updated_at = now() where id = $1::text", [
    id,
    ownerId,
  ]);
}
