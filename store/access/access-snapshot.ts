import { type Db, type Pool, withTransaction } from "../database/index.ts";
import {
  type ChangeKind,
  CREDENTIAL_KINDS,
  listWaitingChanges,
  type WaitingChange,
} from "./access-changes.ts";
import { GRANTS_OF, type GrantRow, type StoredGrant, toGrant } from "./grants.ts";
import type { PrincipalType } from "./principals.ts";
import { listEnabledTenants, type Tenant } from "./tenants.ts";

/** Everybody who may act at the moment, with their keys: what each process keeps in memory. */
export interface AccessSnapshot {
  /** Rises with every change. */
  readonly version: number;
  /** Enabled, of an enabled tenant. */
  readonly principals: readonly {
    readonly id: string;
    readonly type: PrincipalType;
    readonly tenantId: string;
    readonly name: string;
    /** Of an application: the id of its owner. */
    readonly ownerId: string | null;
    readonly grants: readonly StoredGrant[];
  }[];
  /**
   * Changes that wait until `until`, unless they are decided before; and those that stay open after that: who made a
   * person or changed how they sign in, and who answered for an application before.
   */
  readonly changes: readonly {
    readonly changeNo: number;
    readonly principalId: string;
    readonly kind: ChangeKind;
    readonly askedBy: string;
    readonly askedAt: Date;
    readonly until: Date;
    /** Of kind `owner`: the former owner of the application. */
    readonly formerOwner: string | null;
  }[];
  /** The changes to people that wait, also to people who are disabled, newest first. */
  readonly waiting: readonly WaitingChange[];
  /** Those that are not disabled. */
  readonly tenants: readonly Tenant[];
  /** Every application with an owner, also those that are disabled, by id. */
  readonly owned: readonly { readonly id: string; readonly ownerId: string }[];
  /** Of these principals, and not revoked. */
  readonly keys: readonly {
    readonly keyNo: number;
    readonly prefix: string;
    readonly principalId: string;
    readonly hash: Buffer;
    readonly expiresAt: Date | null;
    readonly madeBy: string | null;
    readonly createdAt: Date;
  }[];
}

/** The number that rises whenever a snapshot would differ. */
export async function readAccessVersion(db: Db): Promise<number> {
  const { rows } = await db.query<{ version: number }>({
    name: "read_access_version",
    text: "select version from access_version",
  });
  return rows[0]!.version;
}

/** Reads everything as of one moment. */
export function readAccessSnapshot(pool: Pool): Promise<AccessSnapshot> {
  return withTransaction(pool, async (tx) => {
    await tx.query("set transaction isolation level repeatable read, read only");
    const version = await readAccessVersion(tx);
    const principals = await tx.query<{
      id: string;
      type: PrincipalType;
      tenant_id: string;
      name: string;
      owner_id: string | null;
      grants: GrantRow[];
    }>(
      `select p.id, p.type, p.tenant_id, p.name, p.owner_id, ${GRANTS_OF("p")} as grants
       from principals p join tenants t on t.id = p.tenant_id
       where p.disabled_at is null and t.disabled_at is null`,
    );
    const keys = await tx.query<{
      key_no: number;
      prefix: string;
      principal_id: string;
      key_hash: Buffer;
      expires_at: Date | null;
      made_by: string | null;
      created_at: Date;
    }>(
      `select k.key_no, k.prefix, k.principal_id, k.key_hash, k.expires_at, k.made_by, k.created_at
       from api_keys k
       join principals p on p.id = k.principal_id
       join tenants t on t.id = p.tenant_id
       where k.revoked_at is null and p.disabled_at is null and t.disabled_at is null
         and (k.expires_at is null or k.expires_at > now())`,
    );
    const changes = await tx.query<{
      change_no: number;
      principal_id: string;
      kind: ChangeKind;
      asked_by: string;
      asked_at: Date;
      effective_at: Date;
      former_owner: string | null;
    }>(
      `select change_no, principal_id, kind, asked_by, asked_at, effective_at, former_owner from access_changes
       where state = 'open' and (effective_at > now() or kind = any ($1::text[]))`,
      [[...CREDENTIAL_KINDS, "owner"]],
    );
    const owned = await tx.query<{ id: string; owner_id: string }>(
      "select id, owner_id from principals where owner_id is not null order by id",
    );
    return {
      version,
      waiting: await listWaitingChanges(tx),
      tenants: await listEnabledTenants(tx),
      owned: owned.rows.map((row) => ({ id: row.id, ownerId: row.owner_id })),
      principals: principals.rows.map((row) => ({
        id: row.id,
        type: row.type,
        tenantId: row.tenant_id,
        name: row.name,
        ownerId: row.owner_id,
        grants: row.grants.map(toGrant),
      })),
      keys: keys.rows.map((row) => ({
        keyNo: row.key_no,
        prefix: row.prefix,
        principalId: row.principal_id,
        hash: row.key_hash,
        expiresAt: row.expires_at,
        madeBy: row.made_by,
        createdAt: row.created_at,
      })),
      changes: changes.rows.map((row) => ({
        changeNo: row.change_no,
        principalId: row.principal_id,
        kind: row.kind,
        askedBy: row.asked_by,
        askedAt: row.asked_at,
        until: row.effective_at,
        formerOwner: row.former_owner,
      })),
    };
  });
}
