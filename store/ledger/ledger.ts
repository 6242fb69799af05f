import type { Db } from "../database/index.ts";
import { type DeviceSpan, spansParameters } from "../places/index.ts";
import { countFormer, FORMER_COUNTS } from "./former-ledger.ts";

/** The account of everything that a device sent, in items: received = stored + duplicate + rejected. */
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
 * A device's ledger as committed: the folded sum and the batches that are not folded yet. One statement sees one
 * snapshot, so a fold under way neither hides a batch nor counts it twice.
 *
 * For `spans` alone: the items that came while they lasted, less those observed in an earlier place, plus those that
 * came later from their time.
 */
export async function readLedger(
  db: Db,
  deviceNo: number,
  spans?: readonly DeviceSpan[],
): Promise<DurableLedger> {
  const former = (sign: "" | "-", condition: string) => `
       union all
       select ${sign}f.received, ${sign}f.stored, ${sign}f.rejected from ${FORMER_COUNTS} f where ${condition}`;
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

/** Counts items in the transaction that decided them, each where its device was when the item was observed. */
export async function countItems(
  tx: Db,
  items: readonly { readonly deviceNo: number; readonly observedAt: number }[],
  as: "stored" | "duplicate" | "rejected",
): Promise<void> {
  if (items.length === 0) return;
  await tx.query(
    `with counted as (
       select device_no, observed_at, 1 as received, ($3 = 'stored')::int as stored, ($3 = 'rejected')::int as rejected
       from unnest($1::int4[], $2::timestamptz[]) as item (device_no, observed_at)
     ), ${countFormer("counted")}
     insert into ledger_batches (device_nos, received, stored, rejected)
     select array_agg(device_no), array_agg(received), array_agg(stored), array_agg(rejected)
     from (
       select device_no, sum(received)::int as received, sum(stored)::int as stored, sum(rejected)::int as rejected
       from counted group by 1
     ) counts`,
    [
      items.map(({ deviceNo }) => deviceNo),
      items.map(({ observedAt }) => new Date(observedAt).toISOString()),
      as,
    ],
  );
}
