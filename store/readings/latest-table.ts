import {
  assertIdentifier,
  type Client,
  type Db,
  type KindTable,
  kindLiteral,
  type QuantityColumn,
  sqlType,
} from "../database/index.ts";

/**
 * The newest value of each quantity of each device: a row a device in `<table>_latest`, with `<metric>_value` and
 * `<metric>_at`, the moment at which it was observed.
 *
 * A reading does not write it. It holds values observed before `latest_state.kept_until`, and a keeper moves that on by
 * spans of three hours (`keep-latest.ts`); queries look at the readings from then on first. A reading of before is late
 * (`late-readings.ts` has the rule, and why none falls between), and the statement that stores it puts it here where it
 * is newer. Each writer takes the newer of two values, so neither order nor repetition matters, and only a repair takes
 * a value back.
 */

export const latestTable = ({ table }: KindTable): string => `${assertIdentifier(table)}_latest`;

const valueColumn = ({ name }: QuantityColumn): string => `${assertIdentifier(name)}_value`;
const momentColumn = ({ name }: QuantityColumn): string => `${assertIdentifier(name)}_at`;
export const keptLatest = { value: valueColumn, at: momentColumn };

/** Makes the table, or widens it for quantities that the kind has gained: there is nothing older to keep for those. */
export async function makeLatestTable(client: Client, table: KindTable): Promise<void> {
  const name = latestTable(table);
  // Every device's row is written every few hours, in place where its page has room.
  await client.query(
    `create table if not exists ${name} (device_no integer primary key) with (fillfactor = 70)`,
  );
  for (const column of table.columns) {
    await client.query(
      `alter table ${name} add column if not exists ${valueColumn(column)} ${sqlType(column)},
                          add column if not exists ${momentColumn(column)} timestamptz`,
    );
  }
  await client.query("insert into latest_state (kind) values ($1) on conflict do nothing", [table.kind]);
}

/** True when the table is there with all its columns. */
export async function hasLatestTable(db: Db, table: KindTable): Promise<boolean> {
  const { rows } = await db.query<{ columns: number }>(
    `select count(*)::int as columns from pg_attribute
     where attrelid = to_regclass($1) and attnum > 0 and not attisdropped
       and exists (select from latest_state where kind = $2)`,
    [latestTable(table), table.kind],
  );
  return rows[0]!.columns >= 1 + 2 * table.columns.length;
}

/**
 * SQL that puts newer values into the table.
 * @param from a relation with `device_no` and the columns of the table, one row a device
 */
export function takeNewer(table: KindTable, from: string): string {
  const name = latestTable(table);
  const { columns } = table;
  const names = ["device_no", ...columns.flatMap((column) => [valueColumn(column), momentColumn(column)])];
  const newer = columns.map((column) => {
    const [value, at] = [valueColumn(column), momentColumn(column)];
    return `${value} = case when excluded.${at} >= coalesce(kept.${at}, '-infinity') then excluded.${value} else kept.${value} end,
        ${at} = greatest(kept.${at}, excluded.${at})`;
  });
  // All writers use one order, or two of them could wait for each other.
  return `insert into ${name} as kept (${names.join(", ")})
      select ${names.map((column) => `newest.${column}`).join(", ")} from ${from} newest
      order by newest.device_no
      on conflict (device_no) do update set
        ${newer.join(",\n        ")}`;
}

/** The newest values among the rows of a relation with the columns of the readings table, one row a device. */
function newestOf(columns: readonly QuantityColumn[], rows: string): string {
  const values = columns.map((column) => {
    const m = assertIdentifier(column.name);
    return `,
        (array_agg(r.${m} order by r.observed_at desc) filter (where r.${m} is not null))[1] as ${valueColumn(column)},
        max(r.observed_at) filter (where r.${m} is not null) as ${momentColumn(column)}`;
  });
  return `select r.device_no${values.join("")}
      from ${rows} r group by r.device_no`;
}

/**
 * The part of an insert that keeps the newest values of late readings; after a relation `stored` of whole rows.
 * @param before the parameter with the moment before which readings are late
 */
export const keepLateLatest = (table: KindTable, before: string): string => `, late_latest as (
      ${takeNewer(table, `(${newestOf(table.columns, `(select * from stored where observed_at < ${before}::timestamptz)`)})`)}
    )`;

/**
 * Lateral joins that find the newest values of the device `device` (its number in SQL) in the readings from `from` on
 * and before `until`. One look at the index gives the newest reading as a whole; a further look is only for quantities
 * that it left out. The relations are `newest`, and `rest`.
 * @returns the joins, and SQL for a column's value (as its table keeps it) and moment, null where there is none
 */
export function newestBetween(
  table: KindTable,
  columns: readonly QuantityColumn[],
  { device, from, until }: { device: string; from: string; until?: string },
) {
  const name = assertIdentifier(table.table);
  const list = columns.map((column) => `, r.${assertIdentifier(column.name)}`).join("");
  const joins = columns.map(
    ({ name: metric }) => `
        left join lateral (
          select r.${metric}, r.observed_at from ${name} r
          where newest.${metric} is null
            and r.device_no = ${device} and r.observed_at >= ${from} and r.observed_at < newest.observed_at
            and r.${metric} is not null
          order by r.observed_at desc limit 1
        ) of_${metric} on true`,
  );
  const rest = columns.map(
    ({ name: metric }) => `of_${metric}.${metric}, of_${metric}.observed_at as at_${metric}`,
  );
  const missing = columns.map(({ name: metric }) => `newest.${metric} is null`);
  return {
    // Most readings are whole, and then one look is all: eight more joins took longer than that.
    joins: `
      left join lateral (
        select r.observed_at${list} from ${name} r
        where r.device_no = ${device} and r.observed_at >= ${from}${until === undefined ? "" : ` and r.observed_at < ${until}`}
        order by r.observed_at desc limit 1
      ) newest on true
      left join lateral (
        select ${rest.join(", ")}
        from (select where newest.observed_at is not null and (${missing.join(" or ")})) gap${joins.join("")}
      ) rest on true`,
    value: ({ name: metric }: QuantityColumn) => `coalesce(newest.${metric}, rest.${metric})`,
    at: ({ name: metric }: QuantityColumn) =>
      `case when newest.${metric} is not null then newest.observed_at else rest.at_${metric} end`,
  };
}

/** The moment up to which the newest values of a kind are kept; later ones are in the readings alone. */
export async function readKeptUntil(db: Db, table: KindTable): Promise<Date> {
  const { rows } = await db.query<{ kept_until: Date }>(
    `select kept_until from latest_state where kind = ${kindLiteral(table)}`,
  );
  return rows[0]!.kept_until;
}
