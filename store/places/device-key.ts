import { PlatformError } from "../../base/errors.ts";
import { type Client, type Db, type Limits, limitsCondition, limitsParameter } from "../database/index.ts";
import { DEVICE_SPANS } from "./device-spans.ts";

/** A time in which a device was in one place. Moments are PostgreSQL's text, which also has the infinities. */
export interface DeviceSpan {
  readonly deviceNo: number;
  /** From this moment on. */
  readonly from: string;
  /** Before this moment; `infinity` for the place that it has now, or had last. */
  readonly until: string;
}

/** The part of a device that queries about it need. */
export interface DeviceKey {
  readonly deviceNo: number;
  readonly id: string;
  readonly kind: string;
  /**
   * The times that the caller may see; undefined: all of this device. They may belong to several devices that had the
   * same id.
   */
  readonly spans?: readonly DeviceSpan[] | undefined;
}

/** The numbers of all devices that a key is about. */
export const deviceNosOf = ({ deviceNo, spans }: DeviceKey): number[] =>
  spans ? deviceNosIn(spans) : [deviceNo];

export const deviceNosIn = (spans: readonly DeviceSpan[]): number[] => [
  ...new Set(spans.map(({ deviceNo }) => deviceNo)),
];

/** The three query parameters of `withinSpans`. */
export const spansParameters = (spans: readonly DeviceSpan[]): unknown[] => [
  spans.map(({ deviceNo }) => deviceNo),
  spans.map(({ from }) => from),
  spans.map(({ until }) => until),
];

/**
 * The SQL condition for a row of the device `number` at `moment` to lie in one of the spans, which are the parameters
 * from `first` on. The comparisons with the outermost moments let the planner exclude chunks.
 */
export const withinSpans = (number: string, moment: string, first: number): string =>
  `${moment} >= (select min(at) from unnest($${first + 1}::timestamptz[]) as at)
       and ${moment} < (select max(at) from unnest($${first + 2}::timestamptz[]) as at)
       and exists (
         select from unnest($${first}::int[], $${first + 1}::timestamptz[], $${first + 2}::timestamptz[])
           as span (device_no, from_at, until_at)
         where span.device_no = ${number} and ${moment} >= span.from_at and ${moment} < span.until_at)`;

/**
 * The key of a device within the caller's limits, at present or formerly. Every read of readings begins with it, so it
 * is prepared: planning would take several times as long as the look-up.
 *
 * For a present holder the id means the device that has it now, with their times of it. A former holder gets their own
 * times, also of devices that were deleted since; of one kind only, the last.
 * @throws PlatformError `device_not_found`, also for a device that the caller has never seen
 */
export async function getDeviceKey(db: Db, id: string, limits: Limits): Promise<DeviceKey> {
  const parameter = limitsParameter(limits);
  const { rows } = await db.query<{ device_no: number; kind: string; moved: boolean }>({
    name: "get_device_key",
    text: `select d.device_no, d.kind, d.placed_since > '-infinity' as moved from devices d
           where d.id = $1::text and d.deleted_at is null and ${limitsCondition("d", 2)}`,
    values: [id, parameter],
  });
  const present = rows[0];
  if (present && (!present.moved || parameter === null)) {
    return { deviceNo: present.device_no, id, kind: present.kind };
  }
  const key = await findFormerKey(db, id, parameter, present?.device_no);
  if (!key) throw new PlatformError("device_not_found", `There is no device '${id}'`);
  return key;
}

/** The caller and their device: the one that has the id now, while it is of this kind. */
export interface OwnDevice {
  readonly id: string;
  readonly kind: string;
  readonly limits: Limits;
}

/**
 * The times of a device in which a caller may change readings: those that have gone on, within the limits, until now. A
 * counter goes on from its earlier value, so a change before another holder's time would change that holder's usage.
 * The device does not move before the transaction ends.
 * @param lock `share` where several may do so at once
 * @throws PlatformError `device_not_found`, also for a former holder of the device
 */
export async function lockOwnKey(
  tx: Client,
  { id, kind, limits }: OwnDevice,
  lock: "share" | "no key update" = "no key update",
): Promise<DeviceKey> {
  const { rowCount } = await tx.query(
    `select from devices d
     where d.id = $1::text and d.kind = $2::text and d.deleted_at is null and ${limitsCondition("d", 3)}
     for ${lock}`,
    [id, kind, limitsParameter(limits)],
  );
  if (rowCount === 0) throw new PlatformError("device_not_found", `There is no device '${id}'`);
  const key = await getDeviceKey(tx, id, limits);
  if (!key.spans) return key;
  const first = key.spans.findLastIndex(
    ({ from }, index) => index === 0 || key.spans![index - 1]!.until !== from,
  );
  return { ...key, spans: key.spans.slice(first) };
}

/** @throws PlatformError `device_not_found` where one of the moments is not in the times of the key */
export async function assertOwnTime(
  db: Db,
  { id, spans }: DeviceKey,
  moments: readonly Date[],
): Promise<void> {
  if (!spans || moments.length === 0) return;
  const { rows } = await db.query<{ at: Date }>(
    `select own.at from unnest($1::timestamptz[]) as own (at)
     where not exists (
       select from unnest($2::timestamptz[], $3::timestamptz[]) as span (from_at, until_at)
       where own.at >= span.from_at and own.at < span.until_at)
     order by 1 limit 1`,
    [moments.map((at) => at.toISOString()), spans.map(({ from }) => from), spans.map(({ until }) => until)],
  );
  if (!rows[0]) return;
  throw new PlatformError("device_not_found", `Device '${id}' was not yours at ${rows[0].at.toISOString()}`);
}

/** True when the times of one device, in their order, leave nothing out. */
const isWhole = (rows: readonly { readonly from_at: string; readonly until_at: string }[]): boolean =>
  rows[0]?.from_at === "-infinity" &&
  rows.every(({ until_at }, index) => until_at === (rows[index + 1]?.from_at ?? "infinity"));

/** The times of an id that are within the limits, of one device if `deviceNo` is given. */
async function findFormerKey(
  db: Db,
  id: string,
  limits: string | null,
  deviceNo: number | undefined,
): Promise<DeviceKey | undefined> {
  const { rows } = await db.query<{ device_no: number; kind: string; from_at: string; until_at: string }>({
    name: "find_former_key",
    text: `with named as materialized (
             select device_no from devices where id = $1::text and deleted_at is null
             union all
             select device_no from devices where id = $1::text and deleted_at is not null
           )
           select s.device_no, s.kind, s.from_at::text, s.until_at::text
           from named join ${DEVICE_SPANS} s using (device_no)
           where ($3::int is null or s.device_no = $3::int) and ${limitsCondition("s", 2)}
           order by s.device_no desc, s.from_at`,
    values: [id, limits, deviceNo ?? null],
  });
  const newest = rows[0];
  if (!newest) return undefined;
  // Moved, and never out of the caller's sight.
  if (deviceNo !== undefined && isWhole(rows)) return { deviceNo, id, kind: newest.kind };
  const spans = rows
    .filter(({ kind }) => kind === newest.kind)
    .map((row) => ({ deviceNo: row.device_no, from: row.from_at, until: row.until_at }));
  return { deviceNo: newest.device_no, id, kind: newest.kind, spans };
}
