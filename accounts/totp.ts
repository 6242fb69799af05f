import { Secret, TOTP } from "otpauth";

/** RFC 6238 as every authenticator app has it: SHA-1, six digits, 30 seconds. */
const PARAMETERS = { algorithm: "SHA1", digits: 6, period: 30 } as const;

/** Codes of the step before and after are taken as well: phones' clocks are off by some seconds. */
const WINDOW = 1;

const SECRET_BYTES = 20;

/** The name that the app shows beside the account. */
const ISSUER = "smart-broadcast-iot";

/** A new secret, in base32. */
export const createTotpSecret = (): string => new Secret({ size: SECRET_BYTES }).base32;

/** The text that an authenticator app reads from a QR code. */
export function totpUri(secret: string, account: string): string {
  return new TOTP({ ...PARAMETERS, issuer: ISSUER, label: account, secret }).toString();
}

/**
 * The time step whose code this is, or undefined when it is none near `now`. The comparison takes the same time for all
 * codes. `takeTotpStep` says if the step was used before.
 */
export function totpStepOf(secret: string, code: string, now: number): number | undefined {
  if (!/^\d{6}$/.test(code)) return undefined;
  const delta = TOTP.validate({
    ...PARAMETERS,
    secret: Secret.fromBase32(secret),
    token: code,
    timestamp: now,
    window: WINDOW,
  });
  return delta === null ? undefined : TOTP.counter({ period: PARAMETERS.period, timestamp: now }) + delta;
}
