import type { Client } from "../database/index.ts";

/**
 * Gives what this transaction has counted so far to the places that its devices had at `receivedAt`. A former place has
 * its count in `former_places`, and the present one has what is left of the whole: without this, what is replayed of a
 * message that came in another's time would be taken from the ledger of who has the device now. The devices must be kept
 * from moving (`lockOwnKey`).
 */
export async function countWhereItCame(tx: Client, receivedAt: Date): Promise<void> {
  await tx.query(
    `update former_places f
     set received = f.received + counted.received, stored = f.stored + counted.stored,
         rejected = f.rejected + counted.rejected
     from (
       select item.device_no, sum(item.received) as received, sum(item.stored) as stored, sum(item.rejected) as rejected
       from ledger_batches b,
            unnest(b.device_nos, b.received, b.stored, b.rejected) as item (device_no, received, stored, rejected)
       where b.xmin = pg_current_xact_id()::xid
       group by item.device_no
     ) counted
     where f.device_no = counted.device_no and $1::timestamptz >= f.from_at and $1::timestamptz < f.until_at`,
    [receivedAt.toISOString()],
  );
}
