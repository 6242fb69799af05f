import type { Db } from "./database.ts";

/** What became of everything that a device sent, in items: received = stored + duplicate + rejected. */
export interface DurableLedger {
  readonly received: number;
  readonly stored: number;
  readonly duplicate: number;
  readonly rejected: number;
}

/**
 * A device's ledger as committed: the folded sum and the batches that are not folded yet. One statement sees
 * one snapshot, so a fold under way neither hides a batch nor counts it twice.
 */
export async function readLedger(db: Db, deviceNo: number): Promise<DurableLedger> {
  const { rows } = await db.query<{ received: number; stored: number; rejected: number }>(
    `select coalesce(sum(part.received), 0)::bigint as received,
            coalesce(sum(part.stored), 0)::bigint as stored,
            coalesce(sum(part.rejected), 0)::bigint as rejected
     from (
       select received, stored, rejected from device_ledger where device_no = $1::int
       union all
       select item.received, item.stored, item.rejected
       from ledger_batches b,
            unnest(b.device_nos, b.received, b.stored, b.rejected) as item (device_no, received, stored, rejected)
       where b.device_nos @> array[$1::int] and item.device_no = $1::int
     ) part`,
    [deviceNo],
  );
  const { received, stored, rejected } = rows[0]!;
  return { received, stored, duplicate: received - stored - rejected, rejected };
}
