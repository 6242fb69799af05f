import { setTimeout as sleep } from "node:timers/promises";
import type { Principal } from "../access/decide.ts";
import { MAX_KNOWN_NETWORKS } from "../access/login-gate.ts";
import { type ErrorCode, PlatformError } from "../base/errors.ts";
import type { Logger } from "../base/log.ts";
import { networkOf } from "../base/networks.ts";
import {
  lockPassword,
  type PasswordRecord,
  type SessionType,
  saveKnownNetwork,
  takeTotpStep,
} from "../store/access/index.ts";
import { appendAudit } from "../store/audit/index.ts";
import { withTransaction } from "../store/database/index.ts";
import type { FailedSignIns } from "./failed-sign-ins.ts";
import type { KnownPrincipals } from "./known-principals.ts";
import type { CountLogin, LoginVia } from "./login-metrics.ts";
import { assertMayTry, type PasswordCheckOptions, verifyPassword } from "./password-check.ts";
import type { HashingTurn } from "./password-hash.ts";
import { createReplacedSessions } from "./replaced-session.ts";
import type { OpenedSession, Sessions } from "./sessions.ts";
import { totpStepOf } from "./totp.ts";
import type { Visitor } from "./visitor.ts";

export interface SignedIn extends OpenedSession {
  readonly person: Principal;
}

export interface SignInOptions extends PasswordCheckOptions {
  readonly directory: Pick<KnownPrincipals, "findPrincipal" | "lookForChanges">;
  readonly sessions: Sessions;
  readonly log: Logger;
  readonly countLogin?: CountLogin | undefined;
  readonly failedSignIns?: Pick<FailedSignIns, "record"> | undefined;
  readonly now?: () => number;
}

export interface PasswordSignIn {
  readonly username: string;
  readonly password: string;
  readonly code?: string | undefined;
  readonly type: SessionType;
}

export interface SignIn {
  /**
   * Opens a session for the right name, password and, where a second factor is set up, code.
   * @throws PlatformError `sign_in_failed`, the same whatever was wrong; `code_required` when only the code is missing;
   * `too_many_attempts`; `sign_in_busy`
   */
  withPassword(credentials: PasswordSignIn, visitor: Visitor): Promise<SignedIn>;
  /** Opens a session for a person whose identity was proved in another way. */
  open(person: Principal, type: SessionType, proof: Proof, visitor: Visitor): Promise<SignedIn>;
}

/** The proof of a person's identity. */
export interface Proof {
  readonly via: LoginVia;
  readonly secondFactor: boolean;
}

interface Identified {
  readonly person: Principal;
  readonly record: PasswordRecord;
}

/** Signs people in. */
export function createSignIn(options: SignInOptions): SignIn {
  const { pool, gate, directory, sessions, log, countLogin, failedSignIns, now = Date.now } = options;
  const replaced = createReplacedSessions(options);

  async function open(
    person: Principal,
    type: SessionType,
    { via, secondFactor }: Proof,
    visitor: Visitor,
    record?: PasswordRecord,
  ): Promise<SignedIn> {
    const { address, userAgent, requestId, callerRequestId = null } = visitor;
    const { id, name, tenantId } = person;
    const found = await replaced.find(type, visitor);
    // One's own stands in one's list of sessions, and other tabs are just changing over to the new one.
    const former = found?.principalId === id ? undefined : found;
    const opened = await withTransaction(pool, async (tx) => {
      // A change of the password ends all sessions, and after the removal of the second factor none counts as opened
      // with it: no session may slip in behind such a change with the former credentials.
      if (record && !(await lockPassword(tx, record))) {
        throw new PlatformError("sign_in_failed");
      }
      if (former) await replaced.end(tx, former, id, visitor);
      const given = { principalId: id, type, address, userAgent: userAgent ?? null, secondFactor };
      const made = await sessions.open(tx, given);
      const network = networkOf(address);
      await saveKnownNetwork(tx, { principalId: id, network, at: new Date(now()) }, MAX_KNOWN_NETWORKS);
      await appendAudit(tx, {
        actor: { type: "person", id, name, tenantId, address, requestId, callerRequestId },
        action: "session.open",
        object: { type: "session", id: String(made.session.sessionNo) },
        after: { type, via, secondFactor, expiresAt: made.session.expiresAt },
      });
      return made;
    });
    if (former) sessions.forget(former.principalId);
    if (!record) gate.remember(address, id, now());
    else gate.succeeded(address, id);
    countLogin?.("ok", via);
    return { ...opened, person };
  }

  /** The person and how they sign in, when everything is right; undefined when anything is wrong. */
  async function identify(
    { username, password, code }: PasswordSignIn,
    turn: HashingTurn,
  ): Promise<Identified | undefined> {
    const record = await verifyPassword(options, username, password, turn);
    // Another process may have set this password a moment ago: the wait after the reset holds in this process too, from
    // the first step.
    if (record) await directory.lookForChanges();
    const person = directory.findPrincipal(username);
    if (!record || person?.type !== "person") return undefined;
    const { totpSecret } = record;
    const identified = { person, record };
    if (totpSecret === null) return identified;
    if (code === undefined) throw new PlatformError("code_required");
    const step = totpStepOf(totpSecret, code, now());
    if (step === undefined) return undefined;
    return (await takeTotpStep(pool, username, totpSecret, step)) ? identified : undefined;
  }

  return {
    open,
    async withPassword(credentials, visitor) {
      const { username, type } = credentials;
      const { address, requestId } = visitor;
      const answer = gate.check(address, username);
      const failed = (code: ErrorCode) => {
        const found = directory.findPrincipal(username);
        const person = found?.type === "person" ? found : undefined;
        failedSignIns?.record({ person, via: "password", code }, visitor);
      };
      if (!answer.allowed) {
        countLogin?.("refused", "password");
        failed("too_many_attempts");
      }
      assertMayTry(answer);
      const identified = await identify(credentials, { first: answer.known }).catch((error: unknown) => {
        // A missing code or a database that is away: nothing was guessed.
        gate.released(address, username);
        throw error;
      });
      if (identified) {
        const { person, record } = identified;
        const secondFactor = record.totpSecret !== null;
        return open(person, type, { via: "password", secondFactor }, visitor, record);
      }
      gate.failed(address, username);
      countLogin?.("failed", "password");
      failed("sign_in_failed");
      // People type passwords into the wrong field: only names that exist are logged.
      const known = directory.findPrincipal(username)?.id;
      log.info({ principalId: known ?? null, address, requestId }, "a sign-in failed");
      await sleep(gate.delayFor(address, username), undefined, { ref: false });
      throw new PlatformError("sign_in_failed");
    },
  };
}
