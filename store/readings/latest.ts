import {
  assertIdentifier,
  type Db,
  decodeCursor,
  encodeCursor,
  inUnit,
  type KindTable,
  type Limits,
  limitsCondition,
  limitsParameter,
  momentOf,
  momentsAsText,
  type Page,
  type QuantityColumn,
} from "../database/index.ts";
import { DEVICE_SPANS, type DeviceSpan, devicesOf, spansParameters } from "../places/index.ts";
import { keptLatest, latestTable, newestBetween, readKeptUntil } from "./latest-table.ts";
import type { Reading } from "./readings.ts";

/** The newest value of a quantity, and when it was observed. */
export interface LatestValue {
  readonly value: number | string;
  /** RFC 3339 in UTC with milliseconds. */
  readonly observedAt: string;
}

/** By the key of the quantity; null when the device has never sent it. */
export type LatestValues = Readonly<Record<string, LatestValue | null>>;

type Cell = number | string | null;

/** Reads pairs of value and moment from a row, from position `first` on. */
function readValues(columns: readonly QuantityColumn[], row: readonly Cell[], first: number): LatestValues {
  const values: Record<string, LatestValue | null> = {};
  for (const [i, { name }] of columns.entries()) {
    const value = row[first + 2 * i] ?? null;
    values[name] = value === null ? null : { value, observedAt: momentOf(row[first + 2 * i + 1] as string) };
  }
  return values;
}

/** When the newest of the values was observed; null where there is none. RFC 3339 in UTC sorts as text. */
export function newestMoment(values: LatestValues): string | null {
  let newest: string | null = null;
  for (const value of Object.values(values)) {
    if (value !== null && (newest === null || value.observedAt > newest)) newest = value.observedAt;
  }
  return newest;
}

/**
 * SQL for the pairs of a device's newest values, with the joins that it needs. `device` is its number in SQL, and
 * `kept` its row of `latestTable`. `from` goes into the text, so that the plan has the newest chunks alone.
 */
function latestSql(table: KindTable, columns: readonly QuantityColumn[], device: string, from: Date) {
  const { joins, value, at } = newestBetween(table, columns, {
    device,
    from: `'${from.toISOString()}'::timestamptz`,
  });
  const pairs = columns.map((column) => {
    const here = value(column);
    return `, ${inUnit(column, `coalesce(${here}, kept.${keptLatest.value(column)})`)},
              case when ${here} is not null then ${at(column)} else kept.${keptLatest.at(column)} end`;
  });
  return {
    pairs: pairs.join(""),
    // With the limit it is a look at the key for each device; without it the whole table is read for a thousand of
    // 400,000.
    joins: `left join lateral (
        select * from ${latestTable(table)} own where own.device_no = ${device} limit 1
      ) kept on true${joins}`,
  };
}

/**
 * The newest value of each quantity of one device whose newest reading is known: only quantities that it left out are
 * looked up.
 * @param reading with all quantities of the table
 */
export async function completeLatest(
  db: Db,
  table: KindTable,
  deviceNo: number,
  { observedAt, metrics }: Reading,
): Promise<LatestValues> {
  const missing = table.columns.filter(({ name }) => (metrics[name] ?? null) === null);
  const older = missing.length > 0 ? await readLatest(db, table, missing, deviceNo) : {};
  return Object.fromEntries(
    table.columns.map(({ name }) => {
      const value = metrics[name] ?? null;
      return [name, value === null ? (older[name] ?? null) : { value, observedAt }];
    }),
  );
}

/** The newest value of each quantity of one device. */
export async function readLatest(
  db: Db,
  table: KindTable,
  columns: readonly QuantityColumn[],
  deviceNo: number,
): Promise<LatestValues> {
  const { pairs, joins } = latestSql(table, columns, "asked.device_no", await readKeptUntil(db, table));
  const { rows } = await db.query<Cell[]>({
    rowMode: "array",
    types: momentsAsText,
    text: `select asked.device_no${pairs} from (select $1::int as device_no) asked ${joins}`,
    values: [deviceNo],
  });
  return readValues(columns, rows[0]!, 1);
}

/** The same within some times of a device, for a caller who may not see all of it: out of the readings themselves. */
export async function readLatestIn(
  db: Db,
  table: KindTable,
  columns: readonly QuantityColumn[],
  spans: readonly DeviceSpan[],
): Promise<LatestValues> {
  // They may belong to several devices that had the same id; the last one counts where two have the same moment.
  const all = new Map(await readManyIn(db, table, columns, spans));
  const ordered = [...all].sort(([a], [b]) => b - a).map(([, values]) => values);
  return Object.fromEntries(
    columns.map(({ name }) => {
      let newest: LatestValue | null = null;
      for (const { [name]: value = null } of ordered) {
        if (value !== null && (newest === null || value.observedAt > newest.observedAt)) newest = value;
      }
      return [name, newest];
    }),
  );
}

/** The newest values of each device within its times. */
async function readManyIn(
  db: Db,
  table: KindTable,
  columns: readonly QuantityColumn[],
  spans: readonly DeviceSpan[],
): Promise<[deviceNo: number, LatestValues][]> {
  if (spans.length === 0) return [];
  const newest = columns.map((column, index) => {
    const m = assertIdentifier(column.name);
    return `left join lateral (
        select ${inUnit(column, `r.${m}`)} as value, r.observed_at
        from span join ${assertIdentifier(table.table)} r on r.device_no = span.device_no
          and r.observed_at >= span.from_at and r.observed_at < span.until_at
        where span.device_no = d.device_no and r.${m} is not null order by r.observed_at desc limit 1
      ) v${index} on true`;
  });
  const { rows } = await db.query<Cell[]>({
    rowMode: "array",
    types: momentsAsText,
    text: `with span as (
        select * from unnest($1::int[], $2::timestamptz[], $3::timestamptz[]) as span (device_no, from_at, until_at))
      select d.device_no${columns.map((_, index) => `, v${index}.value, v${index}.observed_at`).join("")}
      from (select distinct device_no from span) d ${newest.join(" ")}`,
    values: spansParameters(spans),
  });
  return rows.map((row) => [row[0] as number, readValues(columns, row, 1)]);
}

/** PostgreSQL's text of a moment in milliseconds since 1970; it also has the infinities. */
function timeOf(text: string): number {
  if (text === "infinity") return Number.POSITIVE_INFINITY;
  return text === "-infinity" ? Number.NEGATIVE_INFINITY : Date.parse(momentOf(text));
}

const isWithin = (at: number, span: { readonly from_at: string; readonly until_at: string }): boolean =>
  at >= timeOf(span.from_at) && at < timeOf(span.until_at);

/** A device of a fleet, and its newest values. */
export interface LatestOfDevice {
  readonly deviceId: string;
  readonly name: string | null;
  readonly regionCode: string;
  /** When the newest of the values was observed; null where there is none. */
  readonly observedAt: string | null;
  readonly metrics: LatestValues;
}

export interface LatestQuery {
  readonly region?: string | undefined;
  /** The wanted quantities, a selection of the table's columns. */
  readonly columns: readonly QuantityColumn[];
}

/**
 * The newest values of the devices of a kind, in the order in which they were added. It takes two statements: the first
 * finds the moment from which the readings have to be looked at, which may have moved on by the second. That does no
 * harm, as the kept part only grows.
 */
export async function listLatest(
  db: Db,
  table: KindTable,
  { region, columns }: LatestQuery,
  limits: Limits,
  page: { readonly limit: number; readonly cursor?: string | undefined },
): Promise<Page<LatestOfDevice>> {
  const after = decodeCursor("latest", ["device"], page.cursor);
  const { pairs, joins } = latestSql(table, columns, "d.device_no", await readKeptUntil(db, table));
  const parameter = limitsParameter(limits);
  const { rows } = await db.query<Cell[]>({
    rowMode: "array",
    types: momentsAsText,
    text: `select d.device_no, d.id, d.name, d.region_code, (d.placed_since > '-infinity')::int${pairs}
     from (
       select d.device_no, d.id, d.name, d.region_code, d.placed_since from ${devicesOf(region, 3)}
       where d.deleted_at is null and ${limitsCondition("d", 1)} and d.kind = $2::text
         and ($3::text is null or d.region_code like $3::text)
         and ($4::int is null or d.device_no > $4::int)
       order by d.device_no
       limit $5::int
     ) d
     ${joins}
     order by d.device_no`,
    values: [
      parameter,
      table.kind,
      region === undefined ? null : `${region}%`,
      after?.[0] ?? null,
      page.limit + 1,
    ],
  });
  const shown = rows.slice(0, page.limit).map((row) => ({ row, metrics: readValues(columns, row, 5) }));
  // A device that had another holder has values of a time that is not the caller's.
  const moved = shown.filter(({ row }) => row[4] === 1 && parameter !== null);
  const own = await readSeen(
    db,
    table,
    columns,
    new Map(moved.map(({ row, metrics }) => [row[0] as number, metrics])),
    limits,
  );
  const items = shown.map(({ row, metrics: newest }): LatestOfDevice => {
    const metrics = own.get(row[0] as number) ?? newest;
    return {
      deviceId: row[1] as string,
      name: row[2] as string | null,
      regionCode: row[3] as string,
      observedAt: newestMoment(metrics),
      metrics,
    };
  });
  const last = shown.at(-1)?.row[0] as number | undefined;
  return {
    items,
    nextCursor: rows.length > page.limit && last !== undefined ? encodeCursor("latest", [last]) : null,
  };
}

/**
 * For devices that have moved, the newest values of the times that are within the limits. It takes two statements for
 * any number of devices; the second only where the newest of all is from a time outside.
 * @param newest for each device, by its number, the newest values of all times
 */
async function readSeen(
  db: Db,
  table: KindTable,
  columns: readonly QuantityColumn[],
  newest: ReadonlyMap<number, LatestValues>,
  limits: Limits,
): Promise<Map<number, LatestValues>> {
  const seen = new Map<number, LatestValues>();
  if (newest.size === 0) return seen;
  const { rows: spans } = await db.query<{ device_no: number; from_at: string; until_at: string }>(
    `select s.device_no, s.from_at::text, s.until_at::text from ${DEVICE_SPANS} s
     where s.device_no = any ($1::int[]) and ${limitsCondition("s", 2)}`,
    [[...newest.keys()], limitsParameter(limits)],
  );
  const spansOf = new Map<number, typeof spans>();
  for (const span of spans) spansOf.set(span.device_no, [...(spansOf.get(span.device_no) ?? []), span]);
  const older: DeviceSpan[] = [];
  for (const [deviceNo, values] of newest) {
    const own = spansOf.get(deviceNo) ?? [];
    const at = newestMoment(values);
    const isOwn = (value: LatestValue | null) =>
      value === null || own.some((span) => isWithin(Date.parse(value.observedAt), span));
    if (Object.values(values).every(isOwn)) continue;
    // There is no reading after the newest one.
    const before = own.filter((span) => timeOf(span.from_at) <= Date.parse(at!));
    older.push(...before.map((span) => ({ deviceNo, from: span.from_at, until: span.until_at })));
    seen.set(deviceNo, Object.fromEntries(columns.map(({ name }) => [name, null])));
  }
  for (const [deviceNo, values] of await readManyIn(db, table, columns, older)) seen.set(deviceNo, values);
  return seen;
}
