import { type Broadcast, insertHistory } from "../../store/broadcast/index.ts";
import type { Client } from "../../store/database/index.ts";
import type { BroadcastCaller } from "../lifecycle/index.ts";

/**
 * Notes on a broadcast a request of a caller who may not do it: a person decides. The state stays. The caller holds the
 * lock.
 */
export async function noteOn(
  tx: Client,
  broadcast: Broadcast,
  action: "cancel_proposed" | "acknowledged" | "error_reported" | "superseded" | "warned",
  actor: BroadcastCaller["actor"],
  reason: string,
  details: Readonly<Record<string, unknown>> = {},
): Promise<void> {
  const { broadcastNo, state } = broadcast;
  await insertHistory(tx, { broadcastNo, action, from: state, to: state, actor, reason, details });
}
