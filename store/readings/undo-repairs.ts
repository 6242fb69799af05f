import { PlatformError } from "../../base/errors.ts";
import { stringifyExact } from "../../base/exact-json.ts";
import { type AuditActor, appendAudit } from "../audit/index.ts";
import {
  arrivalOf,
  assertIdentifier,
  type Client,
  type KindTable,
  type Pool,
  sqlType,
  withTransaction,
} from "../database/index.ts";
import { insertRejections, type NewRejection } from "../ledger/index.ts";
import { type DeviceKey, lockOwnKey, type OwnDevice } from "../places/index.ts";
import { columnOf, corrected } from "./correction-sql.ts";
import {
  eachMoments,
  lockMoments,
  mergeMoments,
  momentKey,
  type StoredReadingRow,
  storedReading,
} from "./moments.ts";
import { type Correction, type Repair, toRepair } from "./repairs.ts";
import { afterChange, type Changed, getRow, toAudit } from "./write-repairs.ts";

export interface UndoneRepair {
  readonly device: OwnDevice;
  readonly table: KindTable;
  readonly repairNo: number;
  readonly reason: string;
  /** The topic on which the device would send its readings: for values that cannot be put back. */
  readonly topic: string;
  /** The door whose words these are. */
  readonly door: string;
}

/** Values that cannot be put back, under the names that they have in a reading, with their moment. */
type NotRestored = Readonly<Record<string, unknown>> & { readonly observedAt: string };

interface Undone {
  readonly changed: readonly Changed[];
  /** How many readings have all of their values again. */
  readonly restored: number;
  readonly refused: readonly NotRestored[];
}

/**
 * Undoes a repair. Readings that the device has sent since stand, and values that they do not contradict are merged
 * into them; contradicted values are put on record as rejections `conflict`, outside of the ledger.
 * @throws PlatformError `device_not_found` for a caller who does not have the device now; `repair_not_found`,
 * `already_undone`, `repair_covered` while a later repair stands on it
 */
export async function undoRepair(pool: Pool, asked: UndoneRepair, actor: AuditActor): Promise<Repair> {
  const { device, table, repairNo, reason, door, topic } = asked;
  return withTransaction(pool, async (tx) => {
    const key = await lockOwnKey(tx, device);
    const before = await getRow(tx, repairNo, key);
    if (before.undone_at) {
      throw new PlatformError(
        "already_undone",
        `Repair ${repairNo} was undone at ${before.undone_at.toISOString()}`,
      );
    }
    const { rows: covered } = await tx.query<{ later: number }>(
      `select later.repair_no as later
       from repaired_readings mine
       join repaired_readings later on later.device_no = mine.device_no and later.observed_at = mine.observed_at
         and later.is_active and later.repair_no > mine.repair_no
       where mine.repair_no = $1::bigint
       order by 1 desc limit 1`,
      [repairNo],
    );
    if (covered[0]) {
      throw new PlatformError(
        "repair_covered",
        `Repair ${covered[0].later} has changed readings of repair ${repairNo} since: undo that one first`,
      );
    }
    const { changed, restored, refused } = before.corrections
      ? await uncorrect(tx, table, repairNo, before.corrections)
      : await restore(tx, table, repairNo);
    await tx.query("update repaired_readings set is_active = false where repair_no = $1::bigint", [repairNo]);
    await tx.query(
      `update repairs set undone_by = $2::text, undone_at = now(), undone_reason = $3::text, restored = $4::int
       where repair_no = $1::bigint`,
      [repairNo, actor.id, reason, restored],
    );
    if (refused.length > 0)
      await insertRejections(tx, await refusedAgain(tx, refused, { key, door, topic, repairNo }));
    await afterChange(tx, table, key.deviceNo, changed);
    const done = toRepair(await getRow(tx, repairNo, key));
    await appendAudit(tx, {
      actor,
      action: "readings.undo",
      object: { type: "device", id: key.id },
      before: toAudit(toRepair(before)),
      after: toAudit(done),
    });
    return done;
  });
}

/** At most so many readings are in one rejection: a person reads it, and it can be replayed. */
const MAX_REFUSED_TOGETHER = 1000;

async function refusedAgain(
  tx: Client,
  refused: readonly NotRestored[],
  { key, door, topic, repairNo }: { key: DeviceKey; door: string; topic: string; repairNo: number },
): Promise<NewRejection[]> {
  const rejections: NewRejection[] = [];
  const pages: NotRestored[][] = [];
  // One place at a time: no holder learns of readings from another holder's time.
  for (const own of await byPlace(tx, key.deviceNo, refused)) {
    for (let from = 0; from < own.length; from += MAX_REFUSED_TOGETHER) {
      pages.push(own.slice(from, from + MAX_REFUSED_TOGETHER));
    }
  }
  for (const items of pages) {
    const [first] = items;
    const { observedAt, ...values } = first!;
    const payload = Buffer.from(stringifyExact(items.length === 1 ? first : items));
    rejections.push({
      receivedAt: Date.now(),
      observedAt: Date.parse(observedAt),
      itemsChannel: "telemetry",
      deviceNo: key.deviceNo,
      publisher: key.id,
      door,
      topic,
      reason: "conflict",
      detail:
        `undoing repair ${repairNo}: ${Object.keys(values).join(", ")}: another value is stored for ${observedAt}`.slice(
          0,
          1000,
        ),
      payload,
      payloadBytes: payload.length,
      items: items.length,
      // They were counted when they came, and are not counted a second time.
      partial: true,
    });
  }
  return rejections;
}

/** The same, with the values of each place of the device together. */
async function byPlace(
  tx: Client,
  deviceNo: number,
  refused: readonly NotRestored[],
): Promise<Iterable<NotRestored[]>> {
  const { rows } = await tx.query<{ until: Date }>(
    "select until_at as until from former_places where device_no = $1::int order by until_at",
    [deviceNo],
  );
  const places = new Map<number, NotRestored[]>();
  for (const one of refused) {
    const place = rows.findIndex(({ until }) => Date.parse(one.observedAt) < until.getTime());
    const own = places.get(place);
    if (own) own.push(one);
    else places.set(place, [one]);
  }
  return places.values();
}

/** Puts voided readings back, and merges them into those that the device has sent for their moments since. */
async function restore(tx: Client, table: KindTable, repairNo: number): Promise<Undone> {
  const raw = assertIdentifier(table.table);
  const metrics = table.columns.map(({ name }) => assertIdentifier(name));
  const names = ["device_no", "observed_at", "received_at", "received_after", ...metrics, "extra"];
  const originals = `repaired_readings m cross join lateral jsonb_populate_record(null::${raw}, m.original) o
     where m.repair_no = $1::bigint`;
  const { rows: back } = await tx.query<Changed>(
    `insert into ${raw} (${names.join(", ")})
     select ${names.map((name) => `o.${name}`).join(", ")} from ${originals}
     on conflict do nothing
     returning observed_at`,
    [repairNo],
  );
  const { rows: met } = await tx.query<StoredReadingRow & { received_at: Date }>(
    `select o.device_no, o.observed_at, ${arrivalOf("o")} as received_at, o.extra::text as extra, ${metrics.map((name) => `o.${name}`).join(", ")}
     from ${originals} and m.observed_at <> all ($2::timestamptz[])
     order by o.observed_at`,
    [repairNo, back.map(({ observed_at: at }) => at.toISOString())],
  );
  const readings = met.map((row) => ({
    ...storedReading(table, row),
    receivedAt: row.received_at.getTime(),
  }));
  await lockMoments(tx, readings);
  // A corrected quantity that the device has sent again is another value, which no person has corrected.
  await tx.query(
    `update repaired_readings earlier set is_active = false
     from repaired_readings mine, repairs p, ${raw} r
     where mine.repair_no = $1::bigint and mine.observed_at = any ($2::timestamptz[]) and earlier.is_active
       and earlier.device_no = mine.device_no and earlier.observed_at = mine.observed_at
       and earlier.repair_no < mine.repair_no and p.repair_no = earlier.repair_no
       and r.device_no = mine.device_no and r.observed_at = mine.observed_at
       and exists (
         select from jsonb_array_elements(p.corrections) correction
         where to_jsonb(r) ->> (correction ->> 'metric') is not null)`,
    [repairNo, met.map(({ observed_at: at }) => at.toISOString())],
  );
  const refused: NotRestored[] = [];
  const merged: Changed[] = [];
  await eachMoments(tx, table, readings, async (moments, some) => {
    for (const reading of some) {
      const taken = moments.get(momentKey(reading))!.take(reading);
      const observedAt = new Date(reading.observedAt).toISOString();
      if (Object.keys(taken.refused).length > 0) refused.push({ observedAt, ...taken.refused });
    }
    await mergeMoments(tx, table, moments, Date.now());
    for (const { isChanged, observedAt } of moments.values())
      if (isChanged) merged.push({ observed_at: new Date(observedAt) });
  });
  return {
    changed: [...back, ...merged],
    restored: back.length + readings.length - refused.length,
    refused,
  };
}

/**
 * Gives corrected quantities their former values. Values that have come to a reading since then stay: a quantity that
 * the device has sent again, and one that it has sent for the first time; also where all of it is another reading,
 * after a void one.
 */
async function uncorrect(
  tx: Client,
  table: KindTable,
  repairNo: number,
  corrections: readonly Correction[],
): Promise<Undone> {
  const raw = assertIdentifier(table.table);
  const values: unknown[] = [repairNo];
  const parts = corrections.map((correction) => {
    const m = assertIdentifier(correction.metric);
    const [after, parameter] = corrected(columnOf(table, m), correction, values.length + 1, "o");
    values.push(parameter);
    const stands = `(o.${m} is not null and r.${m} is not distinct from ${after})`;
    return { set: `${m} = case when ${stands} then o.${m} else r.${m} end`, stands };
  });
  const originals = `repaired_readings m cross join lateral jsonb_populate_record(null::${raw}, m.original) o`;
  const here =
    "m.repair_no = $1::bigint and m.is_active and r.device_no = m.device_no and r.observed_at = m.observed_at";
  const { rows: changed } = await tx.query<Changed>(
    `update ${raw} r set ${parts.map(({ set }) => set).join(", ")}
     from ${originals}
     where ${here} and (${parts.map(({ stands }) => stands).join(" or ")})
     returning r.observed_at`,
    values,
  );
  const named = new Set(corrections.map(({ metric }) => metric));
  const missing = (m: string) => `(o.${m} is not null and r.${m} is distinct from o.${m})`;
  const columns = table.columns.map((column) => {
    const m = assertIdentifier(column.name);
    return `${named.has(m) ? `case when ${missing(m)} then o.${m} end` : `null::${sqlType(column)}`} as ${m}`;
  });
  const { rows } = await tx.query<StoredReadingRow>(
    `select o.device_no, o.observed_at, null::text as extra, ${columns.join(", ")}
     from ${raw} r, ${originals}
     where ${here} and (${[...named].map(missing).join(" or ")})
     order by o.observed_at`,
    [repairNo],
  );
  const refused = rows.map((row) => {
    const { observedAt, values } = storedReading(table, row);
    const left = table.columns.flatMap(({ name }, i) => (values[i] === undefined ? [] : [[name, values[i]]]));
    return { observedAt: new Date(observedAt).toISOString(), ...Object.fromEntries(left) };
  });
  const incomplete = new Set(rows.map((row) => row.observed_at.getTime()));
  const restored = changed.filter(({ observed_at: at }) => !incomplete.has(at.getTime())).length;
  return { changed, restored, refused };
}
