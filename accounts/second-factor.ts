import { type Principal, permits } from "../access/decide.ts";
import type { LoginGate } from "../access/login-gate.ts";
import type { Role } from "../access/roles.ts";
import { ACTION_OF_STEP, type DecidingStep } from "../access/steps.ts";
import { PlatformError } from "../base/errors.ts";
import { findPassword, type Session, takeTotpStep } from "../store/access/index.ts";
import type { Db, Pool } from "../store/database/index.ts";
import { assertMayTry } from "./password-check.ts";
import { totpStepOf } from "./totp.ts";

/** Where a second factor is needed, besides the sign-in of people who have set one up. */
export interface SecondFactorRules {
  /** People who take a step by one of these roles need a session that was opened with a second factor. */
  readonly requiredFor: ReadonlySet<Role>;
  /** These steps need a fresh code, from everybody. */
  readonly stepUp: ReadonlySet<DecidingStep>;
}

export const NO_SECOND_FACTOR: SecondFactorRules = { requiredFor: new Set(), stepUp: new Set() };

/** The person or application that takes a step, and their session. */
export interface StepTaker {
  readonly principal: Principal;
  /** Undefined for keys. */
  readonly session: Session | undefined;
  readonly address: string;
}

export interface SecondFactors {
  /** The reason why this caller's sign-in is not enough for the step; undefined when it is. */
  refusalOf(taker: StepTaker, step: DecidingStep): PlatformError | undefined;
  /** True when the step needs a fresh code. */
  asksForCode(step: DecidingStep): boolean;
  /** The reason why this caller cannot confirm a step with any code; undefined when they can. */
  cannotConfirm(taker: StepTaker): Promise<PlatformError | undefined>;
  /**
   * Takes the fresh code of a step, within the step's own transaction: when that is rolled back, the code still works.
   * @throws PlatformError `step_up_required` without one, `second_factor_wrong`, `too_many_attempts`
   */
  confirm(tx: Db, taker: StepTaker, code: string | undefined): Promise<void>;
}

/** For so long a sign-in through a provider counts as a fresh code, in milliseconds: people there have no code here. */
export const FRESH_SIGN_IN_MS = 5 * 60_000;

export interface SecondFactorOptions {
  readonly pool: Pool;
  readonly gate: Pick<LoginGate, "check" | "released">;
  readonly rules: SecondFactorRules;
  readonly now?: () => number;
}

export function createSecondFactors(options: SecondFactorOptions): SecondFactors {
  const { pool, gate, rules, now = Date.now } = options;

  /** The secret of this person's codes, or the reason why there is none; undefined when none is needed just now. */
  async function secretOf(
    db: Db,
    { principal, session }: StepTaker,
  ): Promise<string | PlatformError | undefined> {
    if (principal.type !== "person") {
      return new PlatformError("step_up_required", `A person confirms this step with a code: a key has none`);
    }
    const record = await findPassword(db, principal.id);
    if (record && record.totpSecret !== null) return record.totpSecret;
    if (record)
      return new PlatformError("step_up_required", "Set up a second factor first: POST /v1/me/totp");
    const isFresh = session?.secondFactor === true && now() - session.createdAt.getTime() < FRESH_SIGN_IN_MS;
    if (isFresh) return undefined;
    return new PlatformError(
      "step_up_required",
      "Sign in through the identity provider again, with a second factor: that counts for five minutes",
    );
  }

  return {
    refusalOf({ principal, session }, step) {
      if (principal.type !== "person" || session?.secondFactor === true) return undefined;
      const action = ACTION_OF_STEP[step];
      const role = principal.grants
        .filter((grant) => permits(grant, action))
        .flatMap((grant) => ("role" in grant ? grant.role : []))
        .find((each) => rules.requiredFor.has(each));
      if (role === undefined) return undefined;
      return new PlatformError(
        "second_factor_required",
        `This step as ${role} needs a session that was opened with a second factor: set one up (POST /v1/me/totp), and sign in again`,
      );
    },
    asksForCode: (step) => rules.stepUp.has(step),
    async cannotConfirm(taker) {
      const secret = await secretOf(pool, taker);
      return secret instanceof PlatformError ? secret : undefined;
    },
    async confirm(tx, taker, code) {
      const secret = await secretOf(tx, taker);
      if (secret === undefined) return;
      if (secret instanceof PlatformError) throw secret;
      if (code === undefined)
        throw new PlatformError(
          "step_up_required",
          "Expected the field 'code' in the body: the six digits that your authenticator app shows now",
        );
      const { principal, address } = taker;
      const within = { signedIn: true };
      assertMayTry(gate.check(address, principal.id, within));
      const step = totpStepOf(secret, code, now());
      let isRight: boolean;
      try {
        isRight = step !== undefined && (await takeTotpStep(tx, principal.id, secret, step));
      } catch (error) {
        gate.released(address, principal.id, within);
        throw error;
      }
      if (!isRight) throw new PlatformError("second_factor_wrong");
      gate.released(address, principal.id, within);
    },
  };
}
