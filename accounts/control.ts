import { setTimeout as sleep } from "node:timers/promises";
import { type AccessControl, authenticateApiKey, bearerToken, type Credentials } from "../access/control.ts";
import { decide, type Principal } from "../access/decide.ts";
import type { LoginGate } from "../access/login-gate.ts";
import { assertNotForged } from "./csrf.ts";
import type { KnownPrincipals } from "./known-principals.ts";
import type { CountLogin } from "./login-metrics.ts";
import { SESSION_PREFIX, type Sessions } from "./sessions.ts";

/** At most so many answers are held at once; further ones leave at once, since random keys cannot be guessed anyway. */
const MAX_HELD = 1_000;

export interface AccessControlOptions {
  /** SHA-256 of the administrator's key. */
  readonly adminKeyHash: Uint8Array;
  readonly directory: Pick<KnownPrincipals, "findByKey" | "findPrincipal">;
  readonly sessions: Pick<Sessions, "find">;
  readonly gate: Pick<LoginGate, "failed" | "delayFor">;
  readonly countLogin?: CountLogin;
}

/**
 * Identifies the caller: the holder of the administrator's key, an application by its key, or a person or a display by a
 * session. All of these have 256 random bits, so the right one is let in whatever failed before; the answer to a wrong
 * one is held.
 */
export function createAccessControl(options: AccessControlOptions): AccessControl {
  const { adminKeyHash, directory, sessions, gate, countLogin } = options;
  let held = 0;

  async function refuse(address: string, via: "key" | "session"): Promise<undefined> {
    countLogin?.("failed", via);
    gate.failed(address);
    const delay = gate.delayFor(address);
    if (delay === 0 || held >= MAX_HELD) return undefined;
    held++;
    // Does not keep the process alive.
    await sleep(delay, undefined, { ref: false });
    held--;
    return undefined;
  }

  async function bySession(
    token: string,
    type: "cookie" | "bearer",
    credentials: Credentials,
  ): Promise<Principal | undefined> {
    const session = await sessions.find(token, type, credentials.isUnattended !== true);
    const caller = session && directory.findPrincipal(session.principalId);
    if (!caller || caller.type === "application") return refuse(credentials.address, "session");
    if (type === "cookie") assertNotForged(credentials, token);
    return caller;
  }

  return {
    authenticate(credentials) {
      const { authorization, cookie, address } = credentials;
      if (authorization === undefined) {
        return cookie === undefined ? undefined : bySession(cookie, "cookie", credentials);
      }
      const token = bearerToken(authorization);
      if (token?.startsWith(SESSION_PREFIX)) return bySession(token, "bearer", credentials);
      const known = token === undefined ? undefined : directory.findByKey(token);
      return known ?? authenticateApiKey(authorization, adminKeyHash) ?? refuse(address, "key");
    },
    decide,
  };
}
