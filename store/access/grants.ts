import type { Area, Client, Db } from "../database/index.ts";

/** The rights within one area. Roles and scopes are names that `access` knows. */
export type StoredGrant = {
  readonly area: Area;
  /** The change by which it was given over HTTP, where it may have to wait for that; see `access-changes.ts`. */
  readonly changeNo?: number;
  /** Until then the steps that make a speaker sound wait: because of this grant, or of a change to its holder. */
  readonly heldUntil?: Date;
} & ({ readonly role: string } | { readonly scopes: readonly string[] });

/** A grant as JSON of the database; null lists are "all". */
export interface GrantRow {
  role: string | null;
  scopes: string[] | null;
  regions: string[] | null;
  kinds: string[] | null;
  tenants: string[] | null;
  devices: string[] | null;
  change_no: number | null;
  held_until: string | null;
}

/**
 * The moment until which a grant in row `g` is held back: by the change that gave it, or by one of its holder's
 * credentials. Only privileged roles depend on it (`PRIVILEGED_ROLES` of `access`).
 */
const HELD_UNTIL = `
  (select max(c.effective_at) from access_changes c
   where c.principal_id = g.principal_id and c.state = 'open'
     and (c.change_no = g.change_no or c.kind in ('create', 'password', 'second_factor', 'enable')))`;

/** The grants of the principal in row `alias`, in the order in which they were given. */
export const GRANTS_OF = (alias: string) => `
  (select coalesce(jsonb_agg(jsonb_build_object('role', g.role, 'scopes', g.scopes, 'regions', g.regions,
            'kinds', g.kinds, 'tenants', g.tenants, 'devices', g.devices, 'change_no', g.change_no,
            'held_until', ${HELD_UNTIL}) order by g.grant_no), '[]')
   from grants g where g.principal_id = ${alias}.id)`;

export function toGrant(row: GrantRow): StoredGrant {
  const { role, scopes, regions, kinds, tenants, devices, change_no, held_until } = row;
  const area: Area = {
    regions: regions ?? "all",
    kinds: kinds ?? "all",
    tenants: tenants ?? "all",
    devices: devices ?? "all",
  };
  const waits = {
    ...(change_no === null ? {} : { changeNo: change_no }),
    ...(held_until === null ? {} : { heldUntil: new Date(held_until) }),
  };
  return role === null ? { scopes: scopes ?? [], area, ...waits } : { role, area, ...waits };
}

const orNull = (list: readonly string[] | "all") => (list === "all" ? null : [...list]);

/** Replaces the grants of a principal, whose row the transaction has locked. */
export async function replaceGrants(
  tx: Client,
  principalId: string,
  grants: readonly StoredGrant[],
): Promise<void> {
  await tx.query("delete from grants where principal_id = $1::text", [principalId]);
  for (const grant of grants) {
    const { regions, kinds, tenants, devices } = grant.area;
    await tx.query(
      `insert into grants (principal_id, role, scopes, regions, kinds, tenants, devices, change_no)
       values ($1::text, $2::text, $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::bigint)`,
      [
        principalId,
        "role" in grant ? grant.role : null,
        "role" in grant ? null : [...grant.scopes],
        orNull(regions),
        orNull(kinds),
        orNull(tenants),
        orNull(devices),
        grant.changeNo ?? null,
      ],
    );
  }
  await tx.query("update principals set updated_at = now() where id = $1::text", [principalId]);
}

/** The codes among these that no region has. */
export async function findUnknownRegions(db: Db, codes: readonly string[]): Promise<string[]> {
  if (codes.length === 0) return [];
  const { rows } = await db.query<{ code: string }>(
    `select given.code from unnest($1::text[]) as given (code)
     where not exists (select from regions r where r.code = given.code)`,
    [codes],
  );
  return rows.map((row) => row.code);
}
