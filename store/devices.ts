import { PlatformError } from "../errors.ts";
import { decodeCursor, encodeCursor, type Page, toPage } from "./cursor.ts";
import type { Db } from "./database.ts";
import { type Limits, limitsCondition, limitsParameter } from "./limits.ts";

export interface Location {
  /** Degrees, WGS 84. */
  readonly longitude: number;
  readonly latitude: number;
}

export interface Device {
  /** The number that readings carry. Never shown outside: a deleted id that is given again gets a new one. */
  readonly deviceNo: number;
  readonly id: string;
  readonly kind: string;
  readonly regionCode: string;
  /** Its owner; null: the platform's operator. */
  readonly tenantId: string | null;
  readonly name: string | null;
  readonly location: Location | null;
  readonly gatewayId: string | null;
  readonly attributes: Record<string, unknown>;
  /** Whether it is connected and since when; null when it has never been. */
  readonly presence: { readonly connected: boolean; readonly changedAt: Date } | null;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

export interface DeviceRow {
  device_no: number;
  id: string;
  kind: string;
  region_code: string;
  tenant_id: string | null;
  name: string | null;
  longitude: number | null;
  latitude: number | null;
  gateway_id: string | null;
  attributes: Record<string, unknown>;
  connected: boolean | null;
  changed_at: Date | null;
  created_at: Date;
  updated_at: Date;
}

export const SELECT_DEVICE = `
  select d.device_no, d.id, d.kind, d.region_code, d.tenant_id, d.name, d.longitude, d.latitude, g.id as gateway_id,
         d.attributes, p.connected, p.changed_at, d.created_at, d.updated_at
  from devices d
  left join devices g on g.device_no = d.gateway_no
  left join device_presence p on p.device_no = d.device_no`;

export function toDevice(row: DeviceRow): Device {
  return {
    deviceNo: row.device_no,
    id: row.id,
    kind: row.kind,
    regionCode: row.region_code,
    tenantId: row.tenant_id,
    name: row.name,
    location:
      row.longitude === null || row.latitude === null
        ? null
        : { longitude: row.longitude, latitude: row.latitude },
    gatewayId: row.gateway_id,
    attributes: row.attributes,
    presence:
      row.connected === null || row.changed_at === null
        ? null
        : { connected: row.connected, changedAt: row.changed_at },
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}

/** A living device within the limits, or undefined. */
export async function findDevice(db: Db, id: string, limits: Limits): Promise<Device | undefined> {
  const { rows } = await db.query<DeviceRow>(
    `${SELECT_DEVICE} where d.id = $1::text and d.deleted_at is null and ${limitsCondition("d", 2)}`,
    [id, limitsParameter(limits)],
  );
  return rows[0] && toDevice(rows[0]);
}

/** @throws PlatformError `device_not_found`, also for a device outside the limits: its existence is not told */
export async function getDevice(db: Db, id: string, limits: Limits): Promise<Device> {
  const device = await findDevice(db, id, limits);
  if (!device) throw new PlatformError("device_not_found", `There is no device '${id}'`);
  return device;
}

export interface DeviceFilter {
  readonly kind?: string | undefined;
  /** A region code; devices inside the region are meant too. */
  readonly region?: string | undefined;
  /** Part of the id or name, in any case. */
  readonly q?: string | undefined;
}

/** Devices in the order in which they were made. */
export async function listDevices(
  db: Db,
  filter: DeviceFilter,
  limits: Limits,
  page: { readonly limit: number; readonly cursor?: string | undefined },
): Promise<Page<Device>> {
  const after = decodeCursor("devices", ["integer"], page.cursor);
  const { rows } = await db.query<DeviceRow>(
    `${SELECT_DEVICE}
     where d.deleted_at is null and ${limitsCondition("d", 1)}
       and ($2::text is null or d.kind = $2::text)
       and ($3::text is null or d.region_code like $3::text)
       and ($4::text is null or d.id ilike $4::text or d.name ilike $4::text)
       and ($5::int is null or d.device_no > $5::int)
     order by d.device_no
     limit $6::int`,
    [
      limitsParameter(limits),
      filter.kind ?? null,
      filter.region === undefined ? null : `${filter.region}%`,
      filter.q === undefined ? null : `%${filter.q.replaceAll(/[\\%_]/g, "\\$&")}%`,
      after?.[0] ?? null,
      page.limit + 1,
    ],
  );
  return toPage(rows, page.limit, toDevice, (row) => encodeCursor("devices", [row.device_no]));
}

/** A device with all that decides who sees it. */
export interface PlacedDevice {
  readonly deviceNo: number;
  readonly id: string;
  readonly kind: string;
  readonly regionCode: string;
  readonly tenantId: string | null;
}
