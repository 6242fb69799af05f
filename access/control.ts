import { ADMINISTRATOR, type Decision, type Principal } from "./decide.ts";
import type { Action } from "./roles.ts";
import { tokenMatches } from "./tokens.ts";

/**
 * The parts of a request that identify the caller and show whether a browser was tricked into it. Header values as they
 * came.
 */
export interface Credentials {
  readonly authorization: string | undefined;
  /** The session cookie's value. A request with an `Authorization` is judged by that alone. */
  readonly cookie?: string | undefined;
  /** The token that the page read from the answer that signed it in. */
  readonly csrfToken?: string | undefined;
  readonly method: string;
  readonly origin?: string | undefined;
  /** `Sec-Fetch-Site`. */
  readonly fetchSite?: string | undefined;
  /** The origin to which this request was sent, e.g. `https://iot.example.cn`. */
  readonly ownOrigin?: string | undefined;
  /** The caller's address. */
  readonly address: string;
  /** A page asks by itself, before which nobody sits: that is no use of a session. */
  readonly isUnattended?: boolean;
}

/** The two questions of the API: who is this caller, and may they do that? */
export interface AccessControl {
  /**
   * The caller that a request names, or undefined when it names none. It answers at once for callers in memory, such as
   * API keys; it looks up a person's session, and may hold the answer to wrong credentials for a while.
   * @throws PlatformError `csrf_refused` for a session cookie that another site may have sent along
   */
  authenticate(credentials: Credentials): Principal | undefined | Promise<Principal | undefined>;
  decide(principal: Principal, action: Action): Decision;
}

/** The longest header that is worth hashing; a key has 43 characters. */
const MAX_HEADER_LENGTH = 1024;

/** The token of `Bearer <token>`; undefined for any other header. */
export function bearerToken(authorization: string | undefined): string | undefined {
  if (authorization === undefined || authorization.length > MAX_HEADER_LENGTH) return undefined;
  const [scheme = "", token = "", ...more] = authorization.trim().split(/ +/);
  return scheme.toLowerCase() === "bearer" && token !== "" && more.length === 0 ? token : undefined;
}

/**
 * The administrator, when `authorization` is `Bearer <key>` with the key whose SHA-256 is `adminKeyHash`. The
 * comparison takes the same time wherever the keys differ.
 */
export function authenticateApiKey(
  authorization: string | undefined,
  adminKeyHash: Uint8Array,
): Principal | undefined {
  const key = bearerToken(authorization);
  return key !== undefined && tokenMatches(key, adminKeyHash) ? ADMINISTRATOR : undefined;
}
