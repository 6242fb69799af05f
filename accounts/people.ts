import type { Registry } from "prom-client";
import type { Principal } from "../access/decide.ts";
import { createLoginGate, KNOWN_FOR_MS, type LoginGate } from "../access/login-gate.ts";
import type { Logger } from "../base/log.ts";
import { type RepeatedWork, repeat, warnOfFailures } from "../base/periodic.ts";
import { deleteOldKnownNetworks, deleteOldSessions, listKnownNetworks } from "../store/access/index.ts";
import type { Pool } from "../store/database/index.ts";
import { type Accounts, createAccounts } from "./account.ts";
import { createFailedSignIns } from "./failed-sign-ins.ts";
import type { KnownPrincipals } from "./known-principals.ts";
import { type CountLogin, createLoginCounter } from "./login-metrics.ts";
import { createIdentityProvider, type IdentityProvider, type ProviderSettings } from "./oidc.ts";
import { createPairing, type Pair } from "./pairing.ts";
import { type PasswordHasher, passwordHasher } from "./password-hash.ts";
import {
  createSecondFactors,
  NO_SECOND_FACTOR,
  type SecondFactorRules,
  type SecondFactors,
} from "./second-factor.ts";
import { createSessions, type Sessions } from "./sessions.ts";
import { createSignIn, type SignIn } from "./sign-in.ts";

export interface PeopleOptions {
  readonly pool: Pool;
  readonly directory: Pick<
    KnownPrincipals,
    "findPrincipal" | "listPrincipals" | "refresh" | "lookForChanges"
  >;
  readonly log: Logger;
  readonly registry: Registry;
  /** How long a session lasts after the sign-in, and after it was last used, in milliseconds. */
  readonly sessionMaxAgeMs: number;
  readonly sessionMaxIdleMs: number;
  /** For how long this process may not see what another one changed of a session; `FRESH_MS` by default. */
  readonly sessionFreshMs?: number | undefined;
  /** Called when sessions of a person have ended. Open streams of their other sessions come back by themselves. */
  readonly onSessionsEnded?: (principalId: string) => void;
  /** Undefined: people sign in with passwords alone. */
  readonly provider?: ProviderSettings | undefined;
  /** Where a second factor is needed besides the sign-in; absent: nowhere. */
  readonly secondFactor?: SecondFactorRules;
  readonly gate?: LoginGate;
  readonly hasher?: PasswordHasher;
  readonly now?: () => number;
}

/** The services for people who sign in. */
export interface People {
  readonly gate: LoginGate;
  readonly sessions: Sessions;
  readonly signIn: SignIn;
  /** How a browser becomes a display. */
  readonly pair: Pair;
  readonly accounts: Accounts;
  readonly secondFactors: SecondFactors;
  /** Every person who may act now. */
  everybody(): readonly Principal[];
  readonly provider: IdentityProvider | undefined;
  readonly countLogin: CountLogin;
  /** One turn of housekeeping: learns where people sign in from, and removes old sessions. */
  tidy(): Promise<void>;
  /** Tidies now, and from then on every ten minutes. */
  begin(): Promise<void>;
  close(): Promise<void>;
}

export const TIDY_MS = 10 * 60_000;

/** How long a session that is over stays in the database, from its beginning, in milliseconds. */
const OLD_SESSION_MS = 30 * 24 * 3600 * 1000;

/** Networks noted by other processes are looked for this much further back, for clocks that differ. */
const OVERLAP_MS = 3_600_000;

/** Puts the services together. Nothing runs by itself until `begin`. */
export function createPeople(options: PeopleOptions): People {
  const { pool, directory, log, now = Date.now, hasher = passwordHasher } = options;
  const { sessionMaxAgeMs: maxAgeMs, sessionMaxIdleMs: maxIdleMs } = options;
  const gate = options.gate ?? createLoginGate({ now });
  const countLogin = createLoginCounter(options.registry);
  const failedSignIns = createFailedSignIns({ pool, log, now });
  const sessions = createSessions({
    pool,
    maxAgeMs,
    maxIdleMs,
    freshMs: options.sessionFreshMs,
    onEnded: options.onSessionsEnded,
    now,
  });
  const signIn = createSignIn({
    pool,
    gate,
    hasher,
    directory,
    sessions,
    log,
    countLogin,
    failedSignIns,
    now,
  });
  const pair = createPairing({ pool, gate, directory, sessions, failedSignIns, countLogin, now });
  const rules = options.secondFactor ?? NO_SECOND_FACTOR;
  const secondFactors = createSecondFactors({ pool, gate, rules, now });
  const accounts = createAccounts({ pool, gate, hasher, sessions, now });
  const provider =
    options.provider &&
    createIdentityProvider({ ...options.provider, pool, directory, signIn, log, countLogin, failedSignIns });
  let tidying: RepeatedWork | undefined;

  let knownUntil = 0;

  async function tidy(): Promise<void> {
    await failedSignIns.flush();
    const at = now();
    const unknownBefore = at - KNOWN_FOR_MS;
    // Includes the notes of other processes since the last turn.
    const since = new Date(Math.max(unknownBefore, knownUntil - OVERLAP_MS));
    for (const known of await listKnownNetworks(pool, since)) {
      gate.remember(known.network, known.principalId, known.at.getTime());
    }
    knownUntil = at;
    await deleteOldKnownNetworks(pool, new Date(unknownBefore));
    await deleteOldSessions(pool, new Date(at - OLD_SESSION_MS), new Date(at));
  }

  return {
    gate,
    sessions,
    signIn,
    pair,
    accounts,
    secondFactors,
    everybody: () => [...directory.listPrincipals()].filter(({ type }) => type === "person"),
    provider,
    countLogin,
    tidy,
    async begin() {
      await tidy();
      tidying = repeat(tidy, TIDY_MS, {
        onFailure: warnOfFailures(log, "old sessions were not removed; the next turn tries again"),
      });
    },
    async close() {
      await tidying?.stop();
      await failedSignIns.flush();
    },
  };
}
