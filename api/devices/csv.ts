import { writeJson } from "../../base/exact-json.ts";
import type { CsvColumn } from "../csv.ts";
import type { PresentedDevice } from "./present.ts";

export const DEVICE_CSV_COLUMNS: readonly CsvColumn<PresentedDevice>[] = [
  { header: "id", value: (device) => device.id },
  { header: "kind", value: (device) => device.kind },
  { header: "regionCode", value: (device) => device.regionCode },
  { header: "name", value: (device) => device.name },
  { header: "longitude", value: (device) => device.location?.longitude ?? null },
  { header: "latitude", value: (device) => device.location?.latitude ?? null },
  { header: "gatewayId", value: (device) => device.gatewayId },
  { header: "attributes", value: (device) => writeJson(device.attributes) },
  { header: "connected", value: (device) => device.presence?.connected ?? null },
  { header: "presenceChangedAt", value: (device) => device.presence?.changedAt ?? null },
  { header: "createdAt", value: (device) => device.createdAt },
  { header: "updatedAt", value: (device) => device.updatedAt },
  { header: "tenantId", value: (device) => device.tenantId },
  { header: "lastSeenAt", value: (device) => device.lastSeenAt },
  { header: "status", value: (device) => device.status },
];
