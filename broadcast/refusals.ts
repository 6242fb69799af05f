import type { CallersStep } from "../access/steps.ts";
import { type ErrorClass, PlatformError } from "../errors.ts";
import { appendAuditAlone } from "../store/audit.ts";
import { createAuditBudget } from "../store/audit-budget.ts";
import type { BroadcastDeps, Caller } from "./service.ts";

/** By caller: whoever floods fills only their own share of the audit. */
const budget = createAuditBudget({ burst: 20, everyMs: 10_000 });

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
      const before = budget.take(`${actor.type} ${actor.id}`, performance.now());
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
