import { PlatformError } from "../base/errors.ts";
import { findKeyIds, type KeyRing, knownKeyIds, openKeyRing } from "../broadcast/signing/index.ts";
import { type AuditActor, appendAudit } from "../store/audit/index.ts";
import type { Pool } from "../store/database/index.ts";
import { listSigningKeys, replaceSigningKeys, withSigningKeys } from "../store/processes/index.ts";
import { findTraces } from "./platform-keys.ts";

interface Adoption {
  readonly actor: AuditActor;
  /** The newest key that the platform has, named by who knows that it is lost. */
  readonly insteadOf: string | undefined;
}

/**
 * Makes the keys of a folder those of the platform, and new ones where it has none. It leaves a row in the audit, and
 * processes with the keys of before stop signing.
 * @throws PlatformError `invalid_request` where the key that is given up was not named: then nothing was made or changed
 */
export function adoptKeys(
  pool: Pool,
  folder: string,
  { actor, insteadOf }: Adoption,
): Promise<{ readonly ring: KeyRing; readonly told: string }> {
  return withSigningKeys(pool, async (tx) => {
    const entered = await listSigningKeys(tx);
    const known = entered.length > 0 ? entered : await findTraces(tx);
    const newest = known.at(-1);
    const own = findKeyIds(folder);
    if (own && entered.length > 0 && entered.every((kid) => own.includes(kid))) {
      return {
        ring: await openKeyRing(folder),
        told: "The platform signs by these keys: nothing was changed.\n",
      };
    }
    if (newest !== undefined && insteadOf !== newest)
      throw new PlatformError("invalid_request", warning(newest));
    const ring = await openKeyRing(folder);
    const kids = knownKeyIds(ring.list());
    await appendAudit(tx, {
      actor,
      action: "broadcast.adopt_signing_keys",
      object: { type: "signing-key", id: kids.at(-1) ?? null },
      before: { kids: known },
      after: { kids },
    });
    await replaceSigningKeys(tx, kids);
    return { ring, told: AFTERWARDS };
  });
}

const warning = (
  newest: string,
) => `The platform signs by key ${newest}, and terminals trust it. If it still exists, here or in a backup, put it back instead.
Once the keys here are the platform's:
- processes with the keys of before sign nothing until they have this folder;
- a terminal without a root refuses orders until it has fetched the keys, within ten minutes or at its first order;
- a terminal with a root obeys nothing before that root has signed these keys;
- a broadcast under way goes on at speakers that have its order, and others refuse it.
If it is lost: npm run broadcast:keys -- adopt --instead-of ${newest}`;

const AFTERWARDS = `These are the platform's keys from now on. Give all its processes this folder (BROADCAST_KEYS_DIR), and back it up.
Where terminals have a root: npm run broadcast:keys -- request --version N, above the last one, and have it signed.
Then order a drill, and look at who sounded.
`;
