import { PlatformError } from "../../base/errors.ts";
import {
  type Client,
  type Db,
  decodeCursor,
  encodeCursor,
  type Limits,
  limitsTenants,
  type Page,
  toPage,
} from "../database/index.ts";

export type TenantUse = "government" | "civil" | "commercial";

/** An organization that uses the platform: an authority, a company, the residents of a place. */
export interface Tenant {
  readonly id: string;
  readonly name: string;
  readonly use: TenantUse;
  readonly createdAt: Date;
  /** Since when its people and applications are shut out; null: they are not. */
  readonly disabledAt: Date | null;
}

interface TenantRow {
  id: string;
  name: string;
  use: TenantUse;
  created_at: Date;
  disabled_at: Date | null;
}

const COLUMNS = "t.id, t.name, t.use, t.created_at, t.disabled_at";

const toTenant = (row: TenantRow): Tenant => ({
  id: row.id,
  name: row.name,
  use: row.use,
  createdAt: row.created_at,
  disabledAt: row.disabled_at,
});

/** Every tenant whose people and applications may act. */
export async function listEnabledTenants(db: Db): Promise<Tenant[]> {
  const { rows } = await db.query<TenantRow>(`select ${COLUMNS} from tenants t where t.disabled_at is null`);
  return rows.map(toTenant);
}

/** Tenants that the limits reach, by id. */
export async function listTenants(
  db: Db,
  filter: { readonly use?: TenantUse | undefined },
  limits: Limits,
  page: { readonly limit: number; readonly cursor?: string | undefined },
): Promise<Page<Tenant>> {
  const after = decodeCursor("tenants", ["text"], page.cursor);
  const { rows } = await db.query<TenantRow>(
    `select ${COLUMNS} from tenants t
     where ($1::text[] is null or t.id = any ($1::text[]))
       and ($2::text is null or t.use = $2::text)
       and ($3::text is null or t.id > $3::text)
     order by t.id
     limit $4::int`,
    [limitsTenants(limits), filter.use ?? null, after?.[0] ?? null, page.limit + 1],
  );
  return toPage(rows, page.limit, toTenant, (row) => encodeCursor("tenants", [row.id]));
}

/** @throws PlatformError `tenant_not_found`, also for one out of reach */
export async function getTenant(
  db: Db,
  id: string,
  limits: Limits,
  lock: "" | "for update" | "for share" = "",
): Promise<Tenant> {
  const { rows } = await db.query<TenantRow>(
    `select ${COLUMNS} from tenants t
     where t.id = $1::text and ($2::text[] is null or t.id = any ($2::text[])) ${lock}`,
    [id, limitsTenants(limits)],
  );
  if (!rows[0]) throw new PlatformError("tenant_not_found", `There is no tenant '${id}'`);
  return toTenant(rows[0]);
}

/** @throws PlatformError `tenant_exists` */
export async function insertTenant(
  tx: Client,
  { id, name, use }: Pick<Tenant, "id" | "name" | "use">,
): Promise<Tenant> {
  const { rows } = await tx.query<TenantRow>(
    `insert into tenants as t (id, name, use) values ($1::text, $2::text, $3::text)
     on conflict do nothing returning ${COLUMNS}`,
    [id, name, use],
  );
  if (!rows[0]) throw new PlatformError("tenant_exists", `A tenant with the id '${id}' exists`);
  return toTenant(rows[0]);
}

/** The fields that may change. A tenant keeps its id and use; it is disabled rather than deleted. */
export interface TenantChange {
  readonly name?: string | undefined;
  readonly disabled?: boolean | undefined;
}

/** Changes a tenant that exists. */
export async function updateTenant(tx: Client, id: string, change: TenantChange): Promise<Tenant> {
  const { rows } = await tx.query<TenantRow>(
    `update tenants t
     set name = coalesce($2::text, name),
         disabled_at = case $3::boolean when true then coalesce(disabled_at, now()) when false then null
                       else disabled_at end
     where t.id = $1::text
     returning ${COLUMNS}`,
    [id, change.name ?? null, change.disabled ?? null],
  );
  return toTenant(rows[0]!);
}

/** The ids among these that no tenant has. */
export async function findUnknownTenants(db: Db, ids: readonly string[]): Promise<string[]> {
  if (ids.length === 0) return [];
  const { rows } = await db.query<{ id: string }>(
    `select given.id from unnest($1::text[]) as given (id)
     where not exists (select from tenants t where t.id = given.id)`,
    [ids],
  );
  return rows.map((row) => row.id);
}
