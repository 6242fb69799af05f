import type { Client } from "../database/index.ts";
import type { Broadcast, BroadcastState } from "./broadcasts.ts";

/** The changes of a step besides the state. Absent fields stay. */
export interface Move {
  readonly state: BroadcastState;
  readonly submittedBy?: string | undefined;
  readonly submittedFor?: readonly string[] | undefined;
  readonly approvedBy?: string | undefined;
  readonly approvedFor?: readonly string[] | undefined;
  readonly greenChannel?: boolean | undefined;
  readonly review?: Broadcast["review"] | undefined;
  readonly releasedAt?: Date | undefined;
  readonly expiresAt?: Date | undefined;
  /** Null: it is open again. */
  readonly endedAt?: Date | null | undefined;
  readonly attempt?: number | undefined;
  readonly cancelledAt?: Date | undefined;
  readonly cancelReason?: string | undefined;
}

/** Takes a broadcast to another state. The caller holds its lock and writes the history. */
export async function moveBroadcast(tx: Client, broadcastNo: number, move: Move): Promise<void> {
  await tx.query(
    `update broadcasts
     set state = $2, updated_at = now(),
         submitted_by = coalesce($3::text, submitted_by),
         approved_by = coalesce($4::text, approved_by),
         green_channel = coalesce($5::boolean, green_channel),
         review = coalesce($6::text, review),
         released_at = coalesce($7::timestamptz, released_at),
         cap_sent = coalesce(date_trunc('second', $7::timestamptz), cap_sent),
         expires_at = coalesce($8::timestamptz, expires_at),
         ended_at = case when $9::boolean then $10::timestamptz else ended_at end,
         attempt = coalesce($11::int, attempt),
         cancelled_at = coalesce($12::timestamptz, cancelled_at),
         cancel_reason = coalesce($13::text, cancel_reason),
         submitted_for = coalesce($14::text[], submitted_for),
         approved_for = coalesce($15::text[], approved_for)
     where broadcast_no = $1::bigint`,
    [
      broadcastNo,
      move.state,
      move.submittedBy ?? null,
      move.approvedBy ?? null,
      move.greenChannel ?? null,
      move.review ?? null,
      move.releasedAt ?? null,
      move.expiresAt ?? null,
      move.endedAt !== undefined,
      move.endedAt ?? null,
      move.attempt ?? null,
      move.cancelledAt ?? null,
      move.cancelReason ?? null,
      move.submittedFor ?? null,
      move.approvedFor ?? null,
    ],
  );
}

/**
 * Sets again which broadcasts a draft replaces. The caller has checked them, and raises the revision with the content.
 */
export async function updateReplaced(
  tx: Client,
  broadcastNo: number,
  replaces: readonly number[],
): Promise<void> {
  await tx.query("update broadcasts set replaces_nos = $2::bigint[] where broadcast_no = $1::bigint", [
    broadcastNo,
    replaces,
  ]);
}
