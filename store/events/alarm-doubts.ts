import {
  arrayOf,
  arrivalOf,
  assertIdentifier,
  type Db,
  Int4Column,
  inUnit,
  type KindTable,
  type QuantityColumn,
  TimestampColumn,
} from "../database/index.ts";

/**
 * A transition of an alarm follows from a reading that may be older than the last one that was looked at: a device had
 * buffered it, and it comes after a restart. A newer reading of the quantity that had arrived by then decides. Or its
 * condition has to last, and this process does not know the time before the restart: the readings before it decide.
 */
export interface AlarmDoubt {
  readonly table: KindTable;
  readonly column: QuantityColumn;
  /**
   * When this process began, which is in doubt: another process looked at readings that arrived earlier. Epoch
   * milliseconds.
   */
  readonly before: number;
  /** True when another value of the quantity, in its unit, confirms the transition. */
  readonly stands: (value: number | string) => boolean;
  /** Since when all readings must have confirmed it, and one at or before that moment. Undefined: that is known. */
  readonly lastsFrom: number | undefined;
}

/** A transition that follows from an event: a newer one of these types that had arrived before takes it back. */
export interface EventDoubt {
  readonly types: readonly string[];
  readonly before: number;
}

/** A transition that follows from silence: it is outdated where any process has heard the device since. */
export interface SilenceDoubt {
  readonly table: KindTable;
  /** When it was last heard, as far as this process knows. Epoch milliseconds. */
  readonly heardAt: number;
}

interface InDoubt {
  readonly deviceNo: number;
  readonly at: number;
  readonly doubt?: AlarmDoubt;
  readonly eventDoubt?: EventDoubt;
  readonly silenceDoubt?: SilenceDoubt;
}

type Value = number | string;

/**
 * The oldest age of the reading that says how the time began, before the moment from which it had to last, in
 * milliseconds.
 */
const LOOK_BACK_MS = 24 * 3_600_000;

/**
 * Leaves out transitions that stored readings and events contradict: one look at the index for each that is in doubt.
 */
export async function dropOutdated<T extends InDoubt>(db: Db, transitions: readonly T[]): Promise<T[]> {
  const outdated = new Set<T>();
  for (const same of group(transitions, ({ doubt }) =>
    doubt ? `${doubt.table.table} ${doubt.column.name} ${doubt.before}` : undefined,
  )) {
    const newer = await readNewer(db, same, same[0]!.doubt!);
    for (const [i, transition] of same.entries()) {
      const value = newer[i] ?? null;
      if (value !== null && !transition.doubt!.stands(value)) outdated.add(transition);
    }
    const short = same.filter((each) => each.doubt!.lastsFrom !== undefined && !outdated.has(each));
    if (short.length === 0) continue;
    const before = await readBefore(db, short, short[0]!.doubt!);
    for (const [i, transition] of short.entries()) {
      const values = before[i] ?? [];
      if (values.length === 0 || !values.every(transition.doubt!.stands)) outdated.add(transition);
    }
  }
  for (const same of group(transitions, ({ eventDoubt }) =>
    eventDoubt ? `${eventDoubt.types.join(" ")} ${eventDoubt.before}` : undefined,
  )) {
    const taken = await findTakenBack(db, same, same[0]!.eventDoubt!);
    for (const n of taken) outdated.add(same[n - 1]!);
  }
  for (const same of group(transitions, ({ silenceDoubt }) => silenceDoubt?.table.table)) {
    const heard = await findHeardSince(db, same, same[0]!.silenceDoubt!.table);
    for (const n of heard) outdated.add(same[n - 1]!);
  }
  return outdated.size === 0 ? [...transitions] : transitions.filter((each) => !outdated.has(each));
}

function group<T>(items: readonly T[], keyOf: (item: T) => string | undefined): Iterable<T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    if (key === undefined) continue;
    const same = groups.get(key);
    if (same) same.push(item);
    else groups.set(key, [item]);
  }
  return groups.values();
}

const devicesOf = (asked: readonly InDoubt[]) => arrayOf(new Int4Column(), asked, ({ deviceNo }) => deviceNo);
const momentsOf = (asked: readonly InDoubt[]) => arrayOf(new TimestampColumn(), asked, ({ at }) => at);
const oldestOf = (asked: readonly InDoubt[], read: (each: InDoubt) => number = ({ at }) => at): string =>
  new Date(asked.reduce((oldest, each) => Math.min(oldest, read(each)), Infinity)).toISOString();

/**
 * The newest value after each moment, among readings that had arrived before the process began; null where there is
 * none. An arrival is known to a second and never too early, so one of the last second before the beginning may be missed. A
 * bound that is a constant tells the planner which chunks it can leave out: a process that drops or repairs an old one may
 * hold it.
 */
async function readNewer(
  db: Db,
  asked: readonly InDoubt[],
  { table, column, before }: AlarmDoubt,
): Promise<(Value | null)[]> {
  const m = `r.${assertIdentifier(column.name)}`;
  const { rows } = await db.query<{ value: Value | null }>(
    `select newer.value
     from unnest($1::int4[], $2::timestamptz[]) with ordinality as asked (device_no, at, n)
     left join lateral (
       select ${inUnit(column, m)} as value from ${assertIdentifier(table.table)} r
       where r.device_no = asked.device_no and r.observed_at > asked.at and r.observed_at > $4::timestamptz
         and ${m} is not null and ${arrivalOf("r")} < $3::timestamptz
       order by r.observed_at desc limit 1
     ) newer on true
     order by asked.n`,
    [devicesOf(asked), momentsOf(asked), new Date(before).toISOString(), oldestOf(asked)],
  );
  return rows.map(({ value }) => value);
}

/**
 * The values before each moment back to the moment when they had to begin, and the one that held then; none where
 * nothing is that old.
 */
async function readBefore(
  db: Db,
  asked: readonly InDoubt[],
  { table, column }: AlarmDoubt,
): Promise<Value[][]> {
  const name = assertIdentifier(table.table);
  const m = assertIdentifier(column.name);
  const { rows } = await db.query<{ values: Value[] | null }>(
    `select (
       select array_agg(${inUnit(column, `r.${m}`)}) from ${name} r
       where r.device_no = asked.device_no and r.${m} is not null and r.observed_at < asked.at
         and r.observed_at > $4::timestamptz and r.observed_at >= (
           select b.observed_at from ${name} b
           where b.device_no = asked.device_no and b.${m} is not null and b.observed_at <= asked.since
             and b.observed_at > $4::timestamptz
           order by b.observed_at desc limit 1)
     ) as values
     from unnest($1::int4[], $2::timestamptz[], $3::timestamptz[]) with ordinality as asked (device_no, at, since, n)
     order by asked.n`,
    [
      devicesOf(asked),
      momentsOf(asked),
      arrayOf(new TimestampColumn(), asked, ({ doubt }) => doubt!.lastsFrom!),
      oldestOf(asked, ({ doubt }) => doubt!.lastsFrom! - LOOK_BACK_MS),
    ],
  );
  return rows.map(({ values }) => values ?? []);
}

/**
 * The places, from 1, of the transitions that a newer event takes back. An event of a clock that is ahead counts as of its
 * arrival, as everywhere.
 */
async function findTakenBack(
  db: Db,
  asked: readonly InDoubt[],
  { types, before }: EventDoubt,
): Promise<number[]> {
  const { rows } = await db.query<{ n: number }>(
    `select asked.n::int as n
     from unnest($1::int4[], $2::timestamptz[]) with ordinality as asked (device_no, at, n)
     where exists (
       select from events e
       where e.device_no = asked.device_no and e.observed_at > asked.at and e.observed_at > $5::timestamptz
         and e.received_at > asked.at and e.type = any ($3::text[]) and e.received_at < $4::timestamptz
     )`,
    [devicesOf(asked), momentsOf(asked), types, new Date(before).toISOString(), oldestOf(asked)],
  );
  return rows.map(({ n }) => n);
}

/**
 * The places, from 1, of devices that were heard after the moment that this process knows of. The note of a report is
 * to the millisecond. The arrival of a reading is to the second and never too early, so only a later second counts.
 */
async function findHeardSince(db: Db, asked: readonly InDoubt[], { table }: KindTable): Promise<number[]> {
  const { rows } = await db.query<{ n: number }>(
    `select asked.n::int as n
     from unnest($1::int4[], $2::timestamptz[]) with ordinality as asked (device_no, heard_at, n)
     left join device_last_seen s using (device_no)
     left join lateral (
       select ${arrivalOf("r")} as received_at from ${assertIdentifier(table)} r
       where r.device_no = asked.device_no order by r.observed_at desc limit 1
     ) newest on true
     where s.seen_at > asked.heard_at or newest.received_at >= asked.heard_at + interval '1 second'`,
    [devicesOf(asked), arrayOf(new TimestampColumn(), asked, ({ silenceDoubt }) => silenceDoubt!.heardAt)],
  );
  return rows.map(({ n }) => n);
}
