import { PlatformError } from "../../base/errors.ts";
import type { AuditActor, AuditEntry } from "../../store/audit/index.ts";
import { type Broadcast, insertHistory, type Move, moveBroadcast } from "../../store/broadcast/index.ts";
import type { Client } from "../../store/database/index.ts";
import { tellNews } from "../../store/processes/index.ts";
import { warningsOf } from "../drafting/index.ts";
import type { Level } from "../message/index.ts";
import { decideStep, type LifecycleAction } from "./lifecycle.ts";
import { orderNews } from "./step-news.ts";

export interface StepOptions {
  readonly actor: AuditActor;
  readonly now: Date;
  readonly reason?: string | undefined;
  readonly acknowledgeSuperseded?: boolean | undefined;
  /** For the history. */
  readonly details?: Readonly<Record<string, unknown>>;
  /** Changes besides the state. */
  readonly move?: Omit<Move, "state">;
}

const DECISIONS: ReadonlySet<LifecycleAction> = new Set(["submit", "approve", "release"]);

/**
 * Takes a broadcast one step on: asks the lifecycle, changes the state, adds the history. The caller holds the
 * broadcast's lock, and appends the returned audit row at the end of its transaction.
 * @throws PlatformError with the lifecycle's code when the step is refused
 * @returns the broadcast as it is now, and the audit row
 */
export async function takeStep(
  tx: Client,
  broadcast: Broadcast,
  action: LifecycleAction,
  { actor, now, reason, acknowledgeSuperseded, details: given, move }: StepOptions,
): Promise<{ broadcast: Broadcast; audit: AuditEntry }> {
  const facts = { ...broadcast, level: broadcast.level as Level };
  const step = decideStep(facts, action, actor, { now, reason, acknowledgeSuperseded });
  if (!step.allowed) throw new PlatformError(step.code, step.message);
  const knows = acknowledgeSuperseded === true && broadcast.supersededBy !== null;
  // The warnings that the deciding person saw stay on record.
  const warnings = DECISIONS.has(action) ? warningsOf(broadcast) : [];
  const details = {
    ...given,
    ...(knows ? { supersededBy: broadcast.supersededBy } : {}),
    ...(warnings.length > 0 ? { warnings } : {}),
  };
  const { from, to } = step;
  await moveBroadcast(tx, broadcast.broadcastNo, { ...move, state: to });
  await insertHistory(tx, { broadcastNo: broadcast.broadcastNo, action, from, to, actor, reason, details });
  const moved = Object.fromEntries(Object.entries(move ?? {}).filter(([, value]) => value !== undefined));
  const after = { ...broadcast, ...moved, state: to };
  await tellNews(tx, orderNews(action, after));
  return {
    broadcast: after,
    audit: {
      actor,
      action: `broadcast.${action}`,
      object: { type: "broadcast", id: broadcast.id },
      ...(reason === undefined ? {} : { reason }),
      before: { state: from, revision: broadcast.revision },
      after: { state: to, ...moved, ...details },
    },
  };
}
