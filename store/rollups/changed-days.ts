import type { Db } from "../database/index.ts";
import { dayOf } from "./kept-days.ts";

/**
 * Logs that readings of these devices and moments were stored, taken away or changed by other code than
 * `ReadingsBatch`, which does so itself. Call it in the transaction that changes them, for all of them, however new:
 * from its commit on every sum is that of the new readings (`kept-days.ts`).
 * @param changes moments in milliseconds since 1970
 */
export async function logChangedDays(
  db: Db,
  kind: string,
  changes: readonly { readonly deviceNo: number; readonly observedAt: number }[],
): Promise<void> {
  await db.query(
    `insert into rollup_changes (kind, device_no, day, takes_away)
     select distinct s.kind, c.device_no, ${dayOf("c.observed_at")}, true
     from unnest($2::int[], $3::timestamptz[]) as c (device_no, observed_at)
     join rollup_state s on s.kind = $1::text`,
    [
      kind,
      changes.map(({ deviceNo }) => deviceNo),
      changes.map(({ observedAt }) => new Date(observedAt).toISOString()),
    ],
  );
}
