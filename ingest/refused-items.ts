import { MAX_PACKET_BYTES } from "../access/topics.ts";
import { parseExact, stringifyExact } from "../store/exact-json.ts";
import type { KindTable } from "../store/kind-table.ts";
import type { ReadingsBatch } from "../store/readings-batch.ts";
import type { Conflict } from "../store/settle-readings.ts";
import type { NewEvent, NewReply } from "../store/write-events.ts";
import type { NewRejection } from "../store/write-rejections.ts";
import type { DeviceEntry } from "./directory.ts";
import type { IncomingMessage } from "./pipeline.ts";
import type { Refusal } from "./reasons.ts";
import { deviceTopic } from "./topics.ts";

/** What is kept of a topic, and of what was expected, in UTF-16 units. */
export const MAX_TOPIC_LENGTH = 1024;
export const MAX_DETAIL_LENGTH = 1024;

/**
 * A copy: a payload is a view into the socket's buffer, which may be much larger than the message. Only another broker
 * sends more than our own lets in.
 */
export const keepPayload = (payload: Buffer): Buffer => Buffer.from(payload.subarray(0, MAX_PACKET_BYTES));

/** Items of one device, or entries of a gateway's message, that are refused for one reason. */
interface Group {
  readonly device: DeviceEntry;
  readonly refusal: Refusal;
  readonly partial: boolean;
  readonly items: unknown[];
  /** The device under whose name they stand in the message of a gateway. */
  readonly under: string | undefined;
  /** What stands in the message of a gateway under names that it may not use. */
  readonly entries: Record<string, unknown> | undefined;
}

/**
 * What is refused of one message: one rejection for each device and reason, however many items there are. The payload
 * has these items alone, in the shape that their topic takes.
 */
export class RefusedItems {
  private readonly groups = new Map<string, Group>();

  /** @param partial whether `item` is a part of one of which something else is kept */
  add(
    device: DeviceEntry,
    refusal: Refusal,
    item: unknown,
    under: string | undefined,
    partial = false,
  ): void {
    const key = `${device.deviceNo} ${refusal.reason} ${partial}`;
    const group = this.groups.get(key);
    if (group) group.items.push(item);
    else this.groups.set(key, { device, refusal, partial, items: [item], under, entries: undefined });
  }

  /** An entry of a gateway's message that names a device which it does not speak for. */
  addEntry(gateway: DeviceEntry, refusal: Refusal, id: string, readings: unknown): void {
    const key = `entry ${refusal.reason}`;
    let group = this.groups.get(key);
    if (!group) {
      const entries = Object.create(null) as Record<string, unknown>;
      group = { device: gateway, refusal, partial: false, items: [], under: undefined, entries };
      this.groups.set(key, group);
    }
    group.items.push(id);
    group.entries![id] = readings;
  }

  /** The rejections of a message, once all of it was looked at. */
  take(message: IncomingMessage): NewRejection[] {
    if (this.groups.size === 0) return [];
    const rejections = [...this.groups.values()].map((group) => rejectionOfGroup(message, group));
    this.groups.clear();
    return rejections;
  }
}

function rejectionOfGroup(
  message: IncomingMessage,
  { device, refusal, partial, items, under, entries }: Group,
) {
  const [first] = items;
  // An array that stood among the items is one of them, and not several.
  const value =
    entries ?? (items.length === 1 && !(Array.isArray(first) && first.length > 0) ? first : items);
  // The value was parsed from at most 256 KiB, but may nest deeper than can be written again. Numbers may be longer now
  // than they came, so this is not the place for a limit: what is cut could not be replayed.
  let payload: Buffer;
  try {
    payload = Buffer.from(stringifyExact(under === undefined ? value : { [under]: value }));
  } catch {
    payload = Buffer.from(message.payload);
  }
  return rejectionOf(message, device, refusal, { payload, items: items.length, partial });
}

/** The rejection of a message, or of items of it. */
export function rejectionOf(
  { publisher, topic, receivedAt, payload: whole }: IncomingMessage,
  device: DeviceEntry | undefined,
  { reason, detail }: Refusal,
  part?: { payload: Buffer; items: number; partial: boolean },
): NewRejection {
  const { payload, items, partial } = part ?? { payload: keepPayload(whole), items: 1, partial: false };
  return {
    receivedAt,
    deviceNo: device?.deviceNo,
    publisher: publisher?.id ?? "",
    topic: topic.slice(0, MAX_TOPIC_LENGTH),
    reason,
    detail: ofSeveral(detail, items).slice(0, MAX_DETAIL_LENGTH),
    payload,
    payloadBytes: part ? payload.length : whole.length,
    items,
    partial,
  };
}

const ofSeveral = (detail: string, items: number) =>
  items === 1 ? detail : `${detail.slice(0, MAX_DETAIL_LENGTH - 64)} (the first of ${items} items)`;

/** Names a device by its number, for the rejection of an item that was read back from a batch. */
export type NameOf = (deviceNo: number) => string;

/** The way by which a reading came, where its device did not publish it itself. */
export interface Way {
  readonly publisher: string;
  readonly topic: string;
}

export function refusedReading(
  { deviceNo, receivedAt, reading, way }: ReturnType<ReadingsBatch["row"]>,
  { message }: Error,
  nameOf: NameOf,
): NewRejection {
  const came = { deviceNo, receivedAt, id: nameOf(deviceNo), way: way as Way | undefined };
  return rejectionAgain("telemetry", came, [reading], {
    reason: "store_refused",
    detail: message,
    partial: false,
  });
}

/** One rejection for what a message of a device had in conflict: items with nothing to keep, and parts of the others. */
export function refusedConflicts(
  { columns }: KindTable,
  conflicts: readonly Conflict[],
  nameOf: NameOf,
): NewRejection[] {
  const groups = new Map<string, Conflict[]>();
  for (const conflict of conflicts) {
    const { deviceNo, receivedAt, way } = conflict.reading;
    const key = `${deviceNo} ${receivedAt} ${conflict.partial} ${(way as Way | undefined)?.topic}`;
    const group = groups.get(key);
    if (group) group.push(conflict);
    else groups.set(key, [conflict]);
  }
  return [...groups.values()].map((group) => {
    const { reading, refused, partial } = group[0]!;
    const { deviceNo, receivedAt } = reading;
    const came = { deviceNo, receivedAt, id: nameOf(deviceNo), way: reading.way as Way | undefined };
    const items = group.map((conflict) => ({
      observedAt: new Date(conflict.reading.observedAt).toISOString(),
      ...(partial ? conflict.refused : allOf(columns, conflict.reading)),
    }));
    const at = new Date(reading.observedAt).toISOString();
    const detail = `${Object.keys(refused).join(", ")}: another value is stored for ${at}`;
    return rejectionAgain("telemetry", came, items, { reason: "conflict", detail, partial });
  });
}

const allOf = (columns: KindTable["columns"], { values, extra }: Conflict["reading"]) => ({
  ...extra,
  ...Object.fromEntries(
    columns.flatMap(({ name }, i) => (values[i] === undefined ? [] : [[name, values[i]]])),
  ),
});

export function refusedEvent(event: NewEvent, error: Error, nameOf: NameOf): NewRejection {
  return refusedItem("events", event, error, nameOf);
}

export function refusedReply(reply: NewReply, error: Error, nameOf: NameOf): NewRejection {
  return refusedItem("replies", reply, error, nameOf);
}

function refusedItem(
  channel: "events" | "replies",
  { deviceNo, receivedAt, observedAt, data, ...rest }: NewEvent | NewReply,
  { message }: Error,
  nameOf: NameOf,
): NewRejection {
  const item = { ...rest, observedAt: new Date(observedAt).toISOString(), ...(parseExact(data) as object) };
  const came = { deviceNo, receivedAt, id: nameOf(deviceNo), way: undefined };
  return rejectionAgain(channel, came, [item], { reason: "store_refused", detail: message, partial: false });
}

/** The rejection of items as their device, or the gateway that they came by, would have sent them. */
function rejectionAgain(
  channel: "telemetry" | "events" | "replies",
  came: { deviceNo: number; receivedAt: number; id: string; way: Way | undefined },
  items: readonly object[],
  why: { reason: string; detail: string; partial: boolean },
): NewRejection {
  const { deviceNo, receivedAt, id, way } = came;
  const value = items.length === 1 ? items[0] : items;
  const payload = Buffer.from(stringifyExact(way ? { [id]: value } : value));
  return {
    receivedAt,
    deviceNo,
    publisher: way?.publisher ?? id,
    topic: way?.topic ?? deviceTopic(id, channel),
    reason: why.reason,
    detail: ofSeveral(why.detail, items.length).slice(0, MAX_DETAIL_LENGTH),
    payload,
    payloadBytes: payload.length,
    items: items.length,
    partial: why.partial,
  };
}
