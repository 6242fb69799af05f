import type { StreamScope } from "./api/stream/filter.ts";
import type { StreamHub } from "./api/stream/hub.ts";
import type { LiveReading } from "./ingest/batch.ts";
import type { Committed } from "./ingest/commit.ts";
import type { DeviceEntry, Directory } from "./ingest/directory.ts";

const iso = (epochMs: number) => new Date(epochMs).toISOString();

/** Where what a device does belongs: it decides who may hear of it. */
export const scopeOf = (device: DeviceEntry): StreamScope => ({
  regionCode: device.regionCode,
  kind: device.runtime.kind.kind,
});

/** Tells live listeners what a batch brought, once it is committed. */
export function announce(
  hub: StreamHub,
  directory: Directory,
  committed: Committed,
  live: readonly LiveReading[],
): void {
  for (const { device, observedAt, receivedAt, values } of live) {
    hub.publish(
      "reading",
      { deviceId: device.id, observedAt: iso(observedAt), receivedAt: iso(receivedAt), metrics: values },
      scopeOf(device),
    );
  }
  for (const event of committed.events) {
    const device = directory.findByNo(event.deviceNo);
    if (!device) continue;
    const { eventId, phase, type } = event;
    hub.publish(
      "event",
      {
        deviceId: device.id,
        eventId,
        phase,
        type,
        observedAt: iso(event.observedAt),
        receivedAt: iso(event.receivedAt),
        data: JSON.parse(event.data) as Record<string, unknown>,
      },
      scopeOf(device),
    );
  }
  for (const change of committed.alarms) {
    const device = directory.findByNo(change.deviceNo);
    if (!device) continue;
    const { rule, severity, message } = change;
    hub.publish(
      "alarm",
      {
        id: change.alarmNo,
        deviceId: device.id,
        change: change.action === "raise" ? "raised" : "cleared",
        rule,
        severity,
        message,
        value: change.value ?? null,
        at: iso(change.at),
        by: null,
      },
      scopeOf(device),
    );
  }
}
