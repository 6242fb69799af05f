import { writeJson } from "../../base/exact-json.ts";
import type { Kind } from "../../devices/kind.ts";
import { type Device, type DeviceStatus, type Rhythm, statusOf } from "../../store/devices/index.ts";
import type { CsvColumn } from "../csv.ts";

/** Intervals after which a device is late: one report is missing. */
const LATE_INTERVALS = 2;
/** Intervals after which a device of a kind without an alarm of silence is silent. */
const SILENT_INTERVALS = 5;

/** The ages at which devices of a kind are late and silent; its alarm of silence decides the latter. */
export function rhythmOf({ kind, reportIntervalSeconds, alarms }: Kind): Rhythm {
  const intervalMs = reportIntervalSeconds * 1000;
  const rule = alarms.find((candidate) => candidate.type === "silence");
  return {
    kind,
    lateMs: LATE_INTERVALS * intervalMs,
    silentMs: (rule?.intervals ?? SILENT_INTERVALS) * intervalMs,
  };
}

export type PresentedDevice = Device & { readonly status: DeviceStatus };

/** Adds the status to devices. @param now the moment of the answer, the same for all of its devices */
export function statusAdder(rhythms: readonly Rhythm[], now: Date): (device: Device) => PresentedDevice {
  const byKind = new Map(rhythms.map((rhythm) => [rhythm.kind, rhythm]));
  return (device) => {
    const rhythm = byKind.get(device.kind) ?? { kind: device.kind, lateMs: Infinity, silentMs: Infinity };
    return { ...device, status: statusOf(rhythm, device.lastSeenAt, now) };
  };
}

const asText = ({ scheme, value }: Device["identities"][number]) => `${scheme}:${value}`;

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
  { header: "model", value: (device) => device.model },
  { header: "identities", value: ({ identities }) => identities.map(asText).join(" ") },
];
