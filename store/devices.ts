import { PlatformError } from "../errors.ts";
import { decodeCursor, encodeCursor, type Page, toPage } from "./cursor.ts";
import { type Client, type Db, type Pool, withTransaction } from "./database.ts";
import { type Limits, limitsCondition, limitsParameters } from "./limits.ts";

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
  readonly name: string | null;
  readonly location: Location | null;
  readonly gatewayId: string | null;
  readonly attributes: Record<string, unknown>;
  /** Whether it is connected and since when; null when it has never been. */
  readonly presence: { readonly connected: boolean; readonly changedAt: Date } | null;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

interface DeviceRow {
  device_no: number;
  id: string;
  kind: string;
  region_code: string;
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

const SELECT_DEVICE = `
  select d.device_no, d.id, d.kind, d.region_code, d.name, d.longitude, d.latitude, g.id as gateway_id,
         d.attributes, p.connected, p.changed_at, d.created_at, d.updated_at
  from devices d
  left join devices g on g.device_no = d.gateway_no
  left join device_presence p on p.device_no = d.device_no`;

function toDevice(row: DeviceRow): Device {
  return {
    deviceNo: row.device_no,
    id: row.id,
    kind: row.kind,
    regionCode: row.region_code,
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
    [id, ...limitsParameters(limits)],
  );
  return rows[0] && toDevice(rows[0]);
}

/** @throws PlatformError `device_not_found`, also for a device outside the limits: its existence is not told */
export async function getDevice(db: Db, id: string, limits: Limits): Promise<Device> {
  const device = await findDevice(db, id, limits);
  if (!device) throw new PlatformError("device_not_found", `There is no device '${id}'`);
  return device;
}

/** What a query about a device needs to know of it. */
export interface DeviceKey {
  readonly deviceNo: number;
  readonly id: string;
  readonly kind: string;
}

/**
 * The key of a living device within the caller's limits. Every read of readings begins with it, so it is
 * prepared: planning would take several times as long as the look-up.
 * @throws PlatformError `device_not_found`
 */
export async function getDeviceKey(db: Db, id: string, limits: Limits): Promise<DeviceKey> {
  const { rows } = await db.query<{ device_no: number; kind: string }>({
    name: "get_device_key",
    text: `select d.device_no, d.kind from devices d
           where d.id = $1::text and d.deleted_at is null and ${limitsCondition("d", 2)}`,
    values: [id, ...limitsParameters(limits)],
  });
  if (!rows[0]) throw new PlatformError("device_not_found", `There is no device '${id}'`);
  return { deviceNo: rows[0].device_no, id, kind: rows[0].kind };
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
       and ($3::text is null or d.kind = $3::text)
       and ($4::text is null or d.region_code like $4::text)
       and ($5::text is null or d.id ilike $5::text or d.name ilike $5::text)
       and ($6::int is null or d.device_no > $6::int)
     order by d.device_no
     limit $7::int`,
    [
      ...limitsParameters(limits),
      filter.kind ?? null,
      filter.region === undefined ? null : `${filter.region}%`,
      filter.q === undefined ? null : `%${filter.q.replaceAll(/[\\%_]/g, "\\$&")}%`,
      after?.[0] ?? null,
      page.limit + 1,
    ],
  );
  return toPage(rows, page.limit, toDevice, (row) => encodeCursor("devices", [row.device_no]));
}

export interface NewDevice {
  readonly id: string;
  readonly kind: string;
  readonly regionCode: string;
  readonly name?: string | null | undefined;
  readonly location?: Location | null | undefined;
  readonly gatewayId?: string | null | undefined;
  readonly attributes?: Record<string, unknown> | undefined;
  /** SHA-256 of its token. */
  readonly tokenHash: Buffer;
}

/**
 * Adds a device. `gatewayKinds` are the kinds that may stand in front of others.
 * @throws PlatformError `device_exists`; `invalid_request` for an unknown region or gateway
 */
export async function insertDevice(
  pool: Pool,
  device: NewDevice,
  gatewayKinds: readonly string[],
): Promise<Device> {
  return withTransaction(pool, async (tx) => {
    const gatewayNo = await lockGateway(tx, device.gatewayId ?? null, gatewayKinds);
    await explainingConflicts(device.id, device.regionCode, () =>
      tx.query(
        `insert into devices (id, kind, region_code, name, longitude, latitude, gateway_no, attributes, token_hash)
         values ($1::text, $2::text, $3::text, $4::text, $5::float8, $6::float8, $7::int, $8::jsonb, $9::bytea)`,
        [
          device.id,
          device.kind,
          device.regionCode,
          device.name ?? null,
          device.location?.longitude ?? null,
          device.location?.latitude ?? null,
          gatewayNo,
          JSON.stringify(device.attributes ?? {}),
          device.tokenHash,
        ],
      ),
    );
    return getLiving(tx, device.id);
  });
}

/** What may change; an absent field stays as it is, null empties it. A device keeps its id and kind. */
export interface DeviceChange {
  readonly regionCode?: string | undefined;
  readonly name?: string | null | undefined;
  readonly location?: Location | null | undefined;
  readonly gatewayId?: string | null | undefined;
  readonly attributes?: Record<string, unknown> | undefined;
}

/**
 * @throws PlatformError `device_not_found`; `invalid_request` for an unknown region or gateway
 */
export async function updateDevice(
  pool: Pool,
  id: string,
  change: DeviceChange,
  limits: Limits,
  gatewayKinds: readonly string[],
): Promise<Device> {
  return withTransaction(pool, async (tx) => {
    const before = await lockDevice(tx, id, limits);
    if (change.gatewayId === id) throw gatewayFault("A device cannot stand behind itself");
    const gatewayNo =
      change.gatewayId === undefined
        ? before.gatewayNo
        : await lockGateway(tx, change.gatewayId, gatewayKinds);
    await explainingConflicts(id, change.regionCode ?? before.regionCode, () =>
      tx.query(
        `update devices
         set region_code = coalesce($2::text, region_code),
             name = case when $3::boolean then $4::text else name end,
             longitude = case when $5::boolean then $6::float8 else longitude end,
             latitude = case when $5::boolean then $7::float8 else latitude end,
             gateway_no = $8::int,
             attributes = coalesce($9::jsonb, attributes),
             updated_at = now()
         where device_no = $1::int`,
        [
          before.deviceNo,
          change.regionCode ?? null,
          change.name !== undefined,
          change.name ?? null,
          change.location !== undefined,
          change.location?.longitude ?? null,
          change.location?.latitude ?? null,
          gatewayNo,
          change.attributes === undefined ? null : JSON.stringify(change.attributes),
        ],
      ),
    );
    return getLiving(tx, id);
  });
}

/** Replaces a device's token. @throws PlatformError `device_not_found` */
export async function updateDeviceToken(
  db: Db,
  id: string,
  tokenHash: Buffer,
  limits: Limits,
): Promise<{ deviceNo: number }> {
  const { rows } = await db.query<{ device_no: number }>(
    `update devices d set token_hash = $2::bytea, updated_at = now()
     where d.id = $1::text and d.deleted_at is null and ${limitsCondition("d", 3)}
     returning d.device_no`,
    [id, tokenHash, ...limitsParameters(limits)],
  );
  if (!rows[0]) throw new PlatformError("device_not_found", `There is no device '${id}'`);
  return { deviceNo: rows[0].device_no };
}

/**
 * Takes a device out of service. Its row stays, because its readings carry its number; its alarms end.
 * @throws PlatformError `device_not_found`, `gateway_in_use` while devices are assigned to it
 */
export async function deleteDevice(
  pool: Pool,
  id: string,
  limits: Limits,
): Promise<{ deviceNo: number; kind: string; regionCode: string }> {
  return withTransaction(pool, async (tx) => {
    const device = await lockDevice(tx, id, limits);
    const { rows } = await tx.query<{ assigned: number }>(
      "select count(*)::int as assigned from devices where gateway_no = $1::int and deleted_at is null",
      [device.deviceNo],
    );
    const assigned = rows[0]?.assigned ?? 0;
    if (assigned > 0) {
      throw new PlatformError(
        "gateway_in_use",
        `${assigned} device(s) are assigned to gateway '${id}': assign them to another one first`,
      );
    }
    await tx.query("update devices set deleted_at = now(), updated_at = now() where device_no = $1::int", [
      device.deviceNo,
    ]);
    await tx.query("update alarms set cleared_at = now() where device_no = $1::int and cleared_at is null", [
      device.deviceNo,
    ]);
    await tx.query("delete from device_presence where device_no = $1::int", [device.deviceNo]);
    return device;
  });
}

interface LockedDevice {
  readonly deviceNo: number;
  readonly kind: string;
  readonly regionCode: string;
  readonly gatewayNo: number | null;
}

async function lockDevice(tx: Client, id: string, limits: Limits): Promise<LockedDevice> {
  const { rows } = await tx.query<{
    device_no: number;
    kind: string;
    region_code: string;
    gateway_no: number | null;
  }>(
    `select d.device_no, d.kind, d.region_code, d.gateway_no from devices d
     where d.id = $1::text and d.deleted_at is null and ${limitsCondition("d", 2)}
     for update`,
    [id, ...limitsParameters(limits)],
  );
  const row = rows[0];
  if (!row) throw new PlatformError("device_not_found", `There is no device '${id}'`);
  return {
    deviceNo: row.device_no,
    kind: row.kind,
    regionCode: row.region_code,
    gatewayNo: row.gateway_no,
  };
}

/**
 * The gateway's number. The share lock holds off its deletion until the assignment is committed; a key share
 * lock would not, because a soft deletion does not touch the key.
 */
async function lockGateway(
  tx: Client,
  gatewayId: string | null,
  gatewayKinds: readonly string[],
): Promise<number | null> {
  if (gatewayId === null) return null;
  const { rows } = await tx.query<{ device_no: number }>(
    `select device_no from devices
     where id = $1::text and deleted_at is null and kind = any ($2::text[])
     for share`,
    [gatewayId, gatewayKinds],
  );
  if (rows[0]) return rows[0].device_no;
  throw gatewayFault(
    `There is no gateway '${gatewayId}': expected a device of kind ${gatewayKinds.join(" or ")}`,
  );
}

const gatewayFault = (message: string) =>
  new PlatformError("invalid_request", message, { faults: [{ path: "/gatewayId", message }] });

async function getLiving(tx: Client, id: string): Promise<Device> {
  const { rows } = await tx.query<DeviceRow>(
    `${SELECT_DEVICE} where d.id = $1::text and d.deleted_at is null`,
    [id],
  );
  return toDevice(rows[0]!);
}

/** Turns the two constraints that a caller can break into errors that say so. */
async function explainingConflicts(
  id: string,
  regionCode: string,
  write: () => Promise<unknown>,
): Promise<void> {
  try {
    await write();
  } catch (error) {
    const constraint = (error as { constraint?: string }).constraint;
    if (constraint === "devices_id") {
      throw new PlatformError("device_exists", `A device with the id '${id}' exists`, { cause: error });
    }
    if (constraint === "devices_region_code_fkey") {
      const message = `There is no region '${regionCode}'`;
      throw new PlatformError("invalid_request", message, {
        cause: error,
        faults: [{ path: "/regionCode", message }],
      });
    }
    throw error;
  }
}
