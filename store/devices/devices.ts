import { PlatformError } from "../../base/errors.ts";
import { type Db, exactJson, type Limits, limitsCondition, limitsParameter } from "../database/index.ts";
import { type DeviceIdentity, identitiesOf } from "./identities.ts";

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
  /** Names the codec of what it sends; null where none is needed. */
  readonly model: string | null;
  /** The names by which protocols know it, by scheme and value. */
  readonly identities: DeviceIdentity[];
  /** Its connection and since when; null when it has never been connected, as far as the caller may know. */
  readonly presence: { readonly connected: boolean; readonly changedAt: Date } | null;
  /**
   * When it was last heard, also through a gateway; null when it never was. The present moment may be later, by a
   * quarter of its kind's report interval and a minute at most.
   */
  readonly lastSeenAt: Date | null;
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
  model: string | null;
  identities: DeviceIdentity[];
  connected: boolean | null;
  changed_at: Date | null;
  seen_at: Date | null;
  /** The same as PostgreSQL writes it. */
  seen_key: string | null;
  created_at: Date;
  updated_at: Date;
}

/**
 * True when a moment of the device `d` lies in a time that the limits, the parameter `number`, reach: that of its
 * present place, or of a former one.
 */
const inSight = (moment: string, number: number): string =>
  `(${moment} >= d.placed_since or $${number}::jsonb is null or exists (
      select from former_places f
      where f.device_no = d.device_no and ${moment} >= f.from_at and ${moment} < f.until_at and ${limitsCondition("f", number)}))`;

/**
 * The join that gives a device `d` its row `s` with the moment when it was last heard, where that is within the limits.
 */
export const joinLastSeen = (limits: number): string =>
  `left join device_last_seen s on s.device_no = d.device_no and ${inSight("s.seen_at", limits)}`;

/**
 * The register's fields follow a device when it moves; when it was heard, and came and went, belongs to the place that
 * it had then.
 * @param limits the number of the parameter of the caller's limits
 */
export const selectDevice = (limits: number): string => `
  select d.device_no, d.id, d.kind, d.region_code, d.tenant_id, d.name, d.longitude, d.latitude, g.id as gateway_id,
         d.attributes, d.model, ${identitiesOf("d.device_no")} as identities, p.connected, case when ${inSight("p.changed_at", limits)} then p.changed_at else d.placed_since end as changed_at,
         s.seen_at, s.seen_at::text as seen_key, d.created_at, d.updated_at
  from devices d
  left join devices g on g.device_no = d.gateway_no
  left join device_presence p on p.device_no = d.device_no and (p.connected or ${inSight("p.changed_at", limits)})
  ${joinLastSeen(limits)}`;

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
    model: row.model,
    identities: row.identities,
    presence:
      row.connected === null || row.changed_at === null
        ? null
        : { connected: row.connected, changedAt: row.changed_at },
    lastSeenAt: row.seen_at,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}

/** A living device within the limits, or undefined. */
async function findDevice(db: Db, id: string, limits: Limits): Promise<Device | undefined> {
  const { rows } = await db.query<DeviceRow>({
    types: exactJson,
    text: `${selectDevice(2)} where d.id = $1::text and d.deleted_at is null and ${limitsCondition("d", 2)}`,
    values: [id, limitsParameter(limits)],
  });
  return rows[0] && toDevice(rows[0]);
}

/** @throws PlatformError `device_not_found`, also for a device outside the limits, whose existence must not show */
export async function getDevice(db: Db, id: string, limits: Limits): Promise<Device> {
  const device = await findDevice(db, id, limits);
  if (!device) throw new PlatformError("device_not_found", `There is no device '${id}'`);
  return device;
}

/** A device with everything that decides who sees it. */
export interface PlacedDevice {
  readonly deviceNo: number;
  readonly id: string;
  readonly kind: string;
  readonly regionCode: string;
  readonly tenantId: string | null;
}
