import type { FastifyRequest } from "fastify";
import type { z } from "zod";
import { decide } from "../../access/decide.ts";
import { ACTION_OF_STEP, CALLERS_STEPS, type CallersStep, type DecidingStep } from "../../access/steps.ts";
import type { People } from "../../accounts/people.ts";
import type { StepTaker } from "../../accounts/second-factor.ts";
import { type ErrorCode, PlatformError } from "../../base/errors.ts";
import { draftOf } from "../../broadcast/drafting/index.ts";
import { assertMayStep, type BroadcastCaller, type BroadcastDeps } from "../../broadcast/lifecycle/index.ts";
import { askAim } from "../../broadcast/targets/index.ts";
import type { Broadcast } from "../../store/broadcast/index.ts";
import type { Client } from "../../store/database/index.ts";
import { grantOf } from "../guard.ts";
import { currentSession } from "../sessions/present.ts";
import type { mayStepsSchema } from "./deciding-schema.ts";
import { broadcastCallerOf } from "./present.ts";

/** The services of people that steps need: how the caller has signed in, and their second factor. */
export type StepPeople = Pick<People, "sessions" | "secondFactors">;

/** The person or application that takes a step, and how they are signed in. */
async function stepTakerOf(request: FastifyRequest, { sessions }: StepPeople): Promise<StepTaker> {
  const found = await currentSession(request, sessions);
  return { principal: grantOf(request).principal, session: found?.session, address: request.ip };
}

/**
 * Checks what the sign-in of a caller must show for a step, and refuses before it tells anything of the broadcast. A
 * code, where the step needs one, is checked in the step's own transaction.
 * @throws PlatformError `second_factor_required`
 */
export async function secondFactorFor(
  request: FastifyRequest,
  people: StepPeople,
  step: DecidingStep,
  code: string | undefined,
): Promise<((tx: Client) => Promise<void>) | undefined> {
  const taker = await stepTakerOf(request, people);
  const refusal = people.secondFactors.refusalOf(taker, step);
  if (refusal) throw refusal;
  if (!people.secondFactors.asksForCode(step)) return undefined;
  return (tx) => people.secondFactors.confirm(tx, taker, code);
}

/**
 * The area in which the caller may cancel by another way than the step, with which no code comes, such as an alert. It
 * is empty when the step would ask for more than this sign-in.
 */
export async function cancelsUnasked(
  request: FastifyRequest,
  people: StepPeople,
  { cancels }: Pick<BroadcastCaller, "cancels">,
): Promise<BroadcastCaller["cancels"]> {
  const { secondFactors } = people;
  if (secondFactors.asksForCode("cancel")) return [];
  return secondFactors.refusalOf(await stepTakerOf(request, people), "cancel") ? [] : cancels;
}

/** Stands for a reason that the caller has not given yet. */
const SOME_REASON = "-";

/**
 * The steps that this caller may take now, and the reasons against the others, from the same code as the steps
 * themselves.
 */
export async function mayStepsOf(
  request: FastifyRequest,
  deps: BroadcastDeps,
  people: StepPeople,
  broadcast: Broadcast,
): Promise<z.output<typeof mayStepsSchema>> {
  const taker = await stepTakerOf(request, people);
  const caller = broadcastCallerOf(request);
  const now = deps.now();
  const aim = askAim(deps.pool, draftOf(broadcast).target);

  async function refusalOf(action: CallersStep): Promise<{ code: ErrorCode; message: string } | undefined> {
    const decision = decide(taker.principal, ACTION_OF_STEP[action]);
    if (!decision.allowed) return { code: "forbidden", message: decision.reason };
    const limited: BroadcastCaller = { ...caller, limits: decision.limits };
    if (action !== "change") {
      const refusal = people.secondFactors.refusalOf(taker, action);
      if (refusal) return refusal;
    }
    try {
      const asked = { now, reason: SOME_REASON };
      await assertMayStep(deps.pool, deps, broadcast, action, limited, asked, aim);
    } catch (error) {
      if (error instanceof PlatformError) return error;
      throw error;
    }
    return needsCode(action) ? people.secondFactors.cannotConfirm(taker) : undefined;
  }

  const needsCode = (action: CallersStep) => action !== "change" && people.secondFactors.asksForCode(action);

  const steps: z.output<typeof mayStepsSchema> = [];
  for (const action of CALLERS_STEPS) {
    const refusal = await refusalOf(action);
    steps.push({
      action,
      allowed: refusal === undefined,
      code: refusal?.code ?? null,
      detail: refusal?.message ?? null,
      needsCode: needsCode(action),
    });
  }
  return steps;
}
