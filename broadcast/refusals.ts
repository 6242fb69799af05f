import { type ErrorClass, PlatformError } from "../errors.ts";
import { appendAuditAlone } from "../store/audit.ts";
import type { CallersStep } from "./may-step.ts";
import type { BroadcastDeps, Caller } from "./service.ts";

/** So many refusals of one caller are recorded one by one … */
const BURST = 20;
/** … and then one in so many milliseconds, which says how many there were beside it. */
const EVERY_MS = 10_000;
const MAX_CALLERS = 10_000;

interface Budget {
  /** How many of the burst are used, at `at`; it falls by one each `EVERY_MS`. */
  used: number;
  at: number;
  /** Refusals since the last row that have none. */
  left: number;
}

/** By caller, the one longest quiet first: whoever floods fills only their own share of the audit. */
const budgets = new Map<string, Budget>();

/** @returns how many refusals went unrecorded before this one; undefined: this one goes unrecorded as well */
function mayRecord(key: string, now: number): number | undefined {
  const budget = budgets.get(key) ?? { used: 0, at: now, left: 0 };
  budgets.delete(key);
  budgets.set(key, budget);
  if (budgets.size > MAX_CALLERS) budgets.delete(budgets.keys().next().value!);
  budget.used = Math.max(0, budget.used - (now - budget.at) / EVERY_MS);
  budget.at = now;
  if (budget.used > BURST - 1) {
    budget.left++;
    return undefined;
  }
  budget.used++;
  const { left } = budget;
  budget.left = 0;
  return left;
}

/** What is the caller's doing. What is ours, or passes by itself, is no attempt that was refused. */
const REFUSALS: ReadonlySet<ErrorClass> = new Set(["invalid_input", "forbidden", "not_found", "conflict"]);

/**
 * Does a step, and puts its refusal into the audit as `broadcast.<step>.refused`, by itself because the step's own
 * transaction was taken back.
 */
export async function recordingRefusals<T>(
  { pool, log }: Pick<BroadcastDeps, "pool" | "log">,
  { actor }: Pick<Caller, "actor">,
  id: string,
  step: CallersStep,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof PlatformError && REFUSALS.has(error.class)) {
      const before = mayRecord(`${actor.type} ${actor.id}`, performance.now());
      if (before !== undefined) {
        await appendAuditAlone(pool, {
          actor,
          action: `broadcast.${step}.refused`,
          object: { type: "broadcast", id },
          reason: error.message,
          after: { code: error.code, ...(before > 0 ? { unrecordedBefore: before } : {}) },
        }).catch((cause: unknown) =>
          log.error({ err: cause, broadcast: id, step }, "a refused step could not be put into the audit"),
        );
      }
    }
    throw error;
  }
}
