import type { Client, Db } from "./database.ts";
import type { Area } from "./limits.ts";

/** What somebody may do within one area. Roles and scopes are names that `access` knows. */
export type StoredGrant = { readonly area: Area } & (
  | { readonly role: string }
  | { readonly scopes: readonly string[] }
);

/** A grant as JSON of the database; null lists are "all". */
export interface GrantRow {
  role: string | null;
  scopes: string[] | null;
  regions: string[] | null;
  kinds: string[] | null;
  tenants: string[] | null;
  devices: string[] | null;
}

/** The grants of the principal in row `alias`, in the order in which they were given. */
export const GRANTS_OF = (alias: string) => `
  (select coalesce(jsonb_agg(jsonb_build_object('role', g.role, 'scopes', g.scopes, 'regions', g.regions,
            'kinds', g.kinds, 'tenants', g.tenants, 'devices', g.devices) order by g.grant_no), '[]')
   from grants g where g.principal_id = ${alias}.id)`;

export function toGrant({ role, scopes, regions, kinds, tenants, devices }: GrantRow): StoredGrant {
  const area: Area = {
    regions: regions ?? "all",
    kinds: kinds ?? "all",
    tenants: tenants ?? "all",
    devices: devices ?? "all",
  };
  return role === null ? { scopes: scopes ?? [], area } : { role, area };
}

const orNull = (list: readonly string[] | "all") => (list === "all" ? null : [...list]);

/** Gives a principal, whose row the transaction has locked, these grants and no others. */
export async function replaceGrants(
  tx: Client,
  principalId: string,
  grants: readonly StoredGrant[],
): Promise<void> {
  await tx.query("delete from grants where principal_id = $1::text", [principalId]);
  for (const grant of grants) {
    const { regions, kinds, tenants, devices } = grant.area;
    await tx.query(
      `insert into grants (principal_id, role, scopes, regions, kinds, tenants, devices)
       values ($1::text, $2::text, $3::text[], $4::text[], $5::text[], $6::text[], $7::text[])`,
      [
        principalId,
        "role" in grant ? grant.role : null,
        "role" in grant ? null : [...grant.scopes],
        orNull(regions),
        orNull(kinds),
        orNull(tenants),
        orNull(devices),
      ],
    );
  }
  await tx.query("update principals set updated_at = now() where id = $1::text", [principalId]);
}

/** Those of the codes that are no region's. */
export async function findUnknownRegions(db: Db, codes: readonly string[]): Promise<string[]> {
  if (codes.length === 0) return [];
  const { rows } = await db.query<{ code: string }>(
    `select given.code from unnest($1::text[]) as given (code)
     where not exists (select from regions r where r.code = given.code)`,
    [codes],
  );
  return rows.map((row) => row.code);
}
