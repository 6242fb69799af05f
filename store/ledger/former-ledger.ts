import type { Db } from "../database/index.ts";

/**
 * The counts of each former place, folded or not: a relation `(device_no, until_at, received, stored, rejected)` with
 * any number of rows for a place. A former place has its count in `former_places`, and the present one has the rest of
 * the whole: without this, the present holder of a device would read off their own ledger how much of a former holder's
 * time is stored.
 */
export const FORMER_COUNTS = `(
    select device_no, until_at, received, stored, rejected from former_places
    union all
    select device_no, until_at, received, stored, rejected from former_batches)`;

/**
 * SQL of common table expressions that count items on the former places that their devices had when they were observed.
 * It goes into the statement that counts the items in `ledger_batches`. Like that one it appends, so that batches with
 * the same devices in another order do not wait for each other.
 * @param items a relation (device_no, observed_at, received, stored, rejected)
 */
export const countFormer = (items: string): string => `former as (
      insert into former_batches (device_no, until_at, received, stored, rejected)
      select f.device_no, f.until_at, sum(i.received), sum(i.stored), sum(i.rejected)
      from ${items} i
      join former_places f on f.device_no = i.device_no and i.observed_at >= f.from_at and i.observed_at < f.until_at
      group by 1, 2
    )`;

/** The same for stored items. @param stored a relation that has device_no and observed_at */
export const countFormerStored = (stored: string): string => `counted as (
      select device_no, observed_at, 1 as received, 1 as stored, 0 as rejected from ${stored}
    ), ${countFormer("counted")}`;

/**
 * Adds the oldest appended counts to their places and removes them, in one statement. Counts that another transaction
 * holds, because it folds or moves a device at the same time, are left to the next time.
 * @returns how many were folded
 */
export async function foldFormer(db: Db, limit = 2000): Promise<number> {
  const { rows } = await db.query<{ folded: number }>({
    name: "fold_former",
    text: `
      with due as (
        select batch_no, device_no, until_at from former_batches order by batch_no limit $1 for update skip locked
      ), places as (
        select device_no, until_at from former_places
        where (device_no, until_at) in (select device_no, until_at from due) for update skip locked
      ), gone as (
        delete from former_batches b using due join places using (device_no, until_at) where b.batch_no = due.batch_no
        returning b.device_no, b.until_at, b.received, b.stored, b.rejected
      ), sums as (
        select device_no, until_at, sum(received) as received, sum(stored) as stored, sum(rejected) as rejected
        from gone group by 1, 2
      ), folded as (
        update former_places f
        set received = f.received + s.received, stored = f.stored + s.stored, rejected = f.rejected + s.rejected
        from sums s where f.device_no = s.device_no and f.until_at = s.until_at
      )
      select count(*)::int as folded from gone`,
    values: [limit],
  });
  return rows[0]!.folded;
}
