import { type Channel, type DeviceChannel, MAX_PACKET_BYTES } from "../base/channels.ts";
import { Entries, type Entry, MAX_KEPT_LENGTH, parseExact, stringifyExact } from "../base/exact-json.ts";
import type { RawMessage } from "../exchange/door.ts";
import type { KindTable } from "../store/database/index.ts";
import { MAX_MOVE_MS, type NewEvent, type NewReply } from "../store/events/index.ts";
import type { NewRejection } from "../store/ledger/index.ts";
import type { Conflict, ReadingsBatch } from "../store/readings/index.ts";
import { type DeviceEntry, formerPlaceAt } from "./directory.ts";
import { type Refusal, refuse } from "./reasons.ts";
import type { Way } from "./way.ts";

/** The stored length of a context, and of a detail, in UTF-16 units. */
export const MAX_CONTEXT_LENGTH = 1024;
const MAX_DETAIL_LENGTH = 1024;

/** Characters that a person would not see: controls, signs that direct or join letters, and all spaces but the one. */
const INVISIBLE = /[\p{C}\p{Default_Ignorable_Code_Point}]|(?! )\p{Z}/gu;

/** A detail as it is kept: invisible characters in it are written as escapes. */
export const legible = (detail: string): string =>
  detail
    .slice(0, MAX_DETAIL_LENGTH)
    .replace(INVISIBLE, (found) => `\\u{${found.codePointAt(0)!.toString(16)}}`)
    .slice(0, MAX_DETAIL_LENGTH);

/**
 * A copy: a payload is a view into the socket's buffer, which may be much larger than the message. Only a source
 * brings more than our own door lets in.
 */
export const keepPayload = (payload: Buffer): Buffer => Buffer.from(payload.subarray(0, MAX_PACKET_BYTES));

/** Items of one device, or entries of a gateway's message, that are refused for one reason. */
interface Group {
  readonly device: DeviceEntry;
  readonly refusal: Refusal;
  readonly partial: boolean;
  readonly items: unknown[];
  /** The name under which the device stands in the message of a gateway. */
  readonly under: string | undefined;
  /** The entries under names that the gateway may not use, each as often as it is named. */
  readonly entries: Entry[] | undefined;
  /** When the first of them was observed, if the device has moved. */
  readonly observedAt: number | undefined;
}

/**
 * The number of items that an entry of a gateway's message counts as: as many as it would hold if the gateway could
 * speak for the device.
 */
export const itemsIn = (entry: unknown): number =>
  Array.isArray(entry) && entry.length > 0 ? entry.length : 1;

/**
 * At most so many refusals of a message get words of their own: they are for a person, and must not cost others time.
 */
const MAX_TOLD = 64;

/**
 * The refused items of one message: one rejection for each device and reason, however many items there are. Its payload
 * has only these items, in JSON: one or an array of them, from a gateway under the names of their devices.
 */
export class RefusedItems {
  private readonly groups = new Map<string, Group>();

  /**
   * @param partial true when `item` is a part of an item of which other values are kept
   * @param observedAt for a device that has moved, the item's own time if it has one: items of several places are apart
   */
  add(
    device: DeviceEntry,
    refusal: Refusal,
    item: unknown,
    under: string | undefined,
    partial = false,
    observedAt?: number,
  ): void {
    const place = observedAt === undefined ? "" : formerPlaceAt(device, observedAt)?.until;
    const key = `${device.deviceNo} ${refusal.reason} ${partial} ${place}`;
    const group = this.groups.get(key);
    if (group) group.items.push(item);
    else
      this.groups.set(key, {
        device,
        refusal,
        partial,
        items: [item],
        under,
        entries: undefined,
        observedAt,
      });
  }

  /**
   * An entry of a gateway's message that names a device which it does not speak for.
   * @returns how many items it counts as
   */
  addEntry(gateway: DeviceEntry, refusal: Refusal, id: string, readings: unknown): number {
    const key = `entry ${refusal.reason}`;
    let group = this.groups.get(key);
    if (!group) {
      group = {
        device: gateway,
        refusal,
        partial: false,
        items: [],
        under: undefined,
        entries: [],
        observedAt: undefined,
      };
      this.groups.set(key, group);
    }
    const items = itemsIn(readings);
    for (let n = 0; n < items; n++) group.items.push(id);
    group.entries!.push([id, readings]);
    return items;
  }

  /** The rejections of a message, once all of it was looked at. */
  take(message: RawMessage<DeviceEntry>): NewRejection[] {
    if (this.groups.size === 0) return [];
    const rejections = [...this.groups.values()].map((group, i) =>
      rejectionOfGroup(message, group, i < MAX_TOLD),
    );
    this.groups.clear();
    return rejections;
  }
}

function rejectionOfGroup(
  message: RawMessage<DeviceEntry>,
  { device, refusal, partial, items, under, entries, observedAt }: Group,
  isTold: boolean,
) {
  const [first] = items;
  // An array that stood among the items is one of them, and not several.
  const value = entries
    ? new Entries(entries)
    : items.length === 1 && !(Array.isArray(first) && first.length > 0)
      ? first
      : items;
  // Never the message itself, which may hold readings of others. Numbers may be longer now than they came, so this is
  // not the place for a limit: a cut payload could not be replayed.
  const payload = Buffer.from(stringifyExact(under === undefined ? value : { [under]: value }));
  const told = isTold ? refusal : refuse(refusal.reason);
  return rejectionOf(message, device, told, { payload, items: items.length, partial, observedAt });
}

/** The rejection of a message, or of items of it. */
export function rejectionOf(
  { door, device: publisher, context, receivedAt, raw: whole, channel }: RawMessage<DeviceEntry>,
  device: DeviceEntry | undefined,
  { reason, detail }: Refusal,
  part?: { payload: Buffer; items: number; partial: boolean; observedAt: number | undefined },
): NewRejection {
  const { payload, items, partial } = part ?? { payload: keepPayload(whole), items: 1, partial: false };
  return {
    receivedAt,
    observedAt: part?.observedAt,
    itemsChannel: part && channel,
    deviceNo: device?.deviceNo,
    publisher: publisher?.id ?? "",
    door,
    topic: context.slice(0, MAX_CONTEXT_LENGTH),
    reason,
    detail: ofSeveral(legible(detail), items),
    payload,
    payloadBytes: part ? payload.length : whole.length,
    items,
    partial,
  };
}

const ofSeveral = (detail: string, items: number) =>
  items === 1 ? detail : `${detail.slice(0, MAX_DETAIL_LENGTH - 64)} (the first of ${items} items)`;

/** Names a device by its number, for the rejection of an item that was read back from a batch. */
export interface NameOf {
  (deviceNo: number): string;
  /** The end of the place of that moment; undefined for the present place. Absent: none has moved. */
  readonly placeUntil?: (deviceNo: number, at: number) => number | undefined;
}

const keyOf = ({ door, context }: Way) => `${door} ${context}`;

export function refusedReading(
  { deviceNo, receivedAt, reading, way }: ReturnType<ReadingsBatch["row"]>,
  { message }: Error,
  nameOf: NameOf,
): NewRejection {
  const came = {
    deviceNo,
    receivedAt,
    id: nameOf(deviceNo),
    way: way as Way,
    at: Date.parse(reading.observedAt as string),
    channel: "telemetry" as const,
  };
  return rejectionAgain(came, [reading], {
    reason: "store_refused",
    detail: message,
    partial: false,
  });
}

/**
 * One rejection for the values of a message of a device that were in conflict: items with nothing to keep, and parts of
 * the others.
 */
export function refusedConflicts(
  { columns }: KindTable,
  conflicts: readonly Conflict[],
  nameOf: NameOf,
): NewRejection[] {
  const groups = new Map<string, Conflict[]>();
  for (const conflict of conflicts) {
    const { deviceNo, receivedAt, way } = conflict.reading;
    const place = nameOf.placeUntil?.(deviceNo, conflict.reading.observedAt);
    const key = `${deviceNo} ${receivedAt} ${conflict.partial} ${keyOf(way as Way)} ${place}`;
    const group = groups.get(key);
    if (group) group.push(conflict);
    else groups.set(key, [conflict]);
  }
  return [...groups.values()].map((group) => {
    const { reading, refused, partial, isFull } = group[0]!;
    const { deviceNo, receivedAt } = reading;
    const way = reading.way as Way;
    const came = {
      deviceNo,
      receivedAt,
      id: nameOf(deviceNo),
      way,
      at: reading.observedAt,
      channel: "telemetry" as const,
    };
    const items = group.map((conflict) => ({
      observedAt: new Date(conflict.reading.observedAt).toISOString(),
      ...(partial ? conflict.refused : allOf(columns, conflict.reading)),
    }));
    const at = new Date(reading.observedAt).toISOString();
    const room = isFull ? `, or ${MAX_KEPT_LENGTH} characters beside the kind's quantities` : "";
    const detail = `${Object.keys(refused).join(", ")}: another value is stored for ${at}${room}`;
    return rejectionAgain(came, items, { reason: "conflict", detail, partial });
  });
}

const allOf = (columns: KindTable["columns"], { values, extra }: Conflict["reading"]) => ({
  ...extra,
  ...Object.fromEntries(
    columns.flatMap(({ name }, i) => (values[i] === undefined ? [] : [[name, values[i]]])),
  ),
});

const STORE_REFUSED = "store_refused";

export const refusedEvent = (event: NewEvent, { message }: Error, nameOf: NameOf): NewRejection =>
  refusedTogether("events", [event], STORE_REFUSED, message, nameOf);
export const refusedReply = (reply: NewReply, { message }: Error, nameOf: NameOf): NewRejection =>
  refusedTogether("replies", [reply], STORE_REFUSED, message, nameOf);

/** The rejections of events that differ from too many others of their moment, one for a message of a device. */
export const refusedEvents = (events: readonly NewEvent[], nameOf: NameOf): NewRejection[] =>
  byMessage(events, nameOf).map((group) =>
    refusedTogether("events", group, "conflict", `eventId and phase: ${TOO_MANY}`, nameOf),
  );
export const refusedReplies = (replies: readonly NewReply[], nameOf: NameOf): NewRejection[] =>
  byMessage(replies, nameOf).map((group) =>
    refusedTogether("replies", group, "conflict", `commandId and outcome: ${TOO_MANY}`, nameOf),
  );
const TOO_MANY = `more than ${MAX_MOVE_MS} others with another content are stored for this moment`;

function byMessage<T extends NewEvent | NewReply>(items: readonly T[], nameOf: NameOf): T[][] {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const place = nameOf.placeUntil?.(item.deviceNo, item.observedAt);
    const key = `${item.deviceNo} ${item.receivedAt} ${keyOf(item.way as Way)} ${place}`;
    const group = groups.get(key);
    if (group) group.push(item);
    else groups.set(key, [item]);
  }
  return [...groups.values()];
}

function refusedTogether(
  channel: DeviceChannel,
  items: readonly (NewEvent | NewReply)[],
  reason: string,
  detail: string,
  nameOf: NameOf,
): NewRejection {
  const { deviceNo, receivedAt, way, observedAt: at } = items[0]!;
  const sent = items.map(({ deviceNo: _, receivedAt: __, way: ___, observedAt, data, ...rest }) => ({
    ...rest,
    observedAt: new Date(observedAt).toISOString(),
    ...(parseExact(data) as object),
  }));
  const came = { deviceNo, receivedAt, id: nameOf(deviceNo), way: way as Way, at, channel };
  return rejectionAgain(came, sent, { reason, detail, partial: false });
}

/** The rest of a rejection that the database refuses itself: that there was one. */
export const withoutPayload = (rejection: NewRejection, { message }: Error): NewRejection => ({
  ...rejection,
  detail: legible(`could not be put on record with its payload: ${message}`),
  payload: Buffer.alloc(0),
});

/** The rejection of items as their device, or the gateway that sent them, would have sent them. */
function rejectionAgain(
  came: { deviceNo: number; receivedAt: number; id: string; way: Way; at: number; channel: DeviceChannel },
  items: readonly object[],
  why: { reason: string; detail: string; partial: boolean },
): NewRejection {
  const { deviceNo, receivedAt, id, way, at, channel } = came;
  const value = items.length === 1 ? items[0] : items;
  const payload = Buffer.from(stringifyExact(way.gateway === undefined ? value : { [id]: value }));
  return {
    receivedAt,
    observedAt: at,
    itemsChannel: way.gateway === undefined ? channel : (`gateway-${channel}` satisfies Channel),
    deviceNo,
    publisher: way.gateway ?? id,
    door: way.door,
    topic: way.context.slice(0, MAX_CONTEXT_LENGTH),
    reason: why.reason,
    detail: ofSeveral(legible(why.detail), items.length),
    payload,
    payloadBytes: payload.length,
    items: items.length,
    partial: why.partial,
  };
}
