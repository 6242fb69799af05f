import type { Db } from "../database/index.ts";
import { type DeviceSpan, spansParameters } from "../places/index.ts";

/** What became of everything that a device sent, in items: received = stored + duplicate + rejected. */
export interface DurableLedger {
  readonly received: number;
  readonly stored: number;
  readonly duplicate: number;
  readonly rejected: number;
}

/** The folded sums of devices, and their batches that are not folded yet. */
const PARTS = (devices: string) => `
       select received, stored, rejected from device_ledger where device_no = any (${devices})
       union all
       select item.received, item.stored, item.rejected
       from ledger_batches b,
            unnest(b.device_nos, b.received, b.stored, b.rejected) as item (device_no, received, stored, rejected)
       where b.device_nos && ${devices} and item.device_no = any (${devices})`;

/**
 * A device's ledger as committed: the folded sum and the batches that are not folded yet. One statement sees
 * one snapshot, so a fold under way neither hides a batch nor counts it twice.
 *
 * Of `spans` alone: what came while they lasted, whatever moment it was observed at.
 */
export async function readLedger(
  db: Db,
  deviceNo: number,
  spans?: readonly DeviceSpan[],
): Promise<DurableLedger> {
  const former = (sign: "" | "-", condition: string) => `
       union all
       select ${sign}f.received, ${sign}f.stored, ${sign}f.rejected from former_places f where ${condition}`;
  const parts = spans
    ? `${PARTS("(select array_agg(device_no) from span where until_at = 'infinity')::int[]")}
       ${former("-", "f.device_no in (select device_no from span where until_at = 'infinity')")}
       ${former("", "(f.device_no, f.until_at) in (select device_no, until_at from span)")}`
    : PARTS("array[$1::int]");
  const { rows } = await db.query<{ received: number; stored: number; rejected: number }>(
    `${spans ? "with span as (select * from unnest($1::int[], $2::timestamptz[], $3::timestamptz[]) as span (device_no, from_at, until_at))" : ""}
     select coalesce(sum(part.received), 0)::bigint as received,
            coalesce(sum(part.stored), 0)::bigint as stored,
            coalesce(sum(part.rejected), 0)::bigint as rejected
     from (${parts}
     ) part`,
    spans ? spansParameters(spans) : [deviceNo],
  );
  const { received, stored, rejected } = rows[0]!;
  return { received, stored, duplicate: received - stored - rejected, rejected };
}

/** Counts an item for each number, which may come several times, in the transaction that decided so. */
export async function countNotStored(
  tx: Db,
  deviceNos: readonly number[],
  as: "duplicate" | "rejected",
): Promise<void> {
  await tx.query(
    `insert into ledger_batches (device_nos, received, stored, rejected)
     select array_agg(device_no), array_agg(n), array_agg(0), array_agg(${as === "rejected" ? "n" : "0"})
     from (select device_no, count(*)::int as n from unnest($1::int4[]) as device_no group by 1) counts`,
    [deviceNos],
  );
}
