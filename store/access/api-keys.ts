import { PlatformError } from "../../base/errors.ts";
import type { Client, Db } from "../database/index.ts";

/** A key of an application, without the key. */
export interface ApiKey {
  readonly keyNo: number;
  readonly prefix: string;
  readonly createdAt: Date;
  readonly expiresAt: Date | null;
  readonly revokedAt: Date | null;
  /** To the minute; null: never. */
  readonly lastUsedAt: Date | null;
  /**
   * The person to whom it was shown: a person's id, or that of the administrator's key. Null: it was shown on the
   * machine, or is no longer known.
   */
  readonly madeBy: string | null;
}

interface ApiKeyRow {
  key_no: number;
  prefix: string;
  created_at: Date;
  expires_at: Date | null;
  revoked_at: Date | null;
  last_used_at: Date | null;
  made_by: string | null;
}

const COLUMNS = "key_no, prefix, created_at, expires_at, revoked_at, last_used_at, made_by";

const toApiKey = (row: ApiKeyRow): ApiKey => ({
  keyNo: row.key_no,
  prefix: row.prefix,
  createdAt: row.created_at,
  expiresAt: row.expires_at,
  revokedAt: row.revoked_at,
  lastUsedAt: row.last_used_at,
  madeBy: row.made_by,
});

/** Every key that an application has had, newest first. Get the application within the caller's limits before. */
export async function listApiKeys(db: Db, principalId: string): Promise<ApiKey[]> {
  const { rows } = await db.query<ApiKeyRow>(
    `select ${COLUMNS} from api_keys where principal_id = $1::text order by key_no desc`,
    [principalId],
  );
  return rows.map(toApiKey);
}

/** The owner of a key, now or formerly, by its prefix; undefined when there never was such a key. */
export async function findKeyByPrefix(
  db: Db,
  prefix: string,
): Promise<(ApiKey & { readonly principalId: string }) | undefined> {
  const { rows } = await db.query<ApiKeyRow & { principal_id: string }>(
    `select ${COLUMNS}, principal_id from api_keys where prefix = $1::text`,
    [prefix],
  );
  return rows[0] && { ...toApiKey(rows[0]), principalId: rows[0].principal_id };
}

/** Locks a key of an application. @throws PlatformError `key_not_found` */
export async function lockApiKey(tx: Client, principalId: string, prefix: string): Promise<ApiKey> {
  const { rows } = await tx.query<ApiKeyRow>(
    `select ${COLUMNS} from api_keys where principal_id = $1::text and prefix = $2::text for update`,
    [principalId, prefix],
  );
  if (!rows[0]) throw new PlatformError("key_not_found", `'${principalId}' has no key '${prefix}'`);
  return toApiKey(rows[0]);
}

export interface NewKey {
  readonly principalId: string;
  readonly prefix: string;
  /** SHA-256 of the whole key. */
  readonly hash: Buffer;
  readonly expiresAt: Date | null;
  readonly madeBy?: string | null;
}

export async function insertApiKey(tx: Client, key: NewKey): Promise<ApiKey> {
  const { rows } = await tx.query<ApiKeyRow>(
    `insert into api_keys (principal_id, prefix, key_hash, expires_at, made_by)
     values ($1::text, $2::text, $3::bytea, $4::timestamptz, $5::text)
     returning ${COLUMNS}`,
    [key.principalId, key.prefix, key.hash, key.expiresAt?.toISOString() ?? null, key.madeBy ?? null],
  );
  return toApiKey(rows[0]!);
}

/** Lets a key end at a moment, unless it ends before anyway. */
export async function expireApiKey(tx: Client, keyNo: number, at: Date): Promise<ApiKey> {
  const { rows } = await tx.query<ApiKeyRow>(
    `update api_keys set expires_at = least(expires_at, $2::timestamptz) where key_no = $1::bigint
     returning ${COLUMNS}`,
    [keyNo, at.toISOString()],
  );
  return toApiKey(rows[0]!);
}

/** Ends a key at once and for good; the moment of a first revocation stays. */
export async function revokeApiKey(tx: Client, keyNo: number): Promise<void> {
  await tx.query("update api_keys set revoked_at = coalesce(revoked_at, now()) where key_no = $1::bigint", [
    keyNo,
  ]);
}

/** A key was used at a moment. */
export interface KeyUse {
  readonly keyNo: number;
  readonly at: Date;
}

/** Records when keys were last used. A use never goes back. Each key may come once at most in one call. */
export async function recordKeyUses(db: Db, uses: readonly KeyUse[]): Promise<void> {
  if (uses.length === 0) return;
  await db.query(
    // All processes lock in one order, or two of them could wait for each other.
    `with used as (select * from unnest($1::bigint[], $2::timestamptz[]) as u (key_no, at)),
          locked as (select k.key_no from api_keys k join used using (key_no) order by k.key_no for update of k)
     update api_keys k set last_used_at = greatest(k.last_used_at, used.at)
     from used join locked using (key_no) where k.key_no = used.key_no`,
    [uses.map(({ keyNo }) => keyNo), uses.map(({ at }) => at.toISOString())],
  );
}
