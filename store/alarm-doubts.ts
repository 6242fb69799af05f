import { arrayOf, Int4Column, TimestampColumn } from "./binary-array.ts";
import type { Db } from "./database.ts";
import { assertIdentifier, inUnit, type KindTable, type MetricColumn } from "./kind-table.ts";

/**
 * A transition of an alarm follows from a reading that may be older than what was looked at before: one that a device had
 * buffered, and that comes after a restart. A newer reading of the quantity that had arrived by then decides.
 */
export interface AlarmDoubt {
  readonly table: KindTable;
  readonly column: MetricColumn;
  /** When the process began that is in doubt: what arrived before was looked at by another. Epoch milliseconds. */
  readonly before: number;
  /** Whether a newer value of the quantity, in its unit, says the same. */
  readonly stands: (value: number | string) => boolean;
}

interface InDoubt {
  readonly deviceNo: number;
  readonly at: number;
  readonly doubt?: AlarmDoubt;
}

/** Leaves out what newer readings speak against: one look at the index for each that is in doubt. */
export async function dropOutdated<T extends InDoubt>(db: Db, transitions: readonly T[]): Promise<T[]> {
  const byColumn = new Map<string, T[]>();
  for (const transition of transitions) {
    const { doubt } = transition;
    if (!doubt) continue;
    const key = `${doubt.table.table} ${doubt.column.name} ${doubt.before}`;
    const same = byColumn.get(key);
    if (same) same.push(transition);
    else byColumn.set(key, [transition]);
  }
  const outdated = new Set<T>();
  for (const same of byColumn.values()) {
    const values = await readNewer(db, same, same[0]!.doubt!);
    for (const [i, transition] of same.entries()) {
      const value = values[i] ?? null;
      if (value !== null && !transition.doubt!.stands(value)) outdated.add(transition);
    }
  }
  return outdated.size === 0 ? [...transitions] : transitions.filter((each) => !outdated.has(each));
}

/** The newest value after each moment, of what had arrived before the process began; null where there is none. */
async function readNewer(
  db: Db,
  asked: readonly InDoubt[],
  { table, column, before }: AlarmDoubt,
): Promise<(number | string | null)[]> {
  const m = `r.${assertIdentifier(column.name)}`;
  const { rows } = await db.query<{ value: number | string | null }>(
    `select newer.value
     from unnest($1::int4[], $2::timestamptz[]) with ordinality as asked (device_no, at, n)
     left join lateral (
       select ${inUnit(column, m)} as value from ${assertIdentifier(table.table)} r
       where r.device_no = asked.device_no and r.observed_at > asked.at and ${m} is not null
         and r.received_at < $3::timestamptz
       order by r.observed_at desc limit 1
     ) newer on true
     order by asked.n`,
    [
      arrayOf(new Int4Column(), asked, ({ deviceNo }) => deviceNo),
      arrayOf(new TimestampColumn(), asked, ({ at }) => at),
      new Date(before).toISOString(),
    ],
  );
  return rows.map(({ value }) => value);
}
