import { type Db, type Limits, limitsCondition, limitsParameter } from "../database/index.ts";
import { lengthOf, type RegionLevel } from "../places/index.ts";

/**
 * The coverage of a broadcast, by region. A speaker counts where it stood at release. Callers see the targets within
 * their limits only: `$2` is `limitsParameter`'s in each statement.
 */

export interface CoverageCounts {
  readonly targeted: number;
  readonly sounded: number;
  readonly refused: number;
  readonly failed: number;
  readonly offline: number;
  readonly cancelled: number;
  /** Not resolved yet. */
  readonly open: number;
  /** Of the others, e.g. cancelled or failed: targets that played a part, as far as is known. */
  readonly partlyHeard: number;
}

export interface RegionCoverage extends CoverageCounts {
  readonly regionCode: string;
  /** Null for a region that has been taken from the tree since. */
  readonly name: string | null;
}

/** True when it is resolved without having sounded to its end. */
const PARTLY_HEARD = "t.state in ('failed', 'cancelled', 'refused', 'offline') and t.partly_heard";

const COUNTS = `
  count(*)::int as targeted,
  ${["sounded", "refused", "failed", "offline", "cancelled"]
    .map((state) => `count(*) filter (where t.state = '${state}')::int as ${state}`)
    .join(",\n  ")},
  count(*) filter (where t.state in ('waiting', 'handed_over', 'acknowledged', 'started'))::int as open,
  count(*) filter (where ${PARTLY_HEARD})::int as "partlyHeard"`;

/** Targets within the limits: `$1` is the broadcast, `$2` the limits, `d` the device. */
export const TARGETS = `
  broadcast_targets t join devices d using (device_no)
  where t.broadcast_no = $1::bigint and ${limitsCondition("d", 2)}`;

/** All regions of a level that have targets, by code. A speaker that stands above that level counts as itself. */
export async function readCoverage(
  db: Db,
  broadcastNo: number,
  level: RegionLevel,
  limits: Limits,
): Promise<RegionCoverage[]> {
  const { rows } = await db.query<CoverageCounts & { region_code: string; name: string | null }>(
    `select c.*, r.name from (
       select left(t.region_code, $3::int) as region_code, ${COUNTS}
       from ${TARGETS}
       group by 1) c
     left join regions r on r.code = c.region_code
     order by c.region_code`,
    [broadcastNo, limitsParameter(limits), lengthOf(level)],
  );
  return rows.map(({ region_code: regionCode, ...rest }) => ({ regionCode, ...rest }));
}

/** Over all targets within the limits. */
export async function readCoverageTotal(
  db: Db,
  broadcastNo: number,
  limits: Limits,
): Promise<CoverageCounts> {
  const { rows } = await db.query<CoverageCounts>(`select ${COUNTS} from ${TARGETS}`, [
    broadcastNo,
    limitsParameter(limits),
  ]);
  return rows[0]!;
}

export interface UnheardVillage {
  readonly regionCode: string;
  readonly name: string | null;
  readonly townshipName: string | null;
  readonly targeted: number;
  /** Targets that are not resolved yet, so they may still sound. */
  readonly open: number;
  /** Targets that played a part. */
  readonly partlyHeard: number;
}

/** The name of the list that each village belongs to, from the counts `c`. */
const LIST = `case when c.open > 0 then 'waiting' when c."partlyHeard" > 0 then 'partly' else 'silent' end`;
type ListName = "silent" | "partly" | "waiting";

/**
 * Villages in which no targeted speaker has sounded to its end, by code; at most `limit` of each list, and how many
 * there are. In a waiting village some may still sound; in the others every target is resolved, and in a silent one no
 * target has sounded even in part, as far as is known. A speaker that stands above the level of villages is no village.
 */
export async function readUnheardVillages(
  db: Db,
  broadcastNo: number,
  limits: Limits,
  limit: number,
): Promise<Record<ListName, { items: UnheardVillage[]; count: number }>> {
  const { rows } = await db.query<{
    list: ListName;
    region_code: string;
    name: string | null;
    township: string | null;
    targeted: number;
    open: number;
    partlyHeard: number;
    total: number;
  }>(
    `select l.list, l.region_code, v.name, s.name as township, l.targeted, l.open, l."partlyHeard", l.total
     from (select c.*, (count(*) over (partition by c.list))::int as total,
             row_number() over (partition by c.list order by c.region_code) as number
           from (select c.*, ${LIST} as list
                 from (select t.region_code, ${COUNTS} from ${TARGETS}
                         and length(t.region_code) = ${lengthOf("village")} group by 1) c
                 where c.sounded = 0) c) l
     left join regions v on v.code = l.region_code
     left join regions s on s.code = left(l.region_code, ${lengthOf("township")})
     where l.number <= $3::int
     order by l.region_code`,
    [broadcastNo, limitsParameter(limits), limit],
  );
  const listOf = (list: ListName) => {
    const own = rows.filter((row) => row.list === list);
    return {
      count: own[0]?.total ?? 0,
      items: own.map((row) => ({
        regionCode: row.region_code,
        name: row.name,
        townshipName: row.township,
        targeted: row.targeted,
        open: row.open,
        partlyHeard: row.partlyHeard,
      })),
    };
  };
  return { silent: listOf("silent"), partly: listOf("partly"), waiting: listOf("waiting") };
}

/** Seconds from the release, of the targets that have come so far. Null where none has. */
export interface Percentiles {
  readonly count: number;
  readonly p50: number | null;
  readonly p95: number | null;
  readonly p99: number | null;
  readonly max: number | null;
}

export interface CoverageTimings {
  readonly handedOver: Percentiles;
  readonly acknowledged: Percentiles;
  readonly started: Percentiles;
  readonly ended: Percentiles;
}

const TIMED = { handedOver: "handed_over", acknowledged: "acknowledged", started: "started", ended: "ended" };

/** When the command left of the attempt that the row reports. */
const HANDED_OVER = `case when coalesce(t.reported_attempt, t.attempt) = t.attempt then t.handed_over_at else (
  select (e ->> 'handedOverAt')::timestamptz from jsonb_array_elements(t.earlier) e
  where (e ->> 'attempt')::int = t.reported_attempt) end`;

/**
 * The delays of every target from the release: a village whose speaker was offline or tried again has waited since
 * then. A target that was tried again counts with the times of the attempt that its row reports, and with none before
 * they came.
 */
export async function readTimings(db: Db, broadcastNo: number, limits: Limits): Promise<CoverageTimings> {
  const at = (step: string) => (step === TIMED.handedOver ? HANDED_OVER : `t.${step}_at`);
  const columns = Object.values(TIMED).map(
    (step) => `
      count(${step}_seconds)::int as ${step}_count,
      percentile_disc(array[0.5, 0.95, 0.99, 1]) within group (order by ${step}_seconds) as ${step}`,
  );
  const { rows } = await db.query<Record<string, number | (number | null)[] | null>>(
    `select ${columns.join(",")}
     from (select t.*, ${Object.values(TIMED)
       .map(
         (step) => `extract(epoch from ${at(step)} - b.released_at)::float8 as ${step}_seconds
         `,
       )
       .join(",")}
       from broadcasts b, ${TARGETS} and b.broadcast_no = $1::bigint) timed`,
    [broadcastNo, limitsParameter(limits)],
  );
  const row = rows[0]!;
  const of = (step: string): Percentiles => {
    const [p50 = null, p95 = null, p99 = null, max = null] = (row[step] as (number | null)[] | null) ?? [];
    return { count: row[`${step}_count`] as number, p50, p95, p99, max };
  };
  return {
    handedOver: of(TIMED.handedOver),
    acknowledged: of(TIMED.acknowledged),
    started: of(TIMED.started),
    ended: of(TIMED.ended),
  };
}
