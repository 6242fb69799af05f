/**
 * SQL of common table expressions that count items on the former places that their devices had when they were observed. A
 * former place has its count in `former_places`, and the present one has what is left of the whole: without this, whoever
 * has a device now would read off their own ledger what is stored of the former's time. It goes into the statement
 * that counts the items in `ledger_batches`.
 * @param items a relation (device_no, observed_at, received, stored, rejected)
 */
export const countFormer = (items: string): string => `former_counts as (
      select f.device_no, f.until_at, sum(i.received) as received, sum(i.stored) as stored, sum(i.rejected) as rejected
      from ${items} i
      join former_places f on f.device_no = i.device_no and i.observed_at >= f.from_at and i.observed_at < f.until_at
      group by 1, 2
    ), former_locked as (
      -- One order for all, or two batches could deadlock.
      select c.* from former_places f join former_counts c using (device_no, until_at) order by f.device_no, f.until_at
      for update of f
    ), former as (
      update former_places f
      set received = f.received + c.received, stored = f.stored + c.stored, rejected = f.rejected + c.rejected
      from former_locked c where f.device_no = c.device_no and f.until_at = c.until_at
    )`;

/** The same for what was stored. @param stored a relation that has device_no and observed_at */
export const countFormerStored = (stored: string): string => `counted as (
      select device_no, observed_at, 1 as received, 1 as stored, 0 as rejected from ${stored}
    ), ${countFormer("counted")}`;
