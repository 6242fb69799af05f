import { covers, type Limits, type Place } from "../../access/limits.ts";
import { type BroadcastPlace, seesBroadcast, seesWhole } from "../../broadcast/lifecycle/index.ts";
import { kindsWith } from "../../devices/catalog.ts";
import type { StreamTopic } from "../contract.ts";
import type { EventPlace } from "./event-id.ts";

/** The place of an event, which decides who may hear of it. */
export type StreamScope = Omit<Place, "id">;

/** An event, ready to send. */
export interface StreamEntry {
  /** Undefined for an event that is not told again to those who come back. */
  readonly at: EventPlace | undefined;
  readonly topic: StreamTopic;
  /** The place of a device, or of a broadcast. */
  readonly scope: StreamScope | BroadcastPlace;
  /** Empty for a broadcast. */
  readonly deviceId: string;
  /** As it goes over the wire. */
  readonly frame: string;
  /** Of a broadcast: the frame for subscribers who see only a part of it, without the counts of the whole. */
  readonly partFrame?: string | undefined;
}

/** The subscriber's wishes and limits. An absent list wants all. */
export interface StreamFilter {
  /** The owner of the stream: the stream ends when their grants change. */
  readonly principalId: string;
  readonly tenantId: string | null;
  /** The wanted topics, each with the area in which the subscriber may see it. */
  readonly topics: ReadonlyMap<StreamTopic, Limits>;
  readonly kinds?: ReadonlySet<string> | undefined;
  /** Region codes; each includes everything inside it. */
  readonly regions?: readonly string[] | undefined;
  readonly devices?: ReadonlySet<string> | undefined;
  /** The area in which it may listen at all. */
  readonly limits: Limits;
}

/** The frame that a subscriber gets when the event matches. */
export function frameFor(filter: StreamFilter, { topic, scope, frame, partFrame }: StreamEntry): string {
  if (partFrame === undefined || !("regions" in scope)) return frame;
  const seen = filter.topics.get(topic) ?? [];
  return seesWhole(filter.limits, scope) && (seen === filter.limits || seesWhole(seen, scope))
    ? frame
    : partFrame;
}

export function matches(filter: StreamFilter, { topic, scope, deviceId }: StreamEntry): boolean {
  const seen = filter.topics.get(topic);
  if ("regions" in scope) return seen !== undefined && matchesBroadcast(filter, seen, scope);
  const place = { id: deviceId, ...scope };
  return (
    seen !== undefined &&
    (!filter.kinds || filter.kinds.has(scope.kind)) &&
    (!filter.devices || filter.devices.has(deviceId)) &&
    (!filter.regions || filter.regions.some((code) => scope.regionCode.startsWith(code))) &&
    covers(filter.limits, place) &&
    (seen === filter.limits || covers(seen, place))
  );
}

/** A broadcast belongs to every kind that sounds, to no single device, and to each region that it meets. */
function matchesBroadcast(filter: StreamFilter, seen: Limits, place: BroadcastPlace): boolean {
  const { kinds, devices, regions, limits, tenantId } = filter;
  return (
    (!kinds || kindsWith("sounds").some((kind) => kinds.has(kind))) &&
    !devices &&
    (!regions ||
      regions.some((mine) => place.regions.some((code) => code.startsWith(mine) || mine.startsWith(code)))) &&
    seesBroadcast(limits, tenantId, place) &&
    (seen === limits || seesBroadcast(seen, tenantId, place))
  );
}
