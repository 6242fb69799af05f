import type { AuditActor } from "../audit/index.ts";
import type { Client, Db } from "../database/index.ts";
import type { BroadcastState } from "./broadcasts.ts";

/** One step in the life of a broadcast. */
export interface NewHistoryStep {
  readonly broadcastNo: number;
  readonly action: string;
  /** Null for its beginning. */
  readonly from: BroadcastState | null;
  readonly to: BroadcastState;
  readonly actor: AuditActor;
  readonly reason?: string | undefined;
  readonly details?: Readonly<Record<string, unknown>> | undefined;
}

export interface HistoryStep {
  /** From 1, without gaps. */
  readonly step: number;
  readonly at: Date;
  readonly action: string;
  readonly from: BroadcastState | null;
  readonly to: BroadcastState;
  readonly actor: { readonly type: string; readonly id: string | null; readonly name: string | null };
  readonly reason: string | null;
  readonly details: Readonly<Record<string, unknown>>;
}

/**
 * Adds a step. The caller holds the broadcast's lock, so that steps are numbered without gaps; the database refuses
 * to change or remove one.
 */
export async function insertHistory(tx: Client, step: NewHistoryStep): Promise<void> {
  await tx.query(
    `insert into broadcast_history (broadcast_no, step, action, from_state, to_state, actor_type, actor_id, actor_name,
       reason, details)
     select $1::bigint, coalesce(max(step), 0) + 1, $2::text, $3::text, $4::text, $5::text, $6::text, $7::text,
            $8::text, $9::jsonb
     from broadcast_history where broadcast_no = $1::bigint`,
    [
      step.broadcastNo,
      step.action,
      step.from,
      step.to,
      step.actor.type,
      step.actor.id,
      step.actor.name,
      step.reason ?? null,
      JSON.stringify(step.details ?? {}),
    ],
  );
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** All steps, from the first. There are some ten of them. */
export async function listHistory(db: Db, broadcastNo: number): Promise<HistoryStep[]> {
  const { rows } = await db.query<{
    step: number;
    at: Date;
    action: string;
    from_state: BroadcastState | null;
    to_state: BroadcastState;
    actor_type: string;
    actor_id: string | null;
    actor_name: string | null;
    reason: string | null;
    details: unknown;
  }>("select * from broadcast_history where broadcast_no = $1::bigint order by step", [broadcastNo]);
  return rows.map((row) => ({
    step: row.step,
    at: row.at,
    action: row.action,
    from: row.from_state,
    to: row.to_state,
    actor: { type: row.actor_type, id: row.actor_id, name: row.actor_name },
    reason: row.reason,
    details: isObject(row.details) ? row.details : {},
  }));
}
