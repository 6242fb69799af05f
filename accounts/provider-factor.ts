/**
 * Methods that are, or contain, a second factor (RFC 8176): several of different kinds, a one-time password, a key in
 * hardware, a smart card. A provider that only says `pwd` or nothing has asked for none.
 */
const METHODS: ReadonlySet<string> = new Set(["mfa", "otp", "hwk", "sc"]);

/** Classes of authentication that mean more than one factor: OpenID's, REFEDS's, and the plain word. */
const CLASSES: ReadonlySet<string> = new Set([
  "mfa",
  "phr",
  "phrh",
  "http://schemas.openid.net/pape/policies/2007/06/multi-factor",
  "https://refeds.org/profile/mfa",
]);

/** True when an ID token, whose signature was checked, says that a second factor was given. */
export function provesSecondFactor({ amr, acr }: Readonly<Record<string, unknown>>): boolean {
  const methods = Array.isArray(amr) ? amr : [];
  return methods.some((method) => METHODS.has(method)) || (typeof acr === "string" && CLASSES.has(acr));
}
