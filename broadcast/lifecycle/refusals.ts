import type { CallersStep } from "../../access/steps.ts";
import { type ErrorClass, PlatformError } from "../../base/errors.ts";
import { appendAuditAlone, createAuditBudget } from "../../store/audit/index.ts";
import type { Target } from "../message/index.ts";
import { boxesOf } from "../targets/index.ts";
import type { BroadcastCaller, BroadcastDeps } from "./operation.ts";

/** By caller: one that floods fills only its own share of the audit. */
const budget = createAuditBudget({ burst: 20, everyMs: 10_000 });

/** Errors that the caller has caused. Our own errors, and those that pass by themselves, are no refused attempts. */
const REFUSALS: ReadonlySet<ErrorClass> = new Set(["invalid_input", "forbidden", "not_found", "conflict"]);

/**
 * Takes a step, and writes its refusal into the audit as `broadcast.<step>.refused`, in a transaction of its own
 * because the step's was rolled back.
 */
export async function recordingRefusals<T>(
  { pool, log }: Pick<BroadcastDeps, "pool" | "log">,
  { actor }: Pick<BroadcastCaller, "actor">,
  id: string,
  step: CallersStep,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof PlatformError && REFUSALS.has(error.class))
      await record({ pool, log }, actor, id, step, error.message, { code: error.code });
    throw error;
  }
}

/**
 * Writes into the audit that a caller looked at a shape that means speakers of others. The answer is a no, as that of
 * the submission would be, and many of them would tell where these stand: so a caller who asks that often can be seen.
 */
export const recordLookBeyond = (
  deps: Pick<BroadcastDeps, "pool" | "log">,
  { actor }: Pick<BroadcastCaller, "actor">,
  target: Target,
): Promise<void> =>
  record(deps, actor, null, "preview", "The shapes hold speakers for which the caller may not do this", {
    code: "forbidden",
    boxes: boxesOf(target).slice(0, MOST_BOXES),
  });

/** The most boxes of those shapes that stand in the audit. */
const MOST_BOXES = 10;

async function record(
  { pool, log }: Pick<BroadcastDeps, "pool" | "log">,
  actor: BroadcastCaller["actor"],
  id: string | null,
  step: CallersStep | "preview",
  reason: string,
  after: Readonly<Record<string, unknown>>,
): Promise<void> {
  const before = budget.take(`${actor.type} ${actor.id}`, performance.now());
  if (before === undefined) return;
  await appendAuditAlone(pool, {
    actor,
    action: `broadcast.${step}.refused`,
    object: { type: "broadcast", id },
    reason,
    after: { ...after, ...(before > 0 ? { unrecordedBefore: before } : {}) },
  }).catch((cause: unknown) =>
    log.error({ err: cause, broadcast: id, step }, "a refused step could not be written to the audit"),
  );
}
