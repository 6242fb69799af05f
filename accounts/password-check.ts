import type { GateAnswer, LoginGate } from "../access/login-gate.ts";
import { PlatformError } from "../base/errors.ts";
import { findPassword, type PasswordRecord, replacePasswordHash } from "../store/access/index.ts";
import type { Pool } from "../store/database/index.ts";
import type { HashingTurn, PasswordHasher } from "./password-hash.ts";

export interface PasswordCheckOptions {
  readonly pool: Pool;
  readonly gate: LoginGate;
  readonly hasher: PasswordHasher;
}

/** @throws PlatformError `too_many_attempts` unless the gate lets this attempt through */
export function assertMayTry(answer: GateAnswer): asserts answer is GateAnswer & { readonly allowed: true } {
  if (answer.allowed) return;
  const seconds = Math.ceil(answer.retryAfterMs / 1000);
  throw new PlatformError("too_many_attempts", `Too many attempts to sign in: try again in ${seconds} s`, {
    retryAfterSeconds: seconds,
  });
}

/**
 * The record of `id` when `password` is the right one. A person who does not exist costs the same time. The caller has
 * asked the gate before, and tells it afterwards.
 */
export async function verifyPassword(
  { pool, hasher }: Pick<PasswordCheckOptions, "pool" | "hasher">,
  id: string,
  password: string,
  turn: HashingTurn,
): Promise<PasswordRecord | undefined> {
  const record = await findPassword(pool, id);
  const { ok, outdated } = await hasher.verify(password, record?.passwordHash, turn);
  if (!record || !ok) return undefined;
  if (!outdated) return record;
  const passwordHash = await hasher.hash(password, { first: true });
  const replaced = await replacePasswordHash(pool, id, record.passwordHash, passwordHash);
  return replaced ? { ...record, passwordHash } : record;
}

/**
 * Asks a signed-in person for their password once more, before something that a stolen session must not do. Attempts
 * are bounded for each person: strangers who guess at the sign-in do not use them up.
 * @throws PlatformError `wrong_password`, `no_password`, `too_many_attempts`
 */
export async function assertPassword(
  options: PasswordCheckOptions,
  id: string,
  password: string,
  address: string,
): Promise<PasswordRecord> {
  const { pool, gate } = options;
  if (!(await findPassword(pool, id))) throw new PlatformError("no_password");
  const signedIn = { signedIn: true };
  assertMayTry(gate.check(address, id, signedIn));
  const record = await verifyPassword(options, id, password, { first: true }).catch((error: unknown) => {
    gate.released(address, id, signedIn);
    throw error;
  });
  if (!record) throw new PlatformError("wrong_password");
  gate.released(address, id, signedIn);
  return record;
}
