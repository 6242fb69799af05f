import {
  assertIdentifier,
  type Client,
  type Db,
  type KindTable,
  kindLiteral,
  type QuantityColumn,
  scaleOf,
} from "../database/index.ts";

/**
 * Sums of days by region and tenant, so that a county's month is read from some hundred rows instead of a row for each
 * device and day (decision 0028).
 *
 * A row of `<table>_1d_sums` is the sum of its devices' parts of that day. A device's parts are its kept days
 * (`kept-days.ts`) and its rows of `<table>_1d_open`, which are the sums of its readings from
 * `rollup_state.complete_until` on, also where they correct the count of its last kept reading. Code that writes either
 * of them adds the difference to the sums in the same transaction, which holds the kind's row of `rollup_state`.
 *
 * The keeper counts open days, not the acknowledgement. So the sums may lack the latest of a device with news: one that
 * is in a ledger entry, in `rollup_news` or in `rollup_changes`. A query takes the parts of these few out, and counts
 * them out of their readings (`sums-series-sql.ts`), all at one moment.
 *
 * Only devices below `rollup_state.sums_below` are in the sums, and of these none that is in `rollup_apart`. They are
 * there by their place, or by the oldest one that `rollup_moved` has for them.
 */

export const sumsTable = ({ table }: KindTable): string => `${assertIdentifier(table)}_1d_sums`;
export const openTable = ({ table }: KindTable): string => `${assertIdentifier(table)}_1d_open`;

/** Above every device's number: `sums_below` of a kind whose devices are all in the sums. */
export const ALL_DEVICES = 2_147_483_647;

/** A column of sums. */
export interface SumsField {
  readonly name: string;
  readonly type: "bigint" | "real";
  /** How two parts become one. */
  readonly by: "sum" | "min" | "max";
  /** Its value in SQL, of a kept day `row`. */
  readonly ofKept: (row: string) => string;
  /** The number of its steps in one unit of the quantity, for a sum in steps of the resolution. */
  readonly scale?: number;
}

/** True when the sum of a gauge is kept: a sum of floats would depend on the order in which they come and go. */
export const hasSum = ({ type, decimals }: QuantityColumn): boolean =>
  type === "gauge" && decimals !== undefined;

/**
 * The sums of each quantity. `<gauge>_sum` and `<counter>_used` are whole steps of the resolution, so that an addition
 * can be taken away again to the last digit; `<counter>_count` says how many parts have a value at all.
 */
export function sumsFields({ columns }: Pick<KindTable, "columns">): SumsField[] {
  const fields: SumsField[] = [
    { name: "readings", type: "bigint", by: "sum", ofKept: (row) => `${row}.readings` },
  ];
  for (const column of columns) {
    const m = assertIdentifier(column.name);
    const add = (name: string, ofKept: SumsField["ofKept"], more: Pick<SumsField, "scale"> = {}) =>
      fields.push({ name, type: "bigint", by: "sum", ofKept, ...more });
    if (column.type === "gauge") {
      add(`${m}_count`, (row) => `${row}.${m}_count`);
      for (const by of ["min", "max"] as const) {
        fields.push({ name: `${m}_${by}`, type: "real", by, ofKept: (row) => `${row}.${m}_${by}` });
      }
      if (hasSum(column)) {
        const scale = scaleOf(column);
        add(`${m}_sum`, (row) => `round((${row}.${m}_sum * ${scale})::numeric)::bigint`, { scale });
      }
    }
    if (column.type === "counter") {
      add(`${m}_count`, (row) => `(${row}.${m}_last is not null)::int`);
      add(`${m}_used`, (row) => `${row}.${m}_used`);
    }
  }
  return fields;
}

/** Makes both tables, or widens them for quantities that the kind has gained: nothing has been counted for those. */
export async function makeSumsTables(client: Client, table: KindTable): Promise<void> {
  const [sums, open] = [sumsTable(table), openTable(table)];
  // The tenant '' stands for no tenant: so the index has no two rows of the same.
  await client.query(
    `create table if not exists ${sums} (region_code text not null, tenant_id text not null, day timestamptz not null)
     with (fillfactor = 70)`,
  );
  // Every row of today is written again and again, in place where its page has room.
  await client.query(
    `create table if not exists ${open} (device_no integer, day timestamptz, primary key (device_no, day))
     with (fillfactor = 50)`,
  );
  for (const { name, type, by } of sumsFields(table)) {
    const none = by === "sum" ? " not null default 0" : "";
    for (const relation of [sums, open]) {
      await client.query(`alter table ${relation} add column if not exists ${name} ${type}${none}`);
    }
  }
  // In the order of C, whatever the database's locale is, so that a region with all that is inside is one range.
  await client.query(
    `create unique index if not exists ${sums}_of on ${sums} (region_code text_pattern_ops, day, tenant_id)`,
  );
}

/** True when both tables are there with all their columns. */
export async function hasSumsTables(db: Db, table: KindTable): Promise<boolean> {
  const { rows } = await db.query<{ columns: number }>(
    `select count(*)::int as columns from pg_attribute
     where attrelid in (to_regclass($1), to_regclass($2)) and attnum > 0 and not attisdropped`,
    [sumsTable(table), openTable(table)],
  );
  return rows[0]!.columns >= 5 + 2 * sumsFields(table).length;
}

/** SQL of the place by which devices are in the sums. `device` is a number in SQL. */
export const joinPlaceInSums = (device: string): string =>
  `join devices v on v.device_no = ${device}
      left join lateral (
        select true as moved, w.region_code, w.tenant_id from rollup_moved w
        where w.device_no = ${device} order by w.move_no limit 1
      ) w on true`;
export const PLACE_IN_SUMS = {
  region: "coalesce(w.region_code, v.region_code)",
  tenant: "coalesce(case when w.moved then w.tenant_id else v.tenant_id end, '')",
} as const;

export interface AddedParts {
  /** SQL of the number below which devices are in the sums; otherwise it is that of the kind's state. */
  readonly below?: string;
  /** True when `parts` have `region_code` and `tenant_id`, as the sums have them. */
  readonly placed?: boolean;
}

/**
 * An insert that adds parts to the sums, for devices that are in them.
 * @param parts a relation with `device_no`, `day` and the fields; parts to take away are negative, or null for a
 *   least or greatest
 */
export function addToSums(table: KindTable, parts: string, { below, placed }: AddedParts = {}): string {
  const fields = sumsFields(table);
  const names = fields.map(({ name }) => name);
  const added = fields.map(({ name, by }) =>
    by === "sum" ? `coalesce(sum(p.${name}), 0)::bigint` : `${by}(p.${name})`,
  );
  const sets = fields.map(({ name, by }) => {
    if (by === "sum") return `${name} = k.${name} + excluded.${name}`;
    return `${name} = ${by === "min" ? "least" : "greatest"}(k.${name}, excluded.${name})`;
  });
  const within = below ?? `(select sums_below from rollup_state where kind = ${kindLiteral(table)})`;
  const place = placed ? "p.region_code, p.tenant_id" : `${PLACE_IN_SUMS.region}, ${PLACE_IN_SUMS.tenant}`;
  return `insert into ${sumsTable(table)} as k (region_code, tenant_id, day, ${names.join(", ")})
      select ${place}, p.day, ${added.join(", ")}
      from ${parts} p ${placed ? "" : joinPlaceInSums("p.device_no")}
      where p.device_no < ${within} and p.device_no not in (select device_no from rollup_apart)
      group by 1, 2, 3
      order by 1, 2, 3
      on conflict (region_code, day, tenant_id) do update set ${sets.join(", ")}`;
}
