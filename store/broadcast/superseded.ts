import type { Client } from "../database/index.ts";

/** The alert that a broadcast contradicts now. */
export interface SupersededBy {
  readonly sender: string;
  readonly identifier: string;
  /** As written in the alert. */
  readonly sent: string;
  readonly msgType: string;
  /** When this platform learned of it, as ISO 8601. */
  readonly at: string;
  /** The outcome of that alert, e.g. that it was refused because it had expired. */
  readonly why: string;
}

/**
 * Marks a broadcast, which from then on can only be released by a person who says that they know. The caller holds its
 * lock.
 */
export async function markSuperseded(tx: Client, broadcastNo: number, by: SupersededBy): Promise<void> {
  await tx.query(
    "update broadcasts set superseded_by = $2::jsonb, updated_at = now() where broadcast_no = $1::bigint",
    [broadcastNo, JSON.stringify(by)],
  );
}
