import {
  arrivalOf,
  assertIdentifier,
  type Db,
  decodeCursor,
  encodeCursor,
  exactJson,
  inUnit,
  type KindTable,
  type Page,
  toPage,
} from "../database/index.ts";
import { type DeviceKey, deviceNosOf, spansParameters, withinSpans } from "../places/index.ts";
import type { Reading } from "./readings.ts";

/** The change to one quantity: it gets a value, null for none, or its value is added to or multiplied. */
export type Correction = { readonly metric: string } & (
  | { readonly set: number | string | null }
  | { readonly add: number }
  | { readonly multiply: number }
);

/** Readings of a device that a person has voided, or corrected. */
export interface Repair {
  readonly id: number;
  readonly action: "void" | "correct";
  /** By the device's clock: from the first moment on and before the second. */
  readonly from: Date;
  readonly to: Date;
  readonly reason: string;
  readonly corrections: Correction[] | null;
  /** How many readings it took away or changed. */
  readonly readings: number;
  /** The id of the person. */
  readonly madeBy: string;
  readonly madeAt: Date;
  readonly undone: {
    readonly by: string;
    readonly at: Date;
    readonly reason: string;
    /** How many have all of their values again: readings that the device has contradicted since are not counted. */
    readonly restored: number;
  } | null;
}

export interface RepairRow {
  repair_no: number;
  device_no: number;
  action: Repair["action"];
  from_at: Date;
  until_at: Date;
  reason: string;
  corrections: Correction[] | null;
  readings: number;
  made_by: string;
  made_at: Date;
  undone_by: string | null;
  undone_at: Date | null;
  undone_reason: string | null;
  restored: number | null;
}

const SELECTED = `p.repair_no, p.device_no, p.action, p.reason, p.corrections, p.made_by, p.made_at, p.undone_by, p.undone_at,
         p.undone_reason`;

export const SELECT_REPAIR = `
  select ${SELECTED}, p.from_at, p.until_at, p.readings, p.restored
  from repairs p`;

export const toRepair = (row: RepairRow): Repair => ({
  id: row.repair_no,
  action: row.action,
  from: row.from_at,
  to: row.until_at,
  reason: row.reason,
  corrections: row.corrections,
  readings: row.readings,
  madeBy: row.made_by,
  madeAt: row.made_at,
  undone:
    row.undone_at === null
      ? null
      : { by: row.undone_by!, at: row.undone_at, reason: row.undone_reason!, restored: row.restored! },
});

type PageOptions = { readonly limit: number; readonly cursor?: string | undefined };

/** The condition for a repaired reading `m` to be of the key, whose parameters are `$1` to `$4`. */
const ofKey = ({ spans }: DeviceKey): string =>
  `m.device_no = any ($1::int[]) ${spans ? `and ${withinSpans("m.device_no", "m.observed_at", 2)}` : ""}`;
const keyParameters = (key: DeviceKey): unknown[] => [
  deviceNosOf(key),
  ...(key.spans ? spansParameters(key.spans) : []),
];

/**
 * The part of a repair that lies in the spans of a key, which are the parameters `$2` to `$4`: the rest is neither told
 * nor counted.
 */
const selectWithin = (key: DeviceKey): string => `
  select ${SELECTED}, greatest(p.from_at, outermost.from_at) as from_at, least(p.until_at, outermost.until_at) as until_at,
         own.readings, least(p.restored, own.readings) as restored
  from repairs p
  cross join (
    select min(from_at) as from_at, max(until_at) as until_at
    from unnest($3::timestamptz[], $4::timestamptz[]) as span (from_at, until_at)
  ) outermost
  join lateral (
    select count(*)::int as readings from repaired_readings m where m.repair_no = p.repair_no and ${ofKey(key)}
  ) own on own.readings > 0`;

/**
 * The repairs of a device, newest first; of a key with spans those that took a reading in them, with the part that lies
 * in them.
 */
export async function listRepairs(db: Db, key: DeviceKey, page: PageOptions): Promise<Page<Repair>> {
  const after = decodeCursor("repairs", ["integer"], page.cursor);
  const values = keyParameters(key);
  const { rows } = await db.query<RepairRow>(
    `${key.spans ? selectWithin(key) : SELECT_REPAIR}
     where p.device_no = any ($1::int[])
       and ($${values.length + 1}::bigint is null or p.repair_no < $${values.length + 1}::bigint)
     order by p.repair_no desc
     limit $${values.length + 2}::int`,
    [...values, after?.[0] ?? null, page.limit + 1],
  );
  return toPage(rows, page.limit, toRepair, (row) => encodeCursor("repairs", [row.repair_no]));
}

/** The readings that a repair took away or changed, as they were before it, in the order of the device's clock. */
export async function listRepairedReadings(
  db: Db,
  table: KindTable,
  key: DeviceKey,
  repair: number,
  page: PageOptions,
): Promise<Page<Reading>> {
  const after = decodeCursor("repairs/readings", ["time"], page.cursor);
  const values = keyParameters(key);
  const next = values.length + 1;
  const metrics = table.columns.map(
    (column) => `'${assertIdentifier(column.name)}', ${inUnit(column, `o.${assertIdentifier(column.name)}`)}`,
  );
  const { rows } = await db.query<{
    observed_at: Date;
    observed_key: string;
    received_at: Date;
    metrics: Reading["metrics"];
    extra: Record<string, unknown> | null;
  }>({
    types: exactJson,
    text: `select o.observed_at, o.observed_at::text as observed_key, ${arrivalOf("o")} as received_at, o.extra,
            jsonb_build_object(${metrics.join(", ")}) as metrics
     from (
       select m.original from repaired_readings m
       where m.repair_no = $${next}::bigint and ${ofKey(key)}
         and ($${next + 1}::timestamptz is null or m.observed_at > $${next + 1}::timestamptz)
       order by m.observed_at
       limit $${next + 2}::int
     ) m
     cross join lateral jsonb_populate_record(null::${assertIdentifier(table.table)}, m.original) o
     order by o.observed_at`,
    values: [...values, repair, after?.[0] ?? null, page.limit + 1],
  });
  const toItem = (row: (typeof rows)[number]): Reading => ({
    observedAt: row.observed_at.toISOString(),
    receivedAt: row.received_at.toISOString(),
    metrics: row.metrics,
    corrected: false,
    extra: row.extra,
  });
  return toPage(rows, page.limit, toItem, (row) => encodeCursor("repairs/readings", [row.observed_key]));
}
