import type { StreamScope } from "../api/stream/filter.ts";
import type { StreamHub } from "../api/stream/hub.ts";
import { readJson, writeJson } from "../base/exact-json.ts";
import type { Feed } from "../broker/feed.ts";
import type { LiveReading } from "../ingest/batch.ts";
import type { Committed } from "../ingest/commit.ts";
import { type DeviceEntry, type Directory, placeAt } from "../ingest/directory.ts";

const iso = (epochMs: number) => new Date(epochMs).toISOString();

/**
 * The place of an event of a device, which decides who may hear of it. Events from before the device moved belong to
 * its place of that time.
 */
export const scopeOf = (device: DeviceEntry, at = Number.POSITIVE_INFINITY): StreamScope => {
  const { regionCode, tenantId } = placeAt(device, at);
  return { regionCode, kind: device.runtime.kind.kind, tenantId };
};

/** The part of a device that a message for an application names: not its owner. */
const named = (deviceId: string, { kind, regionCode }: StreamScope) => ({ deviceId, kind, regionCode });

/** The listeners of committed items: event streams over HTTP, and applications over MQTT. */
export interface Audience {
  readonly hub: StreamHub;
  readonly feed: Feed;
}

/** True when somebody wants live readings, which are many. */
export const wantsReadings = ({ hub, feed }: Audience): boolean =>
  hub.wants("reading") || feed.wants("telemetry");

/** Tells live listeners of a batch, once it is committed. */
export function announce(
  { hub, feed }: Audience,
  directory: Directory,
  committed: Committed,
  live: readonly LiveReading[],
): void {
  for (const { device, observedAt, receivedAt, values } of live) {
    const scope = scopeOf(device, observedAt);
    const times = { observedAt: iso(observedAt), receivedAt: iso(receivedAt) };
    hub.publish("reading", { deviceId: device.id, ...times, metrics: values }, scope);
    if (feed.wants("telemetry"))
      feed.publish("telemetry", { id: device.id, ...scope }, () =>
        JSON.stringify({ ...named(device.id, scope), ...times, metrics: values }),
      );
  }
  for (const event of committed.events) {
    const device = directory.findByNo(event.deviceNo);
    if (!device) continue;
    const scope = scopeOf(device, event.observedAt);
    const { eventId, phase, type } = event;
    const told = {
      eventId,
      phase,
      type,
      observedAt: iso(event.observedAt),
      receivedAt: iso(event.receivedAt),
      data: readJson(event.data) as Record<string, unknown>,
    };
    hub.publish("event", { deviceId: device.id, ...told }, scope);
    if (feed.wants("events"))
      feed.publish("events", { id: device.id, ...scope }, () =>
        writeJson({ ...named(device.id, scope), ...told }),
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
