import { createApiKey } from "../access/api-keys.ts";
import { PlatformError } from "../base/errors.ts";
import {
  type ApiKey,
  expireApiKey,
  getPrincipal,
  insertApiKey,
  listApiKeys,
  lockApiKey,
  revokeApiKey,
} from "../store/access/index.ts";
import { appendAudit } from "../store/audit/index.ts";
import { type Client, type Pool, withTransaction } from "../store/database/index.ts";
import type { Caller } from "./caller.ts";
import { lockManaged } from "./principals.ts";

/** A key that was just made: the only time that it is shown. */
export interface MadeKey {
  readonly key: string;
  readonly record: ApiKey;
}

/** Keys that an application has or had. @throws PlatformError `application_not_found` */
export async function listKeys(
  pool: Pool,
  { limits }: Pick<Caller, "limits">,
  id: string,
): Promise<ApiKey[]> {
  await getPrincipal(pool, "application", id, limits);
  return listApiKeys(pool, id);
}

/** Makes a key for an application. @throws PlatformError `application_not_found`, `forbidden` */
export function createKey(pool: Pool, caller: Caller, id: string, expiresAt: Date | null): Promise<MadeKey> {
  return withTransaction(pool, async (tx) => {
    await lockManaged(tx, caller, "application", id);
    const made = await make(tx, caller, id, expiresAt);
    await audit(tx, caller, "create", id, { after: toAudit(made.record) });
    return made;
  });
}

/**
 * Makes a key in place of another, which goes on for `overlapMs`, so that an application can change over without a gap.
 * Without `expiresAt` the new key gets the lifetime that the old one was made with.
 * @throws PlatformError `application_not_found`, `forbidden`, `key_not_found`; `key_ended` for a key that has ended
 */
export function rotateKey(
  pool: Pool,
  caller: Caller,
  id: string,
  prefix: string,
  { overlapMs, expiresAt, now = Date.now() }: { overlapMs: number; expiresAt?: Date | null; now?: number },
): Promise<MadeKey & { readonly old: ApiKey }> {
  return withTransaction(pool, async (tx) => {
    await lockManaged(tx, caller, "application", id);
    const before = await lockApiKey(tx, id, prefix);
    if (before.revokedAt !== null || (before.expiresAt !== null && before.expiresAt.getTime() <= now)) {
      throw new PlatformError(
        "key_ended",
        `Key '${prefix}' has ended: make a new one instead of rotating it`,
      );
    }
    const made = await make(tx, caller, id, expiresAt === undefined ? sameLife(before, now) : expiresAt);
    const old = await expireApiKey(tx, before.keyNo, new Date(now + overlapMs));
    await audit(tx, caller, "rotate", id, {
      before: toAudit(before),
      after: { old: toAudit(old), new: toAudit(made.record) },
    });
    return { ...made, old };
  });
}

const sameLife = ({ createdAt, expiresAt }: ApiKey, now: number): Date | null =>
  expiresAt && new Date(now + (expiresAt.getTime() - createdAt.getTime()));

/** Ends a key at once; a key that has ended stays so. @throws PlatformError as for rotation, but for `key_ended` */
export function revokeKey(pool: Pool, caller: Caller, id: string, prefix: string): Promise<void> {
  return withTransaction(pool, async (tx) => {
    await lockManaged(tx, caller, "application", id);
    const before = await lockApiKey(tx, id, prefix);
    await revokeApiKey(tx, before.keyNo);
    await audit(tx, caller, "revoke", id, { before: toAudit(before) });
  });
}

async function make(
  tx: Client,
  { principal, delay }: Caller,
  principalId: string,
  expiresAt: Date | null,
): Promise<MadeKey> {
  const { key, prefix, hash } = createApiKey();
  // The person who was shown the key may use it. On the machine no person is noted.
  const madeBy = delay ? principal.id : null;
  return { key, record: await insertApiKey(tx, { principalId, prefix, hash, expiresAt, madeBy }) };
}

const audit = (
  tx: Client,
  { actor }: Caller,
  verb: string,
  id: string,
  values: { before?: unknown; after?: unknown },
) => appendAudit(tx, { actor, action: `key.${verb}`, object: { type: "application", id }, ...values });

const toAudit = ({ prefix, expiresAt, revokedAt }: ApiKey) => ({ prefix, expiresAt, revokedAt });
