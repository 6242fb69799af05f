import { PlatformError } from "../base/errors.ts";
import {
  confirmTotp,
  findPassword,
  findPendingTotp,
  getPrincipal,
  removeTotp,
  savePassword,
  savePendingTotp,
  takeTotpStep,
} from "../store/access/index.ts";
import { type AuditActor, appendAudit } from "../store/audit/index.ts";
import { type Client, withTransaction } from "../store/database/index.ts";
import type { Caller } from "./caller.ts";
import { noteCredentialChange } from "./held.ts";
import { assertMayTry, assertPassword, type PasswordCheckOptions } from "./password-check.ts";
import { checkPassword } from "./password-rules.ts";
import { lockManaged } from "./principals.ts";
import type { Sessions } from "./sessions.ts";
import { createTotpSecret, totpStepOf, totpUri } from "./totp.ts";

/** How long a second factor waits for its first code, in milliseconds. */
const CONFIRM_WITHIN_MS = 10 * 60_000;

/** A person who changes how they sign in. */
export interface AccountOwner {
  readonly id: string;
  readonly name: string;
}

export interface AccountsOptions extends PasswordCheckOptions {
  readonly sessions: Sessions;
  readonly now?: () => number;
}

export interface Accounts {
  /** Changes the person's own password and ends all sessions but the one in use. */
  changePassword(
    owner: AccountOwner,
    change: { readonly current: string; readonly next: string; readonly keepSessionNo: number | undefined },
    actor: AuditActor,
  ): Promise<void>;
  /**
   * Gives another person a password, the first or a new one, and ends all of their sessions. Over HTTP it may make
   * their decisions wait (`held.ts`), as `resetTotp` does.
   * @throws PlatformError `person_not_found`; `forbidden` for a person who may do more than the caller
   */
  resetPassword(caller: Caller, id: string, password: string): Promise<void>;
  /** Begins to set up a second factor. */
  startTotp(
    owner: AccountOwner,
    password: string,
    actor: AuditActor,
  ): Promise<{ readonly secret: string; readonly uri: string }>;
  /** Finishes it, with the first code of the authenticator app. */
  confirmTotp(owner: AccountOwner, code: string, actor: AuditActor): Promise<void>;
  /** Removes the person's own second factor. It takes a code, since the password and a session may both be stolen. */
  removeTotp(
    owner: AccountOwner,
    proof: { readonly password: string; readonly code: string },
    actor: AuditActor,
  ): Promise<void>;
  /** Removes the second factor of another person, who has lost it. @throws PlatformError like `resetPassword` */
  resetTotp(caller: Caller, id: string): Promise<void>;
  /**
   * Ends all sessions of another person, who signs in again as before. @returns how many
   * @throws PlatformError like `resetPassword`
   */
  endSessions(caller: Caller, id: string): Promise<number>;
}

/** Changes to how people sign in. Each change is in the audit; passwords and secrets are not. */
export function createAccounts(options: AccountsOptions): Accounts {
  const { pool, gate, hasher, sessions, now = Date.now } = options;
  const object = (owner: AccountOwner) => ({ type: "person", id: owner.id });
  const addressOf = (actor: AuditActor) => actor.address ?? "";

  async function removeFactor(tx: Client, id: string, actor: AuditActor, action: string): Promise<void> {
    if (!(await removeTotp(tx, id))) throw new PlatformError("totp_not_found");
    await appendAudit(tx, { actor, action, object: { type: "person", id } });
  }

  async function replacePassword(
    owner: AccountOwner,
    password: string,
    actor: AuditActor,
    action: string,
    { keepSessionNo, lock }: { keepSessionNo?: number | undefined; lock?: (tx: Client) => Promise<unknown> },
  ): Promise<void> {
    checkPassword(password, owner);
    const hash = await hasher.hash(password, { first: true });
    await withTransaction(pool, async (tx) => {
      await lock?.(tx);
      await savePassword(tx, owner.id, hash);
      const sessionsEnded = await sessions.endAll(tx, owner.id, keepSessionNo);
      await appendAudit(tx, { actor, action, object: object(owner), after: { sessionsEnded } });
    });
    sessions.forget(owner.id);
  }

  return {
    async changePassword(owner, { current, next, keepSessionNo }, actor) {
      await assertPassword(options, owner.id, current, addressOf(actor));
      await replacePassword(owner, next, actor, "password.change", { keepSessionNo });
    },
    async resetPassword(caller, id, password) {
      const owner = await getPrincipal(pool, "person", id, caller.limits);
      const lock = async (tx: Client) => {
        await lockManaged(tx, caller, "person", id);
        await noteCredentialChange(tx, caller, id, "password");
      };
      await replacePassword(owner, password, caller.actor, "password.reset", { lock });
    },

    async endSessions(caller, id) {
      const ended = await withTransaction(pool, async (tx) => {
        await lockManaged(tx, caller, "person", id);
        const sessionsEnded = await sessions.endAll(tx, id);
        const entry = { actor: caller.actor, action: "session.end-all", object: { type: "person", id } };
        await appendAudit(tx, { ...entry, after: { sessionsEnded } });
        return sessionsEnded;
      });
      sessions.forget(id);
      return ended;
    },

    async startTotp(owner, password, actor) {
      const { totpSecret } = await assertPassword(options, owner.id, password, addressOf(actor));
      if (totpSecret !== null) throw new PlatformError("totp_exists");
      const secret = createTotpSecret();
      const until = new Date(now() + CONFIRM_WITHIN_MS);
      if (!(await savePendingTotp(pool, owner.id, secret, until))) throw new PlatformError("totp_exists");
      return { secret, uri: totpUri(secret, owner.id) };
    },
    async confirmTotp(owner, code, actor) {
      if (!(await findPassword(pool, owner.id))) throw new PlatformError("no_password");
      const secret = await findPendingTotp(pool, owner.id, new Date(now()));
      if (secret === undefined) throw new PlatformError("totp_not_started");
      assertMayTry(gate.check(addressOf(actor), owner.id, { signedIn: true }));
      const step = totpStepOf(secret, code, now());
      if (step === undefined) throw new PlatformError("wrong_code");
      gate.released(addressOf(actor), owner.id, { signedIn: true });
      await withTransaction(pool, async (tx) => {
        if (!(await confirmTotp(tx, owner.id, secret, step))) throw new PlatformError("totp_not_started");
        await appendAudit(tx, { actor, action: "totp.enable", object: object(owner) });
      });
    },
    async removeTotp(owner, { password, code }, actor) {
      const { totpSecret } = await assertPassword(options, owner.id, password, addressOf(actor));
      if (totpSecret === null) throw new PlatformError("totp_not_found");
      const attempt = [addressOf(actor), owner.id, { signedIn: true }] as const;
      assertMayTry(gate.check(...attempt));
      const step = totpStepOf(totpSecret, code, now());
      if (step === undefined) throw new PlatformError("wrong_code");
      let isRight: boolean;
      try {
        isRight = await withTransaction(pool, async (tx) => {
          if (!(await takeTotpStep(tx, owner.id, totpSecret, step))) return false;
          await removeFactor(tx, owner.id, actor, "totp.disable");
          return true;
        });
      } catch (error) {
        gate.released(...attempt);
        throw error;
      }
      if (!isRight) throw new PlatformError("wrong_code");
      gate.released(...attempt);
      sessions.forget(owner.id);
    },
    async resetTotp(caller, id) {
      await withTransaction(pool, async (tx) => {
        await lockManaged(tx, caller, "person", id);
        await noteCredentialChange(tx, caller, id, "second_factor");
        await removeFactor(tx, id, caller.actor, "totp.reset");
      });
      sessions.forget(id);
    },
  };
}
