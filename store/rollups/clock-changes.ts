import { type Db, type Interval, ROLLUP_TIME_ZONE, toSqlInterval } from "../database/index.ts";

/**
 * Buckets of zones whose clocks are changed. Where a clock goes back, it shows some time twice, and `time_bucket` gives
 * both times the same bucket, which begins at the second. Here a bucket that is longer than the repeated time is one,
 * from the first time on, and of shorter ones there are two. Where a clock goes forth, a bucket whose start it leaves
 * out begins with the change. So no bucket begins after a moment that is in it, each is one piece, and a range from the
 * start of one to that of another holds the buckets between.
 */

/**
 * A moment at which the clocks of a zone go back, or forth with a negative sign; all in milliseconds, moments since
 * 1970.
 */
export interface ClockChange {
  readonly at: number;
  readonly by: number;
  /** The start of the bucket that ends then, or goes on. */
  readonly bucketBefore: number;
}

/** Zones that have had no such change since there are readings, and that most queries use. */
const STEADY = new Set([ROLLUP_TIME_ZONE, "UTC"]);

/** The changes that the buckets of a range may meet, oldest first. All known ones come at quarters of an hour. */
export async function findClockChanges(
  db: Db,
  { interval, timeZone, from, to }: { interval: Interval; timeZone: string; from: Date; to: Date },
): Promise<ClockChange[]> {
  if (STEADY.has(timeZone)) return [];
  const { rows } = await db.query<{ at: Date; by: number; bucket_before: Date }>(
    `with days as (
       select day, (day at time zone $1) - (day at time zone 'UTC') as ahead
       from generate_series(
         greatest(date_trunc('day', time_bucket($2::interval, $3::timestamptz, $1), 'UTC') - interval '48 hours', timestamptz '2014-12-01 00:00Z'),
         least($4::timestamptz + $2::interval + interval '48 hours', timestamptz '2100-01-01 00:00Z'),
         interval '24 hours') day
     ), pairs as (
       select day, ahead, lead(ahead) over (order by day) as ahead_then from days
     ), changes as (
       select min(quarter) as at, extract(epoch from ahead - ahead_then)::int * 1000 as by
       from pairs, generate_series(day, day + interval '24 hours', interval '15 minutes') quarter
       where ahead_then <> ahead and (quarter at time zone $1) - (quarter at time zone 'UTC') = ahead_then
       group by day, ahead, ahead_then
     )
     select at, by, time_bucket($2::interval, at - interval '1 millisecond', $1) as bucket_before from changes order by at`,
    [timeZone, toSqlInterval(interval), from.toISOString(), to.toISOString()],
  );
  return rows.map(({ at, by, bucket_before: before }) => ({
    at: at.getTime(),
    by,
    bucketBefore: before >= at ? before.getTime() - by : before.getTime(),
  }));
}

/** SQL of a moment; `at` in milliseconds since 1970. */
const literalOf = (at: number): string => `timestamptz '${new Date(at).toISOString()}'`;

const isLonger = ({ unit, amount }: Interval, { by }: ClockChange): boolean =>
  unit === "minute" ? amount * 60_000 > by : unit === "hour" ? amount * 3_600_000 > by : true;

/** SQL of the start of a moment's bucket. `$1` is the interval and `$2` the time zone. */
export function bucketOf(changes: readonly ClockChange[], interval: Interval, moment: string): string {
  const bucket = `time_bucket($1::interval, ${moment}, $2::text)`;
  if (changes.length === 0) return bucket;
  const cases = changes.flatMap((change) => {
    if (change.by < 0) {
      // The start that the clock has left out: the bucket begins where it goes on.
      const label = `time_bucket($1::interval, ${moment} at time zone $2::text)`;
      const [at, end] = [literalOf(change.at), literalOf(change.at - change.by)];
      return [
        `when ${bucket} >= ${at} and ${bucket} < ${end} and ${bucket} at time zone $2::text <> ${label} then ${at}`,
      ];
    }
    const [at, end] = [literalOf(change.at), literalOf(change.at + change.by)];
    const isFirst = isLonger(interval, change) ? "" : ` and ${moment} < ${at}`;
    return [
      `when ${bucket} >= ${at} and ${bucket} < ${end}${isFirst} then ${bucket} - interval '${change.by} milliseconds'`,
      // A moment to which the clock has gone back is in the bucket from which it came, unless another one begins with
      // it.
      `when ${moment} >= ${at} and ${bucket} < ${at} then greatest(${bucket}, ${literalOf(change.bucketBefore)})`,
    ];
  });
  return `case ${cases.join(" ")} else ${bucket} end`;
}

/**
 * SQL of the end of a range that is widened to whole buckets: `$4` where it is the start of one, or that of the next.
 */
export function endOfRange(changes: readonly ClockChange[], interval: Interval): string {
  const bucket = (moment: string) => bucketOf(changes, interval, moment);
  const nextBy = (moment: string) =>
    `((time_bucket($1::interval, ${moment} at time zone $2::text) + $1::interval) at time zone $2::text)`;
  const next = nextBy("$4::timestamptz");
  const candidates = [
    next,
    // For a bucket that goes on past its end by the clock.
    nextBy(next),
    ...changes.flatMap(({ at, by }) => [
      `${next} - interval '${by} milliseconds'`,
      literalOf(at),
      nextBy(literalOf(at)),
    ]),
  ];
  const rest =
    changes.length === 0
      ? next
      : `(select min(c.at) from (values ${candidates.map((at) => `(${at})`).join(", ")}) as c (at)
          where c.at > $4::timestamptz and ${bucket("c.at")} = c.at)`;
  return `case when ${bucket("$4::timestamptz")} = $4::timestamptz then $4::timestamptz else ${rest} end`;
}
