import { createTotpSecret } from "../../accounts/totp.ts";
import { confirmTotp, savePendingTotp } from "../../store/access/passwords.ts";
import type { Pool } from "../../store/database/database.ts";
import { keepSecret } from "./secrets.ts";

/** Gives a person who has a password a second factor. @returns its secret, in base32 */
export async function saveTotpForTest(pool: Pool, principalId: string): Promise<string> {
  const secret = keepSecret(createTotpSecret());
  await savePendingTotp(pool, principalId, secret, new Date(Date.now() + 60_000));
  await confirmTotp(pool, principalId, secret, 0);
  return secret;
}
