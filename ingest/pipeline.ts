import { MAX_PACKET_BYTES } from "../access/topics.ts";
import type { AlarmEngine } from "./alarms.ts";
import type { BatchSink } from "./batch.ts";
import { decodeJson, isObject } from "./decode.ts";
import type { DeviceEntry, Directory } from "./directory.ts";
import { checkEvent, checkReply } from "./events.ts";
import type { CheckedReading } from "./kind-runtime.ts";
import { isRefusal, type Refusal, refuse } from "./reasons.ts";
import type { Channel } from "./topics.ts";

/** What is kept of a topic, and of what was expected, in UTF-16 units. */
const MAX_TOPIC_LENGTH = 1024;
const MAX_DETAIL_LENGTH = 1024;

/** One MQTT publish, from our own broker or another one, or out of the store when it is replayed. */
export interface IncomingMessage {
  /** Who published; undefined when nobody that we know did. */
  readonly publisher: DeviceEntry | undefined;
  /** Undefined when the topic is none of the publisher's: the message is recorded as foreign. */
  readonly channel: Channel | undefined;
  readonly topic: string;
  readonly payload: Buffer;
  /** Our clock at arrival, epoch milliseconds. */
  readonly receivedAt: number;
}

export interface PipelineOptions {
  readonly directory: Directory;
  readonly sink: BatchSink;
  /** Undefined: alarms are not looked at. */
  readonly alarms?: AlarmEngine;
  /** Of a payload that is decoded; the contract's limit where it is not given. */
  readonly maxPayloadBytes?: number | undefined;
  /** The reason of a rejection that is replayed; its items keep the moment of its arrival. */
  readonly replayOf?: string;
  /** Whether anybody wants live readings of this device at the moment. */
  readonly wantsLive?: (device: DeviceEntry) => boolean;
  /** Told when `lastReportAt` of a device has moved on. */
  readonly heard?: (device: DeviceEntry) => void;
}

/**
 * The way of a message: decode → check each item → look at alarms → put into the open batch. Synchronous up to
 * the commit. Whatever cannot be stored goes into the same batch as a rejection, so that it is on record before
 * the message is acknowledged.
 */
export class Pipeline {
  private readonly directory: Directory;
  private readonly sink: BatchSink;
  private readonly alarms: AlarmEngine | undefined;
  private readonly maxPayloadBytes: number | undefined;
  private readonly replaying: boolean;
  /** Whether each item needs a time of its own, also one that stands alone: it was one of several when it came. */
  private readonly timed: boolean;
  private readonly wantsLive: (device: DeviceEntry) => boolean;
  private readonly heard: (device: DeviceEntry) => void;

  constructor({
    directory,
    sink,
    alarms,
    maxPayloadBytes,
    replayOf,
    wantsLive = () => false,
    heard = () => {},
  }: PipelineOptions) {
    this.heard = heard;
    this.replaying = replayOf !== undefined;
    this.timed = replayOf === "time_missing";
    this.maxPayloadBytes = maxPayloadBytes;
    this.directory = directory;
    this.sink = sink;
    this.alarms = alarms;
    this.wantsLive = wantsLive;
  }

  /**
   * Takes a message in.
   * @param settled called once everything of it is committed; the message may then be acknowledged
   */
  accept(message: IncomingMessage, settled: () => void): void {
    this.route(message);
    this.await(message, settled);
  }

  /** Records a message that was refused before it came here, e.g. by the rate limit. */
  reject(message: IncomingMessage, refusal: Refusal, settled: () => void): void {
    this.refuseMessage(message, refusal);
    this.await(message, settled);
  }

  private await(message: IncomingMessage, settled: () => void): void {
    const { open } = this.sink;
    open.bytes += message.payload.length;
    open.waiting.push(settled);
    this.sink.filled();
  }

  private route(message: IncomingMessage): void {
    const { publisher, channel } = message;
    if (!publisher) return this.refuseMessage(message, refuse("unknown_device"));
    if (!channel) return this.countForeign(message, publisher);
    const decoded = decodeJson(message.payload, this.maxPayloadBytes);
    if ("reason" in decoded) return this.refuseMessage(message, decoded);
    if (channel === "gateway-telemetry") return this.takeGateway(message, publisher, decoded.value);
    this.takeItems(message, publisher, channel, decoded.value, (item) => item);
  }

  /** `{"<deviceId>": reading or array, …}` */
  private takeGateway(message: IncomingMessage, gateway: DeviceEntry, value: unknown): void {
    if (!isObject(value)) {
      return this.refuseMessage(
        message,
        refuse("bad_shape", "expected an object of device ids and their readings"),
      );
    }
    const entries = Object.entries(value);
    if (entries.length === 0)
      return this.refuseMessage(message, refuse("empty", "the message names no device"));
    for (const [id, readings] of entries) {
      const wrap = (item: unknown) => ({ [id]: item });
      const device = this.directory.find(id);
      if (!device) {
        this.rejectValue(message, gateway, refuse("unknown_device", `'${id.slice(0, 64)}'`), wrap(readings));
      } else if (device.gatewayNo !== gateway.deviceNo) {
        // Counted against the gateway: a device must not carry the faults of others.
        this.rejectValue(
          message,
          gateway,
          refuse("not_assigned", `'${id}' is not assigned to '${gateway.id}'`),
          wrap(readings),
        );
      } else this.takeItems(message, device, "telemetry", readings, wrap);
    }
  }

  /** An item, or an array of items, of one device. `wrap` gives an item the shape that its topic takes. */
  private takeItems(
    message: IncomingMessage,
    device: DeviceEntry,
    channel: Exclude<Channel, "gateway-telemetry">,
    value: unknown,
    wrap: (item: unknown) => unknown,
  ): void {
    if (!Array.isArray(value)) return this.takeItem(message, device, channel, value, this.timed, wrap);
    if (value.length === 0) {
      return this.rejectValue(message, device, refuse("empty", "the array has no items"), wrap(value));
    }
    const several = value.length > 1 || this.timed;
    for (const item of value) this.takeItem(message, device, channel, item, several, wrap);
  }

  private takeItem(
    message: IncomingMessage,
    device: DeviceEntry,
    channel: Exclude<Channel, "gateway-telemetry">,
    item: unknown,
    several: boolean,
    wrap: (item: unknown) => unknown,
  ): void {
    const refusal = isObject(item)
      ? this.store(message, device, channel, item, several)
      : refuse("bad_shape", "expected an object, or an array of objects");
    if (refusal) this.rejectValue(message, device, refusal, wrap(item));
  }

  /** Checks an item and puts it into the open batch. */
  private store(
    { receivedAt }: IncomingMessage,
    device: DeviceEntry,
    channel: Exclude<Channel, "gateway-telemetry">,
    item: Record<string, unknown>,
    several: boolean,
  ): Refusal | undefined {
    const { open } = this.sink;
    const { deviceNo, runtime } = device;
    // What an item without a time gets: never the same millisecond twice.
    const arrival = this.replaying ? receivedAt : arrivalOf(device, receivedAt);
    let observedAt: number;
    if (channel === "telemetry") {
      const reading = runtime.check(item, receivedAt, several, arrival);
      if ("reason" in reading) return reading;
      observedAt = reading.observedAt;
      runtime.add(open.readingsOf(runtime), deviceNo, receivedAt, reading);
      this.alarms?.onReading(device, reading, receivedAt, this.emitAlarm);
      if (this.wantsLive(device)) open.live.push(liveReading(device, reading, receivedAt));
    } else if (channel === "events") {
      const event = checkEvent(runtime, item, receivedAt, several, arrival);
      if (isRefusal(event)) return event;
      observedAt = event.observedAt;
      open.events.push({ deviceNo, receivedAt, ...event });
      this.alarms?.onEvent(device, event.type, event.observedAt, receivedAt, this.emitAlarm);
    } else {
      const reply = checkReply(item, receivedAt, several, arrival);
      if (isRefusal(reply)) return reply;
      observedAt = reply.observedAt;
      open.replies.push({ deviceNo, receivedAt, ...reply });
    }
    open.count(device);
    if (observedAt === arrival && !this.replaying) device.lastArrival = arrival;
    if (receivedAt > device.lastReportAt) {
      device.lastReportAt = receivedAt;
      this.heard(device);
    }
    return undefined;
  }

  private readonly emitAlarm = (transition: Parameters<Parameters<AlarmEngine["onReading"]>[3]>[0]) => {
    this.sink.open.alarms.push(transition);
  };

  private refuseMessage(message: IncomingMessage, refusal: Refusal): void {
    const { publisher, payload } = message;
    this.rejectItem(message, publisher, refusal, keep(payload), payload.length);
  }

  private rejectValue(message: IncomingMessage, device: DeviceEntry, refusal: Refusal, value: unknown): void {
    // The value was parsed from at most 256 KiB, but may nest deeper than JSON.stringify can follow. Numbers may be
    // longer now than they came, so this is not the place for a limit: what is cut could not be replayed.
    let payload: Buffer;
    try {
      payload = Buffer.from(JSON.stringify(value));
    } catch {
      payload = Buffer.from(message.payload);
    }
    this.rejectItem(message, device, refusal, payload, payload.length);
  }

  private rejectItem(
    { publisher, topic, receivedAt }: IncomingMessage,
    device: DeviceEntry | undefined,
    { reason, detail }: Refusal,
    payload: Buffer,
    payloadBytes: number,
  ): void {
    const { open } = this.sink;
    open.rejections.push({
      receivedAt,
      deviceNo: device?.deviceNo,
      publisher: publisher?.id ?? "",
      topic: topic.slice(0, MAX_TOPIC_LENGTH),
      reason,
      detail: detail.slice(0, MAX_DETAIL_LENGTH),
      payload,
      payloadBytes,
    });
    if (device) open.count(device);
    else open.items++;
  }

  /** A message on a topic that is none of its publisher's: to the ledger one that was received and rejected. */
  private countForeign({ topic, payload, receivedAt }: IncomingMessage, publisher: DeviceEntry): void {
    const { open } = this.sink;
    open.foreign.push({
      receivedAt,
      deviceNo: publisher.deviceNo,
      publisher: publisher.id,
      topic: topic.slice(0, MAX_TOPIC_LENGTH),
      ...foreignTopic(topic, publisher),
      payload: keep(payload),
      payloadBytes: payload.length,
    });
    open.count(publisher);
  }
}

/** A clock of ours that was set back by more than this begins anew, in milliseconds. */
const CLOCK_SET_BACK_MS = 60_000;

function arrivalOf({ lastArrival }: DeviceEntry, receivedAt: number): number {
  return receivedAt <= lastArrival && lastArrival - receivedAt < CLOCK_SET_BACK_MS
    ? lastArrival + 1
    : receivedAt;
}

const foreignTopic = (topic: string, { id }: DeviceEntry): Refusal => {
  const { reason, detail } = refuse("foreign_topic", `'${topic}' is not a topic of '${id}'`);
  return { reason, detail: detail.slice(0, MAX_DETAIL_LENGTH) };
};

/**
 * A copy: a payload is a view into the socket's buffer, which may be much larger than the message. Only another broker
 * sends more than our own lets in.
 */
const keep = (payload: Buffer): Buffer => Buffer.from(payload.subarray(0, MAX_PACKET_BYTES));

function liveReading(device: DeviceEntry, reading: CheckedReading, receivedAt: number) {
  const values: Record<string, number | string> = {};
  for (let i = 0; i < reading.count; i++) values[reading.metrics[i]!.key] = reading.values[i]!;
  return { device, observedAt: reading.observedAt, receivedAt, values };
}
