import { PlatformError } from "../../base/errors.ts";
import { type Client, type Limits, limitsCondition, limitsParameter } from "../database/index.ts";
import type { PlacedDevice } from "./devices.ts";

/** Where a caller may change who speaks for a device. */
export interface Entrusting {
  readonly limits: Limits;
  /** The kinds whose devices sound. */
  readonly sounding: readonly string[];
}

/** @param device as it is, or as it would be after a change */
export async function isEntrusted(
  tx: Client,
  { id, kind, regionCode, tenantId }: Omit<PlacedDevice, "deviceNo">,
  { limits }: Entrusting,
): Promise<boolean> {
  const { rowCount } = await tx.query(
    `select from (values ($1::text, $2::text, $3::text, $4::text)) as d (id, kind, region_code, tenant_id)
     where ${limitsCondition("d", 5)}`,
    [id, kind, regionCode, tenantId, limitsParameter(limits)],
  );
  return rowCount === 1;
}

/** @throws PlatformError `forbidden` unless the caller may decide who speaks for the device */
export async function assertEntrusted(
  tx: Client,
  device: Omit<PlacedDevice, "deviceNo">,
  entrusting: Entrusting,
  what: string,
): Promise<void> {
  if (await isEntrusted(tx, device, entrusting)) return;
  throw new PlatformError(
    "forbidden",
    `You may not ${what} '${device.id}': that decides who can speak for it, and takes an administrator`,
  );
}

/** True when a device sounds, or speaks for one that does and stands behind it. */
export async function speaksForSpeaker(
  tx: Client,
  { deviceNo, kind }: Pick<PlacedDevice, "deviceNo" | "kind">,
  { sounding }: Entrusting,
): Promise<boolean> {
  if (sounding.includes(kind)) return true;
  const { rowCount } = await tx.query(
    `select from devices d where d.gateway_no = $1::int and d.deleted_at is null and d.kind = any ($2::text[]) limit 1`,
    [deviceNo, sounding],
  );
  return rowCount === 1;
}
