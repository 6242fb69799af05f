import type { Db } from "../../store/database/database.ts";
import { readLedger } from "../../store/ledger/ledger.ts";

/** The ledger of each place that a device has had, the first one first: received, stored, duplicate, rejected. */
export async function ledgersOf(db: Db, { deviceNo }: { readonly deviceNo: number }) {
  const { rows } = await db.query<{ from: string; until: string }>(
    `select from_at::text as from, until_at::text as until from former_places where device_no = $1
     union all
     select placed_since::text, 'infinity' from devices where device_no = $1
     order by 2`,
    [deviceNo],
  );
  const ledgers: [received: number, stored: number, duplicate: number, rejected: number][] = [];
  for (const { from, until } of rows) {
    const { received, stored, duplicate, rejected } = await readLedger(db, deviceNo, [
      { deviceNo, from, until },
    ]);
    ledgers.push([received, stored, duplicate, rejected]);
  }
  return ledgers;
}
