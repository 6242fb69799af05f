import { PlatformError } from "../../base/errors.ts";
import { writeJson } from "../../base/exact-json.ts";
import { type AuditActor, appendAudit } from "../audit/index.ts";
import {
  type Client,
  exactJson,
  type Limits,
  limitsCondition,
  limitsParameter,
  type Pool,
  withTransaction,
} from "../database/index.ts";
import { endAlarmsOf } from "../events/index.ts";
import { tellNews } from "../processes/index.ts";
import {
  type Device,
  type DeviceRow,
  type Location,
  type PlacedDevice,
  selectDevice,
  toDevice,
} from "./devices.ts";
import { assertEntrusted, type Entrusting, isEntrusted, speaksForSpeaker } from "./entrust.ts";
import { type DeviceIdentity, writeIdentities } from "./identities.ts";

export interface NewDevice {
  readonly id: string;
  readonly kind: string;
  readonly regionCode: string;
  readonly tenantId: string | null;
  readonly name?: string | null | undefined;
  readonly location?: Location | null | undefined;
  readonly gatewayId?: string | null | undefined;
  readonly attributes?: Record<string, unknown> | undefined;
  readonly model?: string | null | undefined;
  readonly identities?: readonly DeviceIdentity[] | undefined;
  /** SHA-256 of its token. */
  readonly tokenHash: Buffer;
}

/** What kinds allow their devices. The store does not know them. */
export interface KindRules {
  /** The kinds that can be gateways. */
  readonly gateways: readonly string[];
  /** Why a device of this kind cannot have an identity of this scheme; undefined: it can. */
  schemeFault(kind: string, scheme: string): string | undefined;
}

/**
 * Adds a device.
 * @throws PlatformError `device_exists`; `identity_taken`; `forbidden` where it would lie outside the limits; `invalid_request` for an
 * unknown region, tenant or gateway, or an identity of a scheme that its kind does not have
 */
export async function insertDevice(
  pool: Pool,
  device: NewDevice,
  limits: Limits,
  rules: KindRules,
  actor: AuditActor,
): Promise<Device> {
  return withTransaction(pool, async (tx) => {
    await assertWithin(tx, device, limits);
    assertSchemes(device.kind, device.identities, rules);
    const gatewayNo = await lockGateway(tx, device.gatewayId ?? null, limits, rules.gateways);
    await explainingConflicts(device, () =>
      tx.query(
        `insert into devices
           (id, kind, region_code, tenant_id, name, longitude, latitude, gateway_no, attributes, token_hash, model)
         values ($1::text, $2::text, $3::text, $4::text, $5::text, $6::float8, $7::float8, $8::int, $9::jsonb,
                 $10::bytea, $11::text)`,
        [
          device.id,
          device.kind,
          device.regionCode,
          device.tenantId,
          device.name ?? null,
          device.location?.longitude ?? null,
          device.location?.latitude ?? null,
          gatewayNo,
          writeJson(device.attributes ?? {}),
          device.tokenHash,
          device.model ?? null,
        ],
      ),
    );
    if (device.identities && device.identities.length > 0) {
      const { deviceNo } = await getLiving(tx, device.id, limits);
      await writeIdentities(tx, deviceNo, device.identities, limits);
    }
    const added = await getLiving(tx, device.id, limits);
    await audit(tx, actor, "device.create", added.id, { after: toAudit(added) });
    await tell(tx, "created", added);
    return added;
  });
}

/** The fields that may change; an absent field stays as it is, null empties it. A device keeps its id and kind. */
export interface DeviceChange {
  readonly regionCode?: string | undefined;
  readonly tenantId?: string | null | undefined;
  readonly name?: string | null | undefined;
  readonly location?: Location | null | undefined;
  readonly gatewayId?: string | null | undefined;
  readonly attributes?: Record<string, unknown> | undefined;
  readonly model?: string | null | undefined;
  /** All that it has from now on. */
  readonly identities?: readonly DeviceIdentity[] | undefined;
}

/**
 * @throws PlatformError `device_not_found`; `identity_taken`; `forbidden` where it would end up outside the limits, or the caller may not
 * give it to another owner or gateway; `invalid_request` for an unknown region, tenant or gateway, or an identity of a scheme
 * that its kind does not have
 */
export async function updateDevice(
  pool: Pool,
  id: string,
  change: DeviceChange,
  limits: Limits,
  rules: KindRules,
  entrusting: Entrusting,
  actor: AuditActor,
): Promise<Device> {
  return withTransaction(pool, async (tx) => {
    const before = await lockDevice(tx, id, limits);
    const device = await getLiving(tx, id, limits);
    const after = {
      ...before,
      regionCode: change.regionCode ?? before.regionCode,
      tenantId: change.tenantId === undefined ? before.tenantId : change.tenantId,
    };
    await assertWithin(tx, after, limits);
    if (change.gatewayId === id) throw gatewayFault("A device cannot stand behind itself");
    const gatewayNo =
      change.gatewayId === undefined
        ? before.gatewayNo
        : await lockGateway(tx, change.gatewayId, limits, rules.gateways);
    if (after.tenantId !== before.tenantId) {
      await assertEntrusted(tx, before, entrusting, "change the owner of");
      await assertEntrusted(tx, after, entrusting, "change the owner of");
    }
    // Nobody moves a speaker to where they decide who speaks for it, from where they do not.
    if (
      after.regionCode !== before.regionCode &&
      (await speaksForSpeaker(tx, before, entrusting)) &&
      (await isEntrusted(tx, after, entrusting))
    ) {
      await assertEntrusted(tx, before, entrusting, "bring within your reach");
    }
    // Whoever comes by one of them speaks for the device.
    if (change.identities && (await speaksForSpeaker(tx, before, entrusting))) {
      await assertEntrusted(tx, before, entrusting, "change the identities of");
    }
    assertSchemes(before.kind, change.identities, rules);
    if (gatewayNo !== before.gatewayNo && entrusting.sounding.includes(before.kind)) {
      await assertEntrusted(tx, before, entrusting, "change the gateway of");
    }
    await explainingConflicts(after, () =>
      tx.query(
        `update devices
         set region_code = $2::text,
             tenant_id = $3::text,
             name = case when $4::boolean then $5::text else name end,
             longitude = case when $6::boolean then $7::float8 else longitude end,
             latitude = case when $6::boolean then $8::float8 else latitude end,
             gateway_no = $9::int,
             attributes = coalesce($10::jsonb, attributes),
             model = case when $11::boolean then $12::text else model end,
             updated_at = now()
         where device_no = $1::int`,
        [
          before.deviceNo,
          after.regionCode,
          after.tenantId,
          change.name !== undefined,
          change.name ?? null,
          change.location !== undefined,
          change.location?.longitude ?? null,
          change.location?.latitude ?? null,
          gatewayNo,
          change.attributes === undefined ? null : writeJson(change.attributes),
          change.model !== undefined,
          change.model ?? null,
        ],
      ),
    );
    // A move ends the assignment to a gateway elsewhere (migration 0024), unless this very change names the gateway.
    if (change.gatewayId !== undefined) {
      await tx.query("update devices set gateway_no = $2::int where device_no = $1::int", [
        before.deviceNo,
        gatewayNo,
      ]);
    }
    if (change.identities) await writeIdentities(tx, before.deviceNo, change.identities, limits);
    const changed = await getLiving(tx, id, limits);
    await audit(tx, actor, "device.update", id, { before: toAudit(device), after: toAudit(changed) });
    await tell(tx, "updated", changed);
    return changed;
  });
}

/** Replaces a device's token. @throws PlatformError `device_not_found`; `forbidden` as of `assertEntrusted` */
export async function updateDeviceToken(
  pool: Pool,
  id: string,
  tokenHash: Buffer,
  limits: Limits,
  entrusting: Entrusting,
  actor: AuditActor,
): Promise<PlacedDevice> {
  return withTransaction(pool, async (tx) => {
    const device = await lockDevice(tx, id, limits);
    if (await speaksForSpeaker(tx, device, entrusting))
      await assertEntrusted(tx, device, entrusting, "give a new token to");
    await tx.query(
      "update devices set token_hash = $2::bytea, updated_at = now() where device_no = $1::int",
      [device.deviceNo, tokenHash],
    );
    await audit(tx, actor, "device.credentials", id);
    await tell(tx, "credentials", device);
    return device;
  });
}

/**
 * Takes a device out of service. Its row stays, because its readings carry its number; its alarms end.
 * @throws PlatformError `device_not_found`, `gateway_in_use` while devices are assigned to it; `forbidden` as of
 * `assertEntrusted`, since the id of a deleted speaker can be given anew, with a new token
 */
export async function deleteDevice(
  pool: Pool,
  id: string,
  limits: Limits,
  entrusting: Entrusting,
  actor: AuditActor,
): Promise<PlacedDevice> {
  return withTransaction(pool, async (tx) => {
    const device = await lockDevice(tx, id, limits);
    if (entrusting.sounding.includes(device.kind)) await assertEntrusted(tx, device, entrusting, "delete");
    const before = await getLiving(tx, id, limits);
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
    await endAlarmsOf(tx, device.deviceNo);
    await tx.query("delete from device_presence where device_no = $1::int", [device.deviceNo]);
    await audit(tx, actor, "device.delete", id, { before: toAudit(before) });
    await tell(tx, "deleted", device);
    return device;
  });
}

const audit = (
  tx: Client,
  actor: AuditActor,
  action: string,
  id: string,
  values: { before?: unknown; after?: unknown } = {},
) => appendAudit(tx, { actor, action, object: { type: "device", id }, ...values });

/** A change of the register in the news (topic `device`), with the place that decides who may hear of it. */
export interface DeviceNews {
  readonly deviceNo: number;
  readonly deviceId: string;
  readonly kind: string;
  readonly regionCode: string;
  readonly tenantId: string | null;
  readonly change: "created" | "updated" | "deleted" | "credentials";
}

function tell(tx: Client, change: DeviceNews["change"], device: PlacedDevice): Promise<void> {
  const { deviceNo, id: deviceId, kind, regionCode, tenantId } = device;
  const told: DeviceNews = { deviceNo, deviceId, kind, regionCode, tenantId, change };
  return tellNews(tx, [{ topic: "device", payload: [told] }]);
}

/** The fields that operators set. */
const toAudit = ({
  id,
  kind,
  regionCode,
  tenantId,
  name,
  location,
  gatewayId,
  attributes,
  model,
  identities,
}: Device) => ({
  id,
  kind,
  regionCode,
  tenantId,
  name,
  location,
  gatewayId,
  attributes,
  model,
  identities,
});

interface LockedDevice extends PlacedDevice {
  readonly gatewayNo: number | null;
}

async function lockDevice(tx: Client, id: string, limits: Limits): Promise<LockedDevice> {
  const { rows } = await tx.query<{
    device_no: number;
    kind: string;
    region_code: string;
    tenant_id: string | null;
    gateway_no: number | null;
  }>(
    `select d.device_no, d.kind, d.region_code, d.tenant_id, d.gateway_no from devices d
     where d.id = $1::text and d.deleted_at is null and ${limitsCondition("d", 2)}
     for update`,
    [id, limitsParameter(limits)],
  );
  const row = rows[0];
  if (!row) throw new PlatformError("device_not_found", `There is no device '${id}'`);
  return {
    deviceNo: row.device_no,
    id,
    kind: row.kind,
    regionCode: row.region_code,
    tenantId: row.tenant_id,
    gatewayNo: row.gateway_no,
  };
}

/** @throws PlatformError `forbidden` when the caller would put a device where they see none */
async function assertWithin(
  tx: Client,
  { id, kind, regionCode, tenantId }: Omit<PlacedDevice, "deviceNo">,
  limits: Limits,
): Promise<void> {
  const { rowCount } = await tx.query(
    `select from (values ($1::text, $2::text, $3::text, $4::text)) as d (id, kind, region_code, tenant_id)
     where ${limitsCondition("d", 5)}`,
    [id, kind, regionCode, tenantId, limitsParameter(limits)],
  );
  if (rowCount === 1) return;
  const owner = tenantId === null ? "that belong to no tenant" : `of tenant '${tenantId}'`;
  throw new PlatformError(
    "forbidden",
    `You may not keep devices of kind '${kind}' in region '${regionCode}' ${owner}`,
  );
}

/**
 * The gateway's number. The share lock holds off its deletion until the assignment is committed; a key share lock would
 * not, because a soft deletion does not touch the key.
 */
async function lockGateway(
  tx: Client,
  gatewayId: string | null,
  limits: Limits,
  gatewayKinds: readonly string[],
): Promise<number | null> {
  if (gatewayId === null) return null;
  const { rows } = await tx.query<{ device_no: number }>(
    `select d.device_no from devices d
     where d.id = $1::text and d.deleted_at is null and d.kind = any ($2::text[]) and ${limitsCondition("d", 3)}
     for share`,
    [gatewayId, gatewayKinds, limitsParameter(limits)],
  );
  if (rows[0]) return rows[0].device_no;
  throw gatewayFault(
    `There is no gateway '${gatewayId}': expected a device of kind ${gatewayKinds.join(" or ")}`,
  );
}

/** @throws PlatformError `invalid_request` */
function assertSchemes(
  kind: string,
  identities: readonly DeviceIdentity[] | undefined,
  { schemeFault }: KindRules,
): void {
  const faults = (identities ?? []).flatMap(({ scheme }, index) => {
    const message = schemeFault(kind, scheme);
    return message === undefined ? [] : [{ path: `/identities/${index}/scheme`, message }];
  });
  if (faults.length > 0) throw new PlatformError("invalid_request", faults[0]!.message, { faults });
}

const gatewayFault = (message: string) =>
  new PlatformError("invalid_request", message, { faults: [{ path: "/gatewayId", message }] });

/** @param limits what the caller may know of the device */
async function getLiving(tx: Client, id: string, limits: Limits): Promise<Device> {
  const { rows } = await tx.query<DeviceRow>({
    types: exactJson,
    text: `${selectDevice(2)} where d.id = $1::text and d.deleted_at is null`,
    values: [id, limitsParameter(limits)],
  });
  return toDevice(rows[0]!);
}

/** Turns the constraints that a caller can break into errors that say so. */
async function explainingConflicts(
  { id, regionCode, tenantId }: Pick<PlacedDevice, "id" | "regionCode" | "tenantId">,
  write: () => Promise<unknown>,
): Promise<void> {
  try {
    await write();
  } catch (error) {
    const constraint = (error as { constraint?: string }).constraint;
    if (constraint === "devices_id") {
      throw new PlatformError("device_exists", `A device with the id '${id}' exists`, { cause: error });
    }
    const unknown = {
      devices_region_code_fkey: { path: "/regionCode", message: `There is no region '${regionCode}'` },
      devices_tenant_id_fkey: { path: "/tenantId", message: `There is no tenant '${tenantId}'` },
    }[constraint ?? ""];
    if (unknown) {
      throw new PlatformError("invalid_request", unknown.message, { cause: error, faults: [unknown] });
    }
    throw error;
  }
}
