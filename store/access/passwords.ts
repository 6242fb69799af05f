import type { Client, Db } from "../database/index.ts";
import { endSecondFactorOf } from "./sessions.ts";

/** A person's password and second factor. */
export interface PasswordRecord {
  readonly principalId: string;
  /** In the PHC string format. */
  readonly passwordHash: string;
  /** Base32; null: no second factor. */
  readonly totpSecret: string | null;
  readonly changedAt: Date;
}

interface PasswordRow {
  principal_id: string;
  password_hash: string;
  totp_secret: string | null;
  changed_at: Date;
}

/** The password of a person, or undefined for a person who has none here or does not exist. */
export async function findPassword(db: Db, principalId: string): Promise<PasswordRecord | undefined> {
  const { rows } = await db.query<PasswordRow>(
    "select principal_id, password_hash, totp_secret, changed_at from passwords where principal_id = $1::text",
    [principalId],
  );
  const row = rows[0];
  return (
    row && {
      principalId: row.principal_id,
      passwordHash: row.password_hash,
      totpSecret: row.totp_secret,
      changedAt: row.changed_at,
    }
  );
}

/** Gives a person a password, the first or another. The second factor stays. */
export async function savePassword(db: Db, principalId: string, passwordHash: string): Promise<void> {
  await db.query(
    `insert into passwords (principal_id, password_hash) values ($1::text, $2::text)
     on conflict (principal_id) do update set password_hash = excluded.password_hash, changed_at = now()`,
    [principalId, passwordHash],
  );
}

/** Puts a hash in place of a person's password, if they have one. The second factor stays. */
export async function overwritePassword(db: Db, principalId: string, passwordHash: string): Promise<void> {
  await db.query(
    "update passwords set password_hash = $2::text, changed_at = now() where principal_id = $1::text",
    [principalId, passwordHash],
  );
}

/** True when this is still the person's record, which then stays so to the end of the transaction. */
export async function lockPassword(
  tx: Client,
  { principalId, passwordHash, totpSecret }: Omit<PasswordRecord, "changedAt">,
): Promise<boolean> {
  const { rowCount } = await tx.query(
    `select from passwords
     where principal_id = $1::text and password_hash = $2::text and totp_secret is not distinct from $3::text
     for share`,
    [principalId, passwordHash, totpSecret],
  );
  return rowCount === 1;
}

/**
 * Keeps the same password under another hash, unless it was changed meanwhile.
 * @returns whether it was kept
 */
export async function replacePasswordHash(
  db: Db,
  principalId: string,
  from: string,
  to: string,
): Promise<boolean> {
  const { rowCount } = await db.query(
    "update passwords set password_hash = $3::text where principal_id = $1::text and password_hash = $2::text",
    [principalId, from, to],
  );
  return rowCount === 1;
}

/**
 * Uses up a time step, so that its code, and those before it, work once.
 * @param secret the secret that the code was checked against: it may have been removed meanwhile
 * @returns false when that step or a later one was used before
 */
export async function takeTotpStep(
  db: Db,
  principalId: string,
  secret: string,
  step: number,
): Promise<boolean> {
  const { rowCount } = await db.query(
    `update passwords set totp_last_step = $3::bigint
     where principal_id = $1::text and totp_secret = $2::text
       and (totp_last_step is null or totp_last_step < $3::bigint)`,
    [principalId, secret, step],
  );
  return rowCount === 1;
}

/**
 * Puts aside a secret until its first code has come. An earlier waiting secret is dropped.
 * @returns false when a second factor is set up already
 */
export async function savePendingTotp(
  db: Db,
  principalId: string,
  secret: string,
  until: Date,
): Promise<boolean> {
  const { rowCount } = await db.query(
    `update passwords set totp_pending_secret = $2::text, totp_pending_until = $3::timestamptz
     where principal_id = $1::text and totp_secret is null`,
    [principalId, secret, until.toISOString()],
  );
  return rowCount === 1;
}

/** The secret that waits for its first code, if it still does at `now`. */
export async function findPendingTotp(db: Db, principalId: string, now: Date): Promise<string | undefined> {
  const { rows } = await db.query<{ totp_pending_secret: string }>(
    `select totp_pending_secret from passwords
     where principal_id = $1::text and totp_secret is null and totp_pending_until > $2::timestamptz`,
    [principalId, now.toISOString()],
  );
  return rows[0]?.totp_pending_secret;
}

/**
 * Makes the waiting secret the second factor, with the step of its first code used up.
 * @returns false when it no longer waits
 */
export async function confirmTotp(
  db: Db,
  principalId: string,
  secret: string,
  step: number,
): Promise<boolean> {
  const { rowCount } = await db.query(
    `update passwords
     set totp_secret = totp_pending_secret, totp_last_step = $3::bigint,
         totp_pending_secret = null, totp_pending_until = null
     where principal_id = $1::text and totp_pending_secret = $2::text and totp_secret is null`,
    [principalId, secret, step],
  );
  return rowCount === 1;
}

/**
 * Removes the second factor, and one that waits. No session that was opened with it counts as such any more: a person
 * who sets up another one signs in with that.
 * @returns true when there was one
 */
export async function removeTotp(tx: Client, principalId: string): Promise<boolean> {
  const { rows } = await tx.query(
    `update passwords p
     set totp_secret = null, totp_last_step = null, totp_pending_secret = null, totp_pending_until = null
     from (select principal_id, totp_secret from passwords where principal_id = $1::text for update) as before
     where p.principal_id = before.principal_id
     returning before.totp_secret is not null as had`,
    [principalId],
  );
  await endSecondFactorOf(tx, principalId);
  return rows[0]?.had === true;
}
