import {
  type Db,
  decodeCursor,
  encodeCursor,
  exactJson,
  type KeyType,
  type Limits,
  limitsCondition,
  limitsParameter,
  type Page,
  toPage,
} from "../database/index.ts";
import { type AlarmSeverity, SEVERITY_RANK } from "../events/index.ts";
import { lengthOf, levelBelow } from "../places/index.ts";
import { type DeviceStatus, type Rhythm, statusParameter, statusSql } from "./device-status.ts";
import { type Device, type DeviceRow, joinLastSeen, selectDevice, toDevice } from "./devices.ts";
import type { DeviceIdentity } from "./identities.ts";

export interface DeviceFilter {
  readonly kind?: string | undefined;
  /** A region code; devices inside the region are meant too. */
  readonly region?: string | undefined;
  /** Part of the id or name, in any case. */
  readonly q?: string | undefined;
  /** The id of the gateway in front of them. */
  readonly gateway?: string | undefined;
  readonly tenant?: string | undefined;
  readonly status?: readonly DeviceStatus[] | undefined;
  /** Devices with an active alarm, with one of a severity, or with none. */
  readonly alarm?: "any" | "none" | AlarmSeverity | undefined;
  /** The area in which the caller may see alarms. With `alarm`, devices elsewhere are left out. */
  readonly alarmLimits?: Limits | undefined;
  /** A key of `attributes` and its value as text. */
  readonly attribute?: { readonly key: string; readonly value: string } | undefined;
  /** In the canonical form of its scheme. */
  readonly identity?: DeviceIdentity | undefined;
}

/** The clock and rhythms that decide the status. */
export interface StatusClock {
  readonly rhythms: readonly Rhythm[];
  readonly now: Date;
}

/** Conditions with their parameters, numbered as they come. */
class Conditions {
  readonly values: unknown[] = [];
  private readonly parts: string[] = [];

  parameter(value: unknown): string {
    return `$${this.values.push(value)}`;
  }

  and(condition: string): void {
    this.parts.push(condition);
  }

  /** Adds a condition on a value, unless the value is absent. */
  where(value: unknown, condition: (parameter: string) => string): void {
    if (value !== undefined) this.and(condition(this.parameter(value)));
  }

  within(limits: Limits): void {
    this.parameter(limitsParameter(limits));
    this.and(limitsCondition("d", this.values.length));
  }

  toString(): string {
    return ["d.deleted_at is null", ...this.parts].join("\n       and ");
  }
}

const ACTIVE_ALARM = "select from alarms a where a.device_no = d.device_no and a.cleared_at is null";

/** The number of the parameter with the caller's limits: it comes first in all conditions. */
const LIMITS = 1;

/** The conditions for `d`, `g` its gateway and `s` when it was last heard. */
function conditionsOf(filter: DeviceFilter, limits: Limits, clock: StatusClock): Conditions {
  const conditions = new Conditions();
  conditions.within(limits);
  conditions.where(filter.kind, (n) => `d.kind = ${n}::text`);
  conditions.where(filter.region && `${filter.region}%`, (n) => `d.region_code like ${n}::text`);
  const part = filter.q && `%${filter.q.replaceAll(/[\\%_]/g, "\\$&")}%`;
  conditions.where(part, (n) => `(d.id ilike ${n}::text or d.name ilike ${n}::text)`);
  conditions.where(filter.gateway, (n) => `g.id = ${n}::text`);
  conditions.where(filter.tenant, (n) => `d.tenant_id = ${n}::text`);
  const { status, alarm, attribute, identity } = filter;
  if (status) {
    const at = conditions.parameter(statusParameter(clock.rhythms, clock.now));
    conditions.where(status, (n) => `${statusSql(at)} = any (${n}::text[])`);
  }
  if (alarm) conditions.within(filter.alarmLimits ?? []);
  conditions.where(alarm, (n) => {
    const some = `exists (${ACTIVE_ALARM} and (${n}::text in ('any', 'none') or a.severity = ${n}::text))`;
    return `${some} = (${n}::text <> 'none')`;
  });
  if (attribute) {
    const value = conditions.parameter(attribute.value);
    conditions.where(attribute.key, (key) => `d.attributes ->> ${key}::text = ${value}::text`);
  }
  if (identity) {
    const value = conditions.parameter(identity.value);
    conditions.where(
      identity.scheme,
      (scheme) =>
        `d.device_no = (select device_no from device_identities where scheme = ${scheme}::text and value = ${value}::text)`,
    );
  }
  return conditions;
}

interface Sort {
  readonly sql: string;
  readonly type: KeyType;
  readonly keyOf: (row: DeviceRow) => string | number;
}

const NEVER = "0001-01-01 00:00:00+00";

/** The columns that put devices in order; the device number comes after them. Empty values come first. */
const SORTS = {
  added: { sql: "d.device_no", type: "device", keyOf: (row) => row.device_no },
  id: { sql: 'd.id collate "C"', type: "text", keyOf: (row) => row.id },
  name: { sql: `coalesce(d.name, '') collate "C"`, type: "text", keyOf: (row) => row.name ?? "" },
  lastSeenAt: {
    sql: `coalesce(s.seen_at, timestamptz '${NEVER}')`,
    type: "time",
    keyOf: (row) => row.seen_key ?? NEVER,
  },
} as const satisfies Record<string, Sort>;
export type DeviceSort = keyof typeof SORTS;
export const DEVICE_SORTS = Object.keys(SORTS) as [DeviceSort, ...DeviceSort[]];

const SQL_TYPES: Record<KeyType, string> = {
  integer: "bigint",
  device: "int",
  rank: "int",
  text: "text",
  time: "timestamptz",
};

export interface DevicePage {
  readonly limit: number;
  readonly cursor?: string | undefined;
  readonly sort?: DeviceSort;
  readonly order?: "asc" | "desc";
}

/** Devices, by default in the order in which they were made. */
export async function listDevices(
  db: Db,
  filter: DeviceFilter,
  limits: Limits,
  clock: StatusClock,
  { limit, cursor, sort = "added", order = "asc" }: DevicePage,
): Promise<Page<Device>> {
  const { sql, type, keyOf } = SORTS[sort];
  const list = sort === "added" && order === "asc" ? "devices" : `devices/${sort}/${order}`;
  const keys = sort === "added" ? [sql] : [sql, "d.device_no"];
  const types: KeyType[] = sort === "added" ? ["device"] : [type, "device"];
  const after = decodeCursor(list, types, cursor);
  const conditions = conditionsOf(filter, limits, clock);
  if (after) {
    const values = after.map((value, i) => `${conditions.parameter(value)}::${SQL_TYPES[types[i]!]}`);
    conditions.and(`(${keys.join(", ")}) ${order === "asc" ? ">" : "<"} (${values.join(", ")})`);
  }
  const { rows } = await db.query<DeviceRow>({
    types: exactJson,
    text: `${selectDevice(LIMITS)}
     where ${conditions}
     order by ${keys.map((key) => `${key} ${order}`).join(", ")}
     limit ${conditions.parameter(limit + 1)}::int`,
    values: conditions.values,
  });
  return toPage(rows, limit, toDevice, (row) =>
    encodeCursor(list, sort === "added" ? [row.device_no] : [keyOf(row), row.device_no]),
  );
}

/** Degrees, WGS 84; the edges belong to it. */
interface PointsBox {
  readonly west: number;
  readonly south: number;
  readonly east: number;
  readonly north: number;
}

/** A device on a map. */
export interface DevicePoint {
  readonly id: string;
  readonly name: string | null;
  readonly kind: string;
  readonly status: DeviceStatus;
  readonly lon: number;
  readonly lat: number;
  /** The highest severity of its active alarms, where the caller may see them. */
  readonly alarm: AlarmSeverity | null;
}

/**
 * Devices that have a location, in the order in which they were made.
 * @param filter its `alarmLimits` also bound the alarms that are shown
 */
export async function listDevicePoints(
  db: Db,
  filter: DeviceFilter & { readonly box?: PointsBox | undefined },
  limits: Limits,
  clock: StatusClock,
  limit: number,
): Promise<DevicePoint[]> {
  const conditions = conditionsOf(filter, limits, clock);
  conditions.and("d.longitude is not null and d.latitude is not null");
  const { box } = filter;
  conditions.where(box?.west, (n) => `d.longitude >= ${n}::float8`);
  conditions.where(box?.east, (n) => `d.longitude <= ${n}::float8`);
  conditions.where(box?.south, (n) => `d.latitude >= ${n}::float8`);
  conditions.where(box?.north, (n) => `d.latitude <= ${n}::float8`);
  const status = statusSql(conditions.parameter(statusParameter(clock.rhythms, clock.now)));
  conditions.parameter(limitsParameter(filter.alarmLimits ?? []));
  const alarmsSeen = limitsCondition("d", conditions.values.length);
  const { rows } = await db.query<DevicePoint>(
    `select d.id, d.name, d.kind, ${status} as status, d.longitude as lon, d.latitude as lat, a.severity as alarm
     from devices d
     left join devices g on g.device_no = d.gateway_no
     ${joinLastSeen(LIMITS)}
     left join lateral (
       select a.severity from alarms a
       where a.device_no = d.device_no and a.cleared_at is null and ${alarmsSeen}
       order by ${SEVERITY_RANK} limit 1
     ) a on true
     where ${conditions}
     order by d.device_no
     limit ${conditions.parameter(limit)}::int`,
    conditions.values,
  );
  return rows;
}

export const COUNTED_BY = ["status", "kind", "region", "tenant", "gateway"] as const;
export type CountedBy = (typeof COUNTED_BY)[number];

/** The number of devices that have a value in common; the value is null for those without tenant or gateway. */
export interface DeviceCount {
  readonly value: string | null;
  readonly devices: number;
}

/** Counts devices by a field of which each has one value; regions by the level below the one that the filter names. */
export async function countDevices(
  db: Db,
  by: CountedBy,
  filter: DeviceFilter,
  limits: Limits,
  clock: StatusClock,
): Promise<DeviceCount[]> {
  const conditions = conditionsOf(filter, limits, clock);
  const values: Record<CountedBy, () => string> = {
    status: () => statusSql(conditions.parameter(statusParameter(clock.rhythms, clock.now))),
    kind: () => "d.kind",
    region: () => {
      const length = lengthOf(levelBelow(filter.region));
      return `left(d.region_code, ${conditions.parameter(length)}::int)`;
    },
    tenant: () => "d.tenant_id",
    gateway: () => "g.id",
  };
  const { rows } = await db.query<DeviceCount>(
    `select ${values[by]()} as value, count(*)::int as devices
     from devices d
     left join devices g on g.device_no = d.gateway_no
     ${joinLastSeen(LIMITS)}
     where ${conditions}
     group by 1 order by 1`,
    conditions.values,
  );
  return rows;
}
