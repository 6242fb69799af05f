import type { Db } from "../database/index.ts";

/**
 * Adds the oldest appended ledger batches to the devices' sums and removes them, in one statement, so that a reader
 * sees each batch exactly once. The devices that have stored something are news for the sums of their regions
 * (`sums-table.ts`) until the keeper has counted it. Two processes that fold at once skip each other's rows.
 * @param limit how many batches at most; a batch holds one entry per device in it
 * @returns how many batches were folded
 */
export async function foldLedger(db: Db, limit = 2000): Promise<number> {
  const { rows } = await db.query<{ folded: number }>({
    name: "fold_ledger",
    text: `
      with due as (
        select batch_no from ledger_batches order by batch_no limit $1 for update skip locked
      ), gone as (
        delete from ledger_batches using due where ledger_batches.batch_no = due.batch_no
        returning device_nos, ledger_batches.received, ledger_batches.stored, ledger_batches.rejected
      ), sums as (
        select device_no, sum(r) as received, sum(s) as stored, sum(x) as rejected
        from gone, unnest(gone.device_nos, gone.received, gone.stored, gone.rejected) as entry (device_no, r, s, x)
        group by device_no
        -- One order for all, or two folding processes could deadlock.
        order by device_no
      ), folded as (
        insert into device_ledger as ledger (device_no, received, stored, rejected)
        select device_no, received, stored, rejected from sums
        on conflict (device_no) do update set
          received = ledger.received + excluded.received,
          stored = ledger.stored + excluded.stored,
          rejected = ledger.rejected + excluded.rejected
      ), news as (
        insert into rollup_news (kind, device_nos)
        select s.kind, array_agg(u.device_no)
        from sums u join devices d using (device_no) join rollup_state s on s.kind = d.kind
        where u.stored <> 0
        group by s.kind
      )
      select count(*)::int as folded from gone`,
    values: [limit],
  });
  return rows[0]!.folded;
}
