import type { Db } from "../database/index.ts";

/** How far the kept days of a kind have come. */
export interface RollupLag {
  readonly kind: string;
  /** The age of the newest moment up to which readings are kept, in seconds. One to four hours are normal. */
  readonly seconds: number;
  /** Entries of changed days that wait to be counted again. */
  readonly changes: number;
  /** The kept share of the time with readings: 0 to 1. Null where no whole chunk of past days is left. */
  readonly share: number | null;
}

/** One for each kind. */
export async function readRollupLags(db: Db): Promise<RollupLag[]> {
  const { rows } = await db.query<RollupLag>(`
    select s.kind, extract(epoch from now() - s.complete_until)::float8 as seconds,
           (select count(*) from rollup_changes c where c.kind = s.kind) as changes,
           case when c.oldest is not null then greatest(0, 1 - extract(epoch from now() - s.complete_until)::float8
             / extract(epoch from now() - c.oldest)::float8) end as share
    from rollup_state s
    left join lateral (
      select min(range_start) as oldest from timescaledb_information.chunks
      where hypertable_schema = current_schema() and range_start < now()
        and hypertable_name = (select k.table_name from kind_tables k where k.kind = s.kind)
      having bool_or(range_end > s.complete_until and range_end < now() - interval '2 days')
    ) c on true
    order by s.kind`);
  return rows;
}

/**
 * Says in words how far a backfill is: after a first start, or after a change in how days are kept. Undefined where
 * there is none.
 */
export function describeBackfill(lags: readonly RollupLag[]): string | undefined {
  const behind = lags.filter(({ share }) => share !== null);
  if (behind.length === 0) return undefined;
  const parts = behind.map(({ kind, seconds, share }) => {
    const days = Math.ceil(seconds / 86_400);
    return `${kind} ${Math.floor(share! * 100)} %${share! > 0 ? `, ${days} days left` : ""}`;
  });
  return `days of readings are being kept: ${parts.join("; ")}. Series are right meanwhile, and slower`;
}
