import { covers, type Limits } from "../../access/limits.ts";
import type { StreamTopic } from "../contract.ts";

/** Where an event belongs. */
export interface StreamScope {
  readonly regionCode: string;
  readonly kind: string;
}

/** An event, ready to send. */
export interface StreamEntry {
  /** Rises by one with each event since the start of the platform. */
  readonly sequence: number;
  readonly topic: StreamTopic;
  readonly scope: StreamScope;
  readonly deviceId: string;
  /** As it goes over the wire. */
  readonly frame: string;
}

/** What a subscriber wants, and what it may see. An absent list wants all. */
export interface StreamFilter {
  readonly topics: ReadonlySet<StreamTopic>;
  readonly kinds?: ReadonlySet<string> | undefined;
  /** Region codes; what is inside is meant too. */
  readonly regions?: readonly string[] | undefined;
  readonly devices?: ReadonlySet<string> | undefined;
  readonly limits: Limits;
}

export function matches(filter: StreamFilter, { topic, scope, deviceId }: StreamEntry): boolean {
  return (
    filter.topics.has(topic) &&
    (!filter.kinds || filter.kinds.has(scope.kind)) &&
    (!filter.devices || filter.devices.has(deviceId)) &&
    (!filter.regions || filter.regions.some((code) => scope.regionCode.startsWith(code))) &&
    covers(filter.limits, scope)
  );
}
