import { setTimeout as sleep } from "node:timers/promises";
import type { LoginGate } from "../access/login-gate.ts";
import { hashPairingCode } from "../access/pairing-codes.ts";
import { type ErrorCode, PlatformError } from "../base/errors.ts";
import { networkOf } from "../base/networks.ts";
import { getDisplay, type Session, type StoredDisplay, takePairingCode } from "../store/access/index.ts";
import { appendAudit } from "../store/audit/index.ts";
import { type Pool, withTransaction } from "../store/database/index.ts";
import type { FailedSignIns } from "./failed-sign-ins.ts";
import type { KnownPrincipals } from "./known-principals.ts";
import type { CountLogin } from "./login-metrics.ts";
import { assertMayTry } from "./password-check.ts";
import { createReplacedSessions } from "./replaced-session.ts";
import type { OpenedSession, Sessions } from "./sessions.ts";
import type { Visitor } from "./visitor.ts";

/** How long a browser stays a display, in milliseconds. */
const PAIRED_MS = 90 * 24 * 3_600_000;

/** A browser that has just become a display. */
export interface PairedDisplay extends OpenedSession {
  readonly display: StoredDisplay;
}

export interface PairingOptions {
  readonly pool: Pool;
  readonly gate: Pick<LoginGate, "check" | "failed" | "released" | "delayFor">;
  readonly directory: Pick<KnownPrincipals, "findPrincipal" | "lookForChanges">;
  readonly sessions: Pick<Sessions, "find" | "open" | "end" | "endAll" | "forget">;
  readonly failedSignIns: Pick<FailedSignIns, "record">;
  readonly countLogin: CountLogin;
  readonly now: () => number;
}

/**
 * Makes a browser the display of a code, and ends the one that was it before, as well as the session of whoever was
 * signed in at this browser.
 */
export type Pair = (code: string, visitor: Visitor) => Promise<PairedDisplay>;

/** @returns a function that throws PlatformError `pairing_failed`, whatever was wrong, or `too_many_attempts` */
export function createPairing(options: PairingOptions): Pair {
  const { pool, gate, directory, sessions, failedSignIns, countLogin, now } = options;

  const replacedSessions = createReplacedSessions(options);

  const pairBy = (hash: Buffer, visitor: Visitor, replaced: Session | undefined) =>
    withTransaction(pool, async (tx): Promise<PairedDisplay | undefined> => {
      const { address, userAgent, requestId, callerRequestId = null } = visitor;
      const id = await takePairingCode(tx, hash, new Date(now()));
      if (id === undefined) return undefined;
      await sessions.endAll(tx, id);
      if (replaced) await replacedSessions.end(tx, replaced, id, visitor);
      const given = { principalId: id, type: "cookie", address, userAgent: userAgent ?? null } as const;
      const opened = await sessions.open(tx, { ...given, secondFactor: false, lastsMs: PAIRED_MS });
      const display = await getDisplay(tx, id);
      const { name, tenantId } = display;
      await appendAudit(tx, {
        actor: { type: "display", id, name, tenantId, address, requestId, callerRequestId },
        action: "display.pair",
        object: { type: "display", id },
        after: { session: String(opened.session.sessionNo), expiresAt: opened.session.expiresAt },
      });
      return { ...opened, display };
    });

  return async (code, visitor) => {
    const { address } = visitor;
    // A name that no person can have. Each network has its own, so that no stranger's guesses keep a wall dark.
    const guesser = `display ${networkOf(address)}`;
    const failed = (result: "failed" | "refused", why: ErrorCode) => {
      countLogin(result, "pairing");
      failedSignIns.record({ person: undefined, via: "pairing", code: why }, visitor);
    };
    const answer = gate.check(address, guesser);
    if (!answer.allowed) failed("refused", "too_many_attempts");
    assertMayTry(answer);
    const hash = hashPairingCode(code);
    const replaced = await replacedSessions.find("cookie", visitor);
    const paired = await (hash &&
      pairBy(hash, visitor, replaced).catch((error: unknown) => {
        gate.released(address, guesser);
        throw error;
      }));
    if (!paired) {
      gate.failed(address, guesser);
      failed("failed", "pairing_failed");
      await sleep(gate.delayFor(address, guesser), undefined, { ref: false });
      throw new PlatformError("pairing_failed");
    }
    gate.released(address, guesser);
    countLogin("ok", "pairing");
    sessions.forget(paired.display.id);
    if (replaced && replaced.principalId !== paired.display.id) sessions.forget(replaced.principalId);
    // Another process may have set it up a moment ago, and the page goes on at once.
    await directory.lookForChanges();
    return paired;
  };
}
