import { type Fault, PlatformError } from "../../base/errors.ts";
import { type AuditActor, appendAudit } from "../audit/index.ts";
import {
  assertIdentifier,
  type Client,
  isRowFault,
  type KindTable,
  type Pool,
  scaleOf,
  withTransaction,
} from "../database/index.ts";
import { type DeviceKey, lockOwnKey, type OwnDevice, spansParameters, withinSpans } from "../places/index.ts";
import { assertCountable, logChangedDays } from "../rollups/index.ts";
import { columnOf, corrected } from "./correction-sql.ts";
import { remakeLatest } from "./keep-latest.ts";
import { type Correction, type Repair, type RepairRow, SELECT_REPAIR, toRepair } from "./repairs.ts";

/** The bounds of a quantity's value after a correction. */
export interface Bounds {
  readonly min: number;
  readonly max: number;
}

export interface NewRepair {
  /** Only readings of the caller's own times are changed. */
  readonly device: OwnDevice;
  readonly table: KindTable;
  readonly from: Date;
  readonly to: Date;
  readonly reason: string;
  /** Undefined: the readings are voided. */
  readonly corrections: readonly (Correction & { readonly bounds: Bounds | undefined })[] | undefined;
}

/** The same, for the caller's times of the device. */
type OwnRepair = NewRepair & { readonly key: DeviceKey };

/** Readings in one repair: each is written twice, and columnstore takes apart no more than 100,000 in a transaction. */
const MAX_REPAIRED = 50_000;

/** A moment that a repair took away or changed. */
export interface Changed {
  readonly observed_at: Date;
}

/**
 * Voids the readings of a device in a range, or corrects their values. The platform keeps them as they were, the sums
 * and newest values of the device are right from the commit on, and the repair can be undone.
 * @throws PlatformError `device_not_found` for a caller who does not have the device now; `nothing_to_repair`;
 * `range_too_wide` beyond `MAX_REPAIRED` readings, before anything was done; `invalid_request` where a corrected value
 * would be out of its bounds, or nothing be left of a reading
 */
export async function makeRepair(pool: Pool, asked: NewRepair, actor: AuditActor): Promise<Repair> {
  const { device, table, from, to, reason, corrections } = asked;
  return withTransaction(pool, async (tx) => {
    // One repair of a device at a time, so that they stand on each other in the order of their numbers.
    const key = await lockOwnKey(tx, device);
    const repair: OwnRepair = { ...asked, key };
    assertNotTooMany(repair, await countMet(tx, repair));
    const changes = corrections?.map(({ bounds: _, ...correction }) => correction);
    const { rows: made } = await tx.query<{ repair_no: number }>(
      `insert into repairs (device_no, action, from_at, until_at, reason, corrections, made_by)
       values ($1::int, $2::text, $3::timestamptz, $4::timestamptz, $5::text, $6::jsonb, $7::text)
       returning repair_no`,
      [
        key.deviceNo,
        changes ? "correct" : "void",
        from.toISOString(),
        to.toISOString(),
        reason,
        changes ? JSON.stringify(changes) : null,
        actor.id,
      ],
    );
    const repairNo = made[0]!.repair_no;
    const changed = corrections
      ? await correctReadings(tx, repairNo, repair, corrections)
      : await voidReadings(tx, repairNo, repair);
    if (changed.length === 0) {
      throw new PlatformError(
        "nothing_to_repair",
        `Device '${key.id}' has no ${corrections ? "value of these quantities" : "reading"} from ${from.toISOString()} to ${to.toISOString()}`,
      );
    }
    // The device may have sent more since they were counted.
    assertNotTooMany(repair, changed.length);
    await tx.query("update repairs set readings = $2::int where repair_no = $1::bigint", [
      repairNo,
      changed.length,
    ]);
    await afterChange(tx, table, key.deviceNo, changed);
    const done = toRepair(await getRow(tx, repairNo, key));
    await appendAudit(tx, {
      actor,
      action: corrections ? "readings.correct" : "readings.void",
      object: { type: "device", id: key.id },
      after: toAudit(done),
    });
    return done;
  });
}

export const toAudit = ({ id, action, from, to, reason, corrections, readings, undone }: Repair) => ({
  repair: id,
  action,
  from,
  to,
  reason,
  corrections,
  readings,
  undone,
});

export async function afterChange(
  tx: Client,
  table: KindTable,
  deviceNo: number,
  changed: readonly Changed[],
): Promise<void> {
  const oldest = Math.min(...changed.map(({ observed_at: at }) => at.getTime()));
  if (Number.isFinite(oldest)) await assertCountable(tx, table, new Date(oldest));
  await logChangedDays(
    tx,
    table.kind,
    changed.map(({ observed_at: at }) => ({ deviceNo, observedAt: at.getTime() })),
  );
  await remakeLatest(tx, table, [deviceNo]);
}

export async function getRow(
  tx: Client,
  repairNo: number,
  { deviceNo, spans }: DeviceKey,
): Promise<RepairRow> {
  const { rows } = await tx.query<RepairRow>(
    // A caller to whom only a part of it belongs must not undo the whole.
    `${SELECT_REPAIR} where p.repair_no = $1::bigint and p.device_no = $2::int
       ${
         spans
           ? `and not exists (select from repaired_readings m
                where m.repair_no = p.repair_no and not (${withinSpans("m.device_no", "m.observed_at", 3)}))`
           : ""
       }`,
    [repairNo, deviceNo, ...(spans ? spansParameters(spans) : [])],
  );
  if (!rows[0]) throw new PlatformError("repair_not_found", `There is no repair ${repairNo} of this device`);
  return rows[0];
}

/** The condition for a reading `r` to be in the range, with its parameters from `$2` on. */
const inRange = ({ key }: OwnRepair, first = 2): string =>
  `r.device_no = $${first}::int and r.observed_at >= $${first + 1}::timestamptz and r.observed_at < $${first + 2}::timestamptz
   ${key.spans ? `and ${withinSpans("r.device_no", "r.observed_at", first + 3)}` : ""}`;
const rangeParameters = ({ key, from, to }: OwnRepair): unknown[] => [
  key.deviceNo,
  from.toISOString(),
  to.toISOString(),
  ...(key.spans ? spansParameters(key.spans) : []),
];

/** The condition for a reading `r` to have one of the corrected quantities. */
const isMet = (corrections: readonly Correction[]): string =>
  `(${corrections.map(({ metric }) => `r.${assertIdentifier(metric)} is not null`).join(" or ")})`;

/** The number of readings to repair, counted only as far as is needed to know that there are too many. */
async function countMet(tx: Client, repair: OwnRepair): Promise<number> {
  const { table, corrections } = repair;
  const { rows } = await tx.query<{ met: number }>(
    `select count(*)::int as met from (
       select from ${assertIdentifier(table.table)} r
       where ${inRange(repair, 1)} ${corrections ? `and ${isMet(corrections)}` : ""}
       limit ${MAX_REPAIRED + 1}
     ) counted`,
    rangeParameters(repair),
  );
  return rows[0]!.met;
}

function assertNotTooMany({ from, to }: NewRepair, met: number): void {
  if (met <= MAX_REPAIRED) return;
  throw new PlatformError(
    "range_too_wide",
    `From ${from.toISOString()} to ${to.toISOString()} there are more than ${MAX_REPAIRED} readings: repair less time at once`,
  );
}

async function voidReadings(tx: Client, repairNo: number, repair: OwnRepair): Promise<Changed[]> {
  const { rows } = await tx.query<Changed>(
    `with gone as (
       delete from ${assertIdentifier(repair.table.table)} r where ${inRange(repair)} returning r.*
     )
     insert into repaired_readings (repair_no, device_no, observed_at, original, is_corrected)
     select $1::bigint, gone.device_no, gone.observed_at, to_jsonb(gone), false from gone
     returning observed_at`,
    [repairNo, ...rangeParameters(repair)],
  );
  return rows;
}

async function correctReadings(
  tx: Client,
  repairNo: number,
  repair: OwnRepair,
  corrections: NonNullable<NewRepair["corrections"]>,
): Promise<Changed[]> {
  const { table } = repair;
  const raw = assertIdentifier(table.table);
  const values = [repairNo, ...rangeParameters(repair)];
  const sets = corrections.map((correction) => {
    const m = `r.${correction.metric}`;
    const [value, parameter] = corrected(columnOf(table, correction.metric), correction, values.length + 1);
    values.push(parameter);
    return `${correction.metric} = case when ${m} is not null then ${value} end`;
  });
  const met = isMet(corrections);
  const { rows } = await explainRange(repair, () =>
    tx.query<Changed>(
      `with before as materialized (
         select r.* from ${raw} r where ${inRange(repair)} and ${met}
       ), kept as (
         insert into repaired_readings (repair_no, device_no, observed_at, original, is_corrected)
         select $1::bigint, before.device_no, before.observed_at, to_jsonb(before), true from before
       )
       update ${raw} r set ${sets.join(", ")} where ${inRange(repair)} and ${met}
       returning r.observed_at`,
      values,
    ),
  );
  await assertSound(tx, repairNo, repair, corrections);
  return rows;
}

/** A value that does not fit its column at all is as wrong as one beyond its range. */
async function explainRange<T>({ table }: NewRepair, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!isRowFault(error)) throw error;
    throw faultOf(`A corrected value does not fit its column in the readings of kind '${table.kind}'`, error);
  }
}

const faultOf = (message: string, cause?: unknown) => {
  const fault: Fault = { path: "/corrections", message };
  return new PlatformError("invalid_request", message, { faults: [fault], cause });
};

/** @throws PlatformError `invalid_request` where a value is out of its bounds, or nothing is left of a reading */
async function assertSound(
  tx: Client,
  repairNo: number,
  { table, key }: OwnRepair,
  corrections: NonNullable<NewRepair["corrections"]>,
): Promise<void> {
  const from = `from repaired_readings m
     join ${assertIdentifier(table.table)} r on r.device_no = m.device_no and r.observed_at = m.observed_at
     where m.repair_no = $1::bigint and m.device_no = $2::int`;
  const empty = await tx.query<Changed>(
    `select r.observed_at ${from} and coalesce(${table.columns.map(({ name }) => `r.${assertIdentifier(name)}::text`).join(", ")}) is null
     order by 1 limit 1`,
    [repairNo, key.deviceNo],
  );
  if (empty.rows[0]) {
    throw faultOf(
      `Nothing would be left of the reading of ${empty.rows[0].observed_at.toISOString()}: void it instead`,
    );
  }
  for (const { metric, bounds } of corrections) {
    if (!bounds) continue;
    const column = columnOf(table, metric);
    const scale = scaleOf(column);
    const { rows } = await tx.query<Changed & { value: number }>(
      `select r.observed_at, r.${metric}::float8 / ${scale} as value ${from}
         and not r.${metric}::float8 between $3::float8 * ${scale} and $4::float8 * ${scale}
       order by 1 limit 1`,
      [repairNo, key.deviceNo, bounds.min, bounds.max],
    );
    const [first] = rows;
    if (!first) continue;
    throw faultOf(
      `At ${first.observed_at.toISOString()} '${metric}' would be ${first.value}: expected ${bounds.min} to ${bounds.max}`,
    );
  }
}
