import { ADMINISTRATOR, type Decision, type Principal } from "./decide.ts";
import type { Action } from "./roles.ts";
import { tokenMatches } from "./tokens.ts";

/** What of a request says who calls, and whether a browser was tricked into it. Header values as they came. */
export interface Credentials {
  readonly authorization: string | undefined;
  /** The session cookie's value. A request with an `Authorization` is judged by that alone. */
  readonly cookie?: string | undefined;
  /** What the page read from the answer that signed it in. */
  readonly csrfToken?: string | undefined;
  readonly method: string;
  readonly origin?: string | undefined;
  /** `Sec-Fetch-Site`. */
  readonly fetchSite?: string | undefined;
  /** The origin that this request was sent to, e.g. `https://iot.example.cn`. */
  readonly ownOrigin?: string | undefined;
  /** The caller's address. */
  readonly address: string;
}

/** What the API asks: who is this, and may they do that. */
export interface AccessControl {
  /**
   * The caller that a request names, or undefined when it names nobody. At once where it is known in memory, as an
   * API key is; a person's session is looked up, and the answer to wrong credentials may be held for a while.
   * @throws PlatformError `csrf_refused` for a session cookie that another site may have sent along
   */
  authenticate(credentials: Credentials): Principal | undefined | Promise<Principal | undefined>;
  decide(principal: Principal, action: Action): Decision;
}

/** The longest header that is worth hashing; a key has 43 characters. */
const MAX_HEADER_LENGTH = 1024;

/** The token of `Bearer <token>`, or undefined where the header is something else. */
export function bearerToken(authorization: string | undefined): string | undefined {
  if (authorization === undefined || authorization.length > MAX_HEADER_LENGTH) return undefined;
  const [scheme = "", token = "", ...more] = authorization.trim().split(/ +/);
  return scheme.toLowerCase() === "bearer" && token !== "" && more.length === 0 ? token : undefined;
}

/**
 * The administrator, when `authorization` is `Bearer <key>` with the key whose SHA-256 is `adminKeyHash`.
 * The comparison takes the same time wherever the keys differ.
 */
export function authenticateApiKey(
  authorization: string | undefined,
  adminKeyHash: Uint8Array,
): Principal | undefined {
  const key = bearerToken(authorization);
  return key !== undefined && tokenMatches(key, adminKeyHash) ? ADMINISTRATOR : undefined;
}
