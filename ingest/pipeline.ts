import { carriedBy, type DeviceChannel } from "../base/channels.ts";
import { Entries, type Repeated } from "../base/exact-json.ts";
import type { DoorRefusal, RawMessage, ReceivedMessage } from "../exchange/door.ts";
import type { AlarmTransition } from "../store/events/index.ts";
import type { AlarmEngine } from "./alarms.ts";
import { type Batch, type BatchSink, type HistorySink, liveReading } from "./batch.ts";
import { type DeviceEntry, type Directory, formerPlaceAt } from "./directory.ts";
import { checkEvent, checkReply, ownTimeOfEvent } from "./events.ts";
import { isObject } from "./kept-json.ts";
import type { CheckedReading } from "./kind-runtime.ts";
import { MessageBatches } from "./message-batches.ts";
import { momentOfArrival, ownTimeOf } from "./observed-at.ts";
import { isRefusal, type Refusal, refuse } from "./reasons.ts";
import {
  itemsIn,
  keepPayload,
  legible,
  MAX_CONTEXT_LENGTH,
  RefusedItems,
  rejectionOf,
} from "./refused-items.ts";
import { overwrittenIn } from "./repeated-keys.ts";
import { asideByReason, refuseAside } from "./set-aside.ts";
import type { Way } from "./way.ts";

export interface PipelineOptions {
  readonly directory: Directory;
  readonly sink: BatchSink;
  /** Takes items so old that alarms do not look at them. Undefined: they go where all others go. */
  readonly history?: HistorySink | undefined;
  /** Undefined: there are no alarms. */
  readonly alarms?: AlarmEngine;
  /** The reason of a rejection that is replayed; its items keep the moment of its arrival. */
  readonly replayOf?: string;
  /** True when a listener wants live readings of this device at the moment. */
  readonly wantsLive?: (device: DeviceEntry) => boolean;
  /** Called when `lastReportAt` of a device has moved on. */
  readonly heard?: (device: DeviceEntry) => void;
  /**
   * Asks the database for devices that a gateway names and this process has not met; never rejects. Undefined: they are
   * unknown.
   */
  readonly lookUp?: ((gatewayNo: number, ids: readonly string[]) => Promise<void>) | undefined;
}

type Message = ReceivedMessage<DeviceEntry>;

/**
 * The way of a message that its door has decoded: check each item → look at alarms → put into the open batch.
 * Synchronous up to the commit. Everything that cannot be stored goes into the same batch as a rejection, so that it is
 * on record before the message is acknowledged.
 */
export class Pipeline {
  private readonly directory: Directory;
  private readonly sink: BatchSink;
  private readonly batches: MessageBatches;
  private readonly alarms: AlarmEngine | undefined;
  private readonly replaying: boolean;
  /** True when each item needs a time of its own, also one that stands alone: it was one of several when it came. */
  private readonly timed: boolean;
  private readonly wantsLive: (device: DeviceEntry) => boolean;
  private readonly heard: (device: DeviceEntry) => void;
  private readonly lookUp: PipelineOptions["lookUp"];
  /** The first values of repeated keys in the present message. */
  private repeated: Repeated | undefined;
  /** The refused items of the present message. */
  private readonly refused = new RefusedItems();

  constructor({
    directory,
    sink,
    history,
    alarms,
    replayOf,
    wantsLive = () => false,
    heard = () => {},
    lookUp,
  }: PipelineOptions) {
    this.lookUp = lookUp;
    this.heard = heard;
    this.replaying = replayOf !== undefined;
    this.timed = replayOf === "time_missing";
    this.directory = directory;
    this.sink = sink;
    this.batches = new MessageBatches(sink, history);
    this.alarms = alarms;
    this.wantsLive = wantsLive;
  }

  /**
   * Takes a message in, once: whatever it waits for here, it is not decoded again.
   * @param settled called once everything of it is committed; the message may then be acknowledged
   * @returns how many items it held
   */
  accept(message: Message, settled: () => void): number {
    return this.take(message, settled, this.lookUp !== undefined);
  }

  /** @param mayAsk true when the database is asked for devices that a gateway names and this process has not met */
  private take(message: Message, settled: () => void, mayAsk: boolean): number {
    const { open } = this.sink;
    const before = open.items;
    const later = this.route(message, mayAsk);
    if (later) {
      void this.takeAfterLook(message, settled, later.unknown);
      return later.items;
    }
    for (const rejection of this.refused.take(message)) this.sink.open.rejections.push(rejection);
    const items = open.items - before + this.batches.itemsApart;
    this.await(message, settled);
    return items;
  }

  /**
   * Another process may have registered them a moment ago. Until they were looked up the message stays unacknowledged.
   */
  private async takeAfterLook(
    message: Message,
    settled: () => void,
    unknown: readonly string[],
  ): Promise<void> {
    await this.lookUp!(message.device!.deviceNo, unknown);
    this.take(message, settled, false);
  }

  /** Records a message that its door has refused. */
  reject(message: RawMessage<DeviceEntry>, refusal: DoorRefusal, settled: () => void): void {
    this.refuseMessage(message, refusal);
    this.await(message, settled);
  }

  private await({ raw }: RawMessage<DeviceEntry>, settled: () => void): void {
    this.batches.await(raw.length, settled);
  }

  /**
   * @returns the devices to look up first, where it may ask, and how many items wait for them; nothing was taken then
   */
  private route(
    message: Message,
    mayAsk: boolean,
  ): { readonly unknown: string[]; readonly items: number } | undefined {
    const { door, device, context, channel, value } = message;
    if (!device) this.refuseMessage(message, refuse("unknown_device"));
    else if (!channel) this.countForeign(message, device);
    else {
      this.repeated = message.repeated;
      const carried = carriedBy(channel);
      if (!carried) {
        const way: Way = { door, context, gateway: undefined };
        this.takeItems(message, device, channel as DeviceChannel, value, way);
      } else {
        const unknown =
          mayAsk && isObject(value) ? Object.keys(value).filter((id) => this.directory.mayBe(id)) : [];
        if (unknown.length > 0) return { unknown, items: countItems(value as object) };
        this.takeGateway(message, device, carried);
      }
    }
    return undefined;
  }

  /** `{"<deviceId>": item or array, …}` */
  private takeGateway(message: Message, gateway: DeviceEntry, channel: DeviceChannel): void {
    const { door, context, value } = message;
    if (!isObject(value)) {
      return this.refuseMessage(
        message,
        refuse(
          "bad_shape",
          `expected an object of device ids and their ${channel === "telemetry" ? "readings" : channel}`,
        ),
      );
    }
    // A device that is named twice has sent both.
    const entries = [...(this.repeated?.get(value) ?? []), ...Object.entries(value)];
    if (entries.length === 0)
      return this.refuseMessage(message, refuse("empty", "the message names no device"));
    const way: Way = { door, context, gateway: gateway.id };
    for (const [id, items] of entries) {
      const device = this.directory.find(id);
      if (device && device.gatewayNo === gateway.deviceNo) {
        this.takeItems(message, device, channel, items, way);
        continue;
      }
      // Counted against the gateway: a device must not carry the faults of others. No gateway learns by its faults
      // which ids others have.
      const isTold = device && (gateway.tenantId === null || gateway.tenantId === device.tenantId);
      const refusal = isTold
        ? refuse("not_assigned", `'${id}' is not assigned to '${gateway.id}'`)
        : refuse("unknown_device", `'${id.slice(0, 64)}'`);
      const count = this.refused.addEntry(gateway, refusal, id, items);
      this.recordOverwritten(gateway, items, { door, context, gateway: undefined }, id);
      for (let n = 0; n < count; n++) this.sink.open.count(gateway);
    }
  }

  /** An item, or an array of items, of one device. */
  private takeItems(
    message: Message,
    device: DeviceEntry,
    channel: DeviceChannel,
    value: unknown,
    way: Way,
  ): void {
    if (!Array.isArray(value)) return this.takeItem(message, device, channel, value, this.timed, way);
    if (value.length === 0) {
      return this.refuseItem(device, refuse("empty", "the array has no items"), value, way);
    }
    const several = value.length > 1 || this.timed;
    for (const item of value) this.takeItem(message, device, channel, item, several, way);
  }

  private takeItem(
    message: Message,
    device: DeviceEntry,
    channel: DeviceChannel,
    item: unknown,
    several: boolean,
    way: Way,
  ): void {
    const { receivedAt } = message;
    const at =
      device.formerPlaces &&
      (channel === "events" ? ownTimeOfEvent(device.runtime, item, receivedAt) : ownTimeOf(item, receivedAt));
    const refusal = isObject(item)
      ? this.store(message, device, channel, item, several, way, at)
      : refuse("bad_shape", "expected an object, or an array of objects");
    if (refusal) {
      this.refused.add(device, refusal, item, nameIn(way, device), false, at);
      this.sink.open.count(device);
    }
    this.recordOverwritten(device, item, way, undefined, at);
  }

  /**
   * Puts on record the first values of repeated keys in an item.
   * @param id under which name it stands, where it is recorded for the gateway that sent it
   */
  private recordOverwritten(device: DeviceEntry, item: unknown, way: Way, id?: string, at?: number): void {
    const overwritten = this.repeated && overwrittenIn(item, this.repeated);
    if (!overwritten) return;
    const { said, refusal } = overwritten;
    const under = id === undefined ? said : new Entries([[id, said]]);
    this.refused.add(device, refusal, under, nameIn(way, device), true, at);
  }

  /** Checks an item and puts it into its batch. @param at its own time, where the device has moved */
  private store(
    { receivedAt }: Message,
    device: DeviceEntry,
    channel: DeviceChannel,
    item: Record<string, unknown>,
    several: boolean,
    way: Way,
    at: number | undefined,
  ): Refusal | undefined {
    const { deviceNo, runtime } = device;
    // The time for an item without one: never the same millisecond twice.
    const arrival = this.replaying ? receivedAt : momentOfArrival(device, receivedAt);
    let observedAt: number;
    let batch: Batch;
    if (channel === "telemetry") {
      const reading = runtime.check(item, receivedAt, several, arrival);
      if ("reason" in reading) return reading;
      observedAt = reading.observedAt;
      batch = reading.count > 0 ? this.batches.batchFor(observedAt, receivedAt) : this.sink.open;
      const refusal = this.storeReading(device, reading, receivedAt, way, batch);
      if (refusal) return refusal;
    } else {
      const check = channel === "events" ? checkEvent : checkReply;
      const found = check(runtime, item, receivedAt, several, arrival);
      if (isRefusal(found)) return found;
      const { faults, ...checked } = found;
      const fault = this.noteFaults(device, faults, item, way, at);
      if (fault) return fault;
      observedAt = found.observedAt;
      batch = this.batches.batchFor(observedAt, receivedAt);
      if ("eventId" in checked) {
        batch.events.push({ deviceNo, receivedAt, way, ...checked });
        this.alarms?.onEvent(device, checked.type, observedAt, receivedAt, this.emitAlarm);
      } else {
        batch.replies.push({ deviceNo, receivedAt, way, ...checked });
        this.alarms?.onHeard(device, receivedAt, this.emitAlarm);
      }
    }
    batch.count(device);
    if (batch !== this.sink.open) this.batches.itemsApart++;
    if (observedAt === arrival && !this.replaying) device.lastArrival = arrival;
    this.noteHeard(device, receivedAt);
    return undefined;
  }

  /**
   * Puts the faults of a kept event or reply on record: it matters more than they do. A replay is for use after a fix,
   * and has to be right.
   */
  private noteFaults(
    device: DeviceEntry,
    faults: readonly Refusal[],
    item: unknown,
    way: Way,
    at: number | undefined,
  ): Refusal | undefined {
    if (this.replaying) return faults[0];
    for (const fault of faults) this.refused.add(device, fault, item, nameIn(way, device), true, at);
    return undefined;
  }

  private noteHeard(device: DeviceEntry, receivedAt: number): void {
    if (receivedAt <= device.lastReportAt) return;
    device.lastReportAt = receivedAt;
    this.heard(device);
  }

  /** Puts a reading into its batch, and its values that are no measurements on record. */
  private storeReading(
    device: DeviceEntry,
    reading: CheckedReading,
    receivedAt: number,
    way: Way,
    batch: Batch,
  ): Refusal | undefined {
    const { runtime, deviceNo } = device;
    const isEmpty = reading.count === 0;
    const row = isEmpty
      ? undefined
      : runtime.add(batch.readingsOf(runtime), deviceNo, receivedAt, reading, way);
    if (formerPlaceAt(device, reading.observedAt)) batch.readingsOf(runtime).markFormer();
    // Also where nothing is left to be stored: values off the scale matter most.
    const look = this.alarms?.onReading(device, reading, receivedAt, row, this.emitAlarm);
    if (look) batch.looks.push(look);
    if (row !== undefined && this.wantsLive(device)) {
      batch.live.push(liveReading(device, reading, receivedAt, row));
    }
    if (reading.aside.length > 0) {
      if (isEmpty) this.noteHeard(device, receivedAt);
      for (const aside of asideByReason(reading.aside)) {
        if (isEmpty) return refuseAside(aside);
        const values = Object.fromEntries(aside.map(({ key, given }) => [key, given]));
        const item = { observedAt: new Date(reading.observedAt).toISOString(), ...values };
        const at = device.formerPlaces && reading.observedAt;
        this.refused.add(device, refuseAside(aside), item, nameIn(way, device), true, at);
      }
    }
    return undefined;
  }

  private readonly emitAlarm = (transition: AlarmTransition) => {
    this.sink.open.alarms.push(transition);
  };

  private refuseMessage(message: RawMessage<DeviceEntry>, refusal: Refusal): void {
    const { device } = message;
    const { open } = this.sink;
    open.rejections.push(rejectionOf(message, device, refusal));
    if (device) open.count(device);
    else open.items++;
  }

  private refuseItem(device: DeviceEntry, refusal: Refusal, item: unknown, way: Way): void {
    this.refused.add(device, refusal, item, nameIn(way, device));
    this.sink.open.count(device);
  }

  /** A message on a topic that is not its device's own: the ledger counts one as received and rejected. */
  private countForeign({ door, context, raw, receivedAt }: Message, device: DeviceEntry): void {
    const { open } = this.sink;
    open.foreign.push({
      receivedAt,
      deviceNo: device.deviceNo,
      publisher: device.id,
      door,
      topic: context.slice(0, MAX_CONTEXT_LENGTH),
      ...foreignTopic(context, device),
      payload: keepPayload(raw),
      payloadBytes: raw.length,
    });
    open.count(device);
  }
}

/** The name under which an item's device stands in the message of a gateway. */
const nameIn = ({ gateway }: Way, { id }: DeviceEntry) => (gateway === undefined ? undefined : id);

/** As many as `takeGateway` will count. */
const countItems = (message: object): number =>
  Object.values(message).reduce<number>((sum, one) => sum + itemsIn(one), 0);

const foreignTopic = (topic: string, { id }: DeviceEntry): Refusal => {
  const { reason, detail } = refuse("foreign_topic", `'${topic}' is not a topic of '${id}'`);
  return { reason, detail: legible(detail) };
};
