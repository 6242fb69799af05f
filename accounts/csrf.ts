import { createHmac, timingSafeEqual } from "node:crypto";
import type { Credentials } from "../access/control.ts";
import { PlatformError } from "../base/errors.ts";

/** Methods that change nothing. Other sites may make a browser send them. */
const SAFE = new Set(["GET", "HEAD", "OPTIONS"]);

/**
 * The token that the page has to send along as `X-CSRF-Token`. The session's secret is in a cookie that no script
 * reads; the token is derived from it, one way, so nothing more has to be kept.
 */
export function csrfTokenOf(sessionToken: string): string {
  return createHmac("sha256", sessionToken).update("csrf").digest("base64url");
}

function sameText(given: string, expected: string): boolean {
  const a = Buffer.from(given);
  const b = Buffer.from(expected);
  return a.length === b.length && timingSafeEqual(a, b);
}

/**
 * Checks that a browser says that the request comes from our own page. Browsers of the last years send at least one of
 * the two headers with every request that changes something; other programs send none.
 * @throws PlatformError `csrf_refused`
 */
export function assertSameOrigin({ origin, fetchSite, ownOrigin }: Credentials): void {
  const foreign =
    (fetchSite !== undefined && fetchSite !== "same-origin") ||
    (origin !== undefined && (ownOrigin === undefined || origin !== ownOrigin));
  if (foreign) throw new PlatformError("csrf_refused", "The request comes from another site");
}

/**
 * @throws PlatformError `csrf_refused` unless a request by session cookie that changes something comes from our page
 */
export function assertNotForged(credentials: Credentials, sessionToken: string): void {
  if (SAFE.has(credentials.method)) return;
  assertSameOrigin(credentials);
  const { csrfToken } = credentials;
  if (csrfToken === undefined || !sameText(csrfToken, csrfTokenOf(sessionToken))) {
    throw new PlatformError(
      "csrf_refused",
      "Expected the header 'X-CSRF-Token' with the token of this session (GET /v1/sessions/current has it)",
    );
  }
}
