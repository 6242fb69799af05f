import { z } from "zod";
import type { EventPlace } from "../api/stream/event-id.ts";
import type { StreamScope } from "../api/stream/filter.ts";
import type { StreamHub } from "../api/stream/hub.ts";
import { writeJson } from "../base/exact-json.ts";
import type { Feed } from "../broker/feed.ts";
import type { LiveReading } from "../ingest/batch.ts";
import { type DeviceEntry, type Directory, placeAt } from "../ingest/directory.ts";
import type { DeviceNews, PresenceNews } from "../store/devices/index.ts";
import type { AlarmNews, EventNews } from "../store/events/index.ts";
import type { NewsPiece } from "../store/processes/index.ts";
import type { ToldBroadcast } from "./broadcast-teller.ts";

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

/** Tells live listeners of the readings of a batch, once it is committed. */
export function announceReadings({ hub, feed }: Audience, live: readonly LiveReading[]): void {
  for (const { device, observedAt, receivedAt, values } of live) {
    const scope = scopeOf(device, observedAt);
    const times = { observedAt: iso(observedAt), receivedAt: iso(receivedAt) };
    hub.publish("reading", { deviceId: device.id, ...times, metrics: values }, scope);
    if (feed.wants("telemetry"))
      feed.publish("telemetry", { id: device.id, ...scope }, () =>
        JSON.stringify({ ...named(device.id, scope), ...times, metrics: values }),
      );
  }
}

/**
 * Tells listeners of what all processes have told in the news, in its order.
 * @param directory knows the devices that the news name by their numbers, but for those that are gone
 */
export function announceNews(audience: Audience, directory: Directory, news: readonly NewsPiece[]): void {
  for (const { newsNo, topic, payload } of news) {
    const announceItem = ANNOUNCERS[topic];
    if (announceItem && Array.isArray(payload)) {
      for (const [index, item] of payload.entries())
        announceItem(audience, directory, item as never, { newsNo, index });
    }
    audience.hub.reached(newsNo);
  }
}

type Announcer<T> = (audience: Audience, directory: Directory, item: T, at: EventPlace) => void;

/** By topic. Payloads are what writers of the same name in `store/` and `app/` have written. */
const ANNOUNCERS: Readonly<Record<string, Announcer<never> | undefined>> = {
  event: announceEvent,
  alarm: announceAlarm,
  presence: announcePresence,
  device: announceChange,
  broadcast: announceBroadcast,
};

function announceEvent({ hub, feed }: Audience, directory: Directory, event: EventNews, at: EventPlace) {
  const device = directory.findByNo(event.deviceNo);
  if (!device) return;
  const { eventId, phase, type, data } = event;
  const [observedAt, receivedAt] = [Date.parse(event.observedAt), Date.parse(event.receivedAt)];
  const scope = scopeOf(device, observedAt);
  const told = { eventId, phase, type, observedAt: iso(observedAt), receivedAt: iso(receivedAt), data };
  hub.publish("event", { deviceId: device.id, ...told }, scope, at);
  if (feed.wants("events"))
    feed.publish("events", { id: device.id, ...scope }, () =>
      writeJson({ ...named(device.id, scope), ...told }),
    );
}

function announceAlarm({ hub }: Audience, _: Directory, alarm: AlarmNews, place: EventPlace) {
  const { alarmNo: id, deviceId, change, rule, severity, message, value, by } = alarm;
  const at = iso(Date.parse(alarm.at));
  hub.publish("alarm", { id, deviceId, change, rule, severity, message, value, at, by }, alarm, place);
}

function announcePresence({ hub }: Audience, directory: Directory, presence: PresenceNews, at: EventPlace) {
  const device = directory.findByNo(presence.deviceNo);
  if (!device) return;
  const changedAt = Date.parse(presence.at);
  const told = { deviceId: device.id, connected: presence.connected, changedAt: iso(changedAt) };
  hub.publish("presence", told, scopeOf(device, changedAt), at);
}

function announceChange({ hub }: Audience, _: Directory, changed: DeviceNews, at: EventPlace) {
  const { deviceId, change } = changed;
  hub.publish("device", { deviceId, change }, changed, at);
}

function announceBroadcast({ hub }: Audience, _: Directory, { news, place }: ToldBroadcast, at: EventPlace) {
  hub.publishBroadcast(news, place, at);
}

/** The topics whose items name devices by their numbers. */
const OF_DEVICES: ReadonlySet<string> = new Set(["event", "presence", "alarm", "alarm_wait"]);

const ofDevice = z.object({ deviceNo: z.int32() });

/** The numbers of devices that the news name and this process has not met: another one has just registered them. */
export function unmetDevices(directory: Directory, news: readonly NewsPiece[]): number[] {
  const unmet = new Set<number>();
  for (const { topic, payload } of news) {
    if (!OF_DEVICES.has(topic)) continue;
    // What nobody can read must not hold up what comes after it.
    for (const item of Array.isArray(payload) ? (payload as unknown[]) : []) {
      const { success, data } = ofDevice.safeParse(item);
      if (success && !directory.findByNo(data.deviceNo)) unmet.add(data.deviceNo);
    }
  }
  return [...unmet];
}
