import type { Client } from "aedes";
import { generate } from "mqtt-packet";
import { decide, type Principal } from "../access/decide.ts";
import { covers, type Limits, type Place, seesEverything } from "../access/limits.ts";
import { type FeedChannel, type FeedFilter, feedFilter, feedTopic } from "../access/topics.ts";
import type { Logger } from "../base/log.ts";

/** The action that a listener to a channel must be allowed. */
const ACTION = { telemetry: "readings:read", events: "events:read" } as const;

/**
 * The most bytes that may wait in a listener's socket. A committed batch of 4,000 readings, some 300 bytes each, must
 * fit twice.
 */
const MAX_BUFFERED_BYTES = 4 * 1024 * 1024;

/** A listener whose socket was full for so long is cut, in milliseconds. */
const MAX_FULL_MS = 30_000;

/** Connections of one application: enough for several of its processes, and a bound for the memory that it can hold. */
const MAX_CONNECTIONS = 32;

/** Filters that name single devices, per connection: a household has a few, a company uses `+`. */
const MAX_DEVICES = 1_000;

export interface FeedOptions {
  readonly log: Logger;
  /** The place of a living device, from memory. */
  readonly placeOf: (deviceId: string) => Place | undefined;
  readonly maxBufferedBytes?: number;
  readonly maxFullMs?: number;
  readonly now?: () => number;
}

/**
 * Brings committed items to the applications that have subscribed to them and may see them. It walks over the listeners
 * itself: the broker's own routing knows topics and no limits. QoS 0: a listener that does not keep up misses messages,
 * then loses its connection; no other one notices, and no message is made without a listener.
 */
export class Feed {
  private readonly options: FeedOptions;
  private readonly listeners = new Set<Listener>();
  private readonly wanted: Record<FeedChannel, number> = { telemetry: 0, events: 0 };
  private readonly maxBufferedBytes: number;
  private readonly maxFullMs: number;
  private readonly now: () => number;
  delivered = 0;
  /** Messages that a listener missed because its socket was full. */
  dropped = 0;
  /** Listeners that were cut because they did not keep up. */
  cut = 0;

  constructor(options: FeedOptions) {
    this.options = options;
    this.maxBufferedBytes = options.maxBufferedBytes ?? MAX_BUFFERED_BYTES;
    this.maxFullMs = options.maxFullMs ?? MAX_FULL_MS;
    this.now = options.now ?? Date.now;
  }

  /** Connections of applications. */
  get size(): number {
    return this.listeners.size;
  }

  /** True when an application listens to the channel; otherwise there is no need to make messages. */
  wants(channel: FeedChannel): boolean {
    return this.wanted[channel] > 0;
  }

  /**
   * Hands a message of a device to every listener that has asked for it and may see it. Never waits and never throws.
   * @param write makes the message, as JSON; called once at most
   */
  publish(channel: FeedChannel, place: Place, write: () => string): void {
    let packet: Buffer | undefined;
    for (const listener of this.listeners) {
      if (!listener.hears(channel, place)) continue;
      packet ??= generate({
        cmd: "publish",
        topic: feedTopic(place.id, channel),
        payload: write(),
        qos: 0,
        retain: false,
        dup: false,
      });
      this.write(listener, packet);
    }
  }

  /** Takes an application in, or undefined when it has too many connections. */
  open(client: Client, principal: Principal): Listener | undefined {
    let connections = 0;
    for (const other of this.listeners) if (other.principal.id === principal.id) connections++;
    if (connections >= MAX_CONNECTIONS) return undefined;
    const listener = new Listener(client, principal, this.options.placeOf, this.wanted);
    this.listeners.add(listener);
    client.conn.once("close", () => {
      this.listeners.delete(listener);
      listener.unsubscribeAll();
    });
    return listener;
  }

  /** Ends all connections of an application. */
  disconnect(principalId: string): void {
    for (const { principal, client } of this.listeners) if (principal.id === principalId) client.close();
  }

  private write(listener: Listener, packet: Buffer): void {
    const { conn } = listener.client;
    if (listener.client.closed) return;
    if (conn.writableLength + packet.length <= this.maxBufferedBytes) {
      listener.fullSince = undefined;
      this.delivered++;
      // Together with the other messages of this turn: a batch is many messages.
      if (conn.writableCorked === 0) {
        conn.cork();
        process.nextTick(() => conn.uncork());
      }
      conn.write(packet);
      return;
    }
    this.dropped++;
    listener.fullSince ??= this.now();
    if (this.now() - listener.fullSince < this.maxFullMs) return;
    this.cut++;
    this.options.log.warn(
      { application: listener.principal.id, bufferedBytes: conn.writableLength },
      "an application was cut because it did not keep up with the messages that it listens to",
    );
    conn.destroy();
  }
}

/** One connection of an application. */
export class Listener {
  readonly client: Client;
  readonly principal: Principal;
  /** Since when its socket has been too full, epoch milliseconds; undefined: it is not. */
  fullSince: number | undefined;
  private readonly placeOf: FeedOptions["placeOf"];
  /** Undefined: it may not hear the channel at all. */
  private readonly limits: Record<FeedChannel, Limits | "everything" | undefined>;
  private readonly all: Record<FeedChannel, boolean> = { telemetry: false, events: false };
  private readonly devices: Record<FeedChannel, Set<string>> = { telemetry: new Set(), events: new Set() };
  /** Shared by all listeners: how many filters there are for each channel. */
  private readonly wanted: Record<FeedChannel, number>;

  constructor(
    client: Client,
    principal: Principal,
    placeOf: FeedOptions["placeOf"],
    wanted: Record<FeedChannel, number>,
  ) {
    this.client = client;
    this.principal = principal;
    this.placeOf = placeOf;
    this.wanted = wanted;
    this.limits = { telemetry: limitsFor(principal, "telemetry"), events: limitsFor(principal, "events") };
  }

  hears(channel: FeedChannel, place: Place): boolean {
    if (!this.all[channel] && !this.devices[channel].has(place.id)) return false;
    // Looked at for each message: a device may have been moved, or given to another tenant.
    return this.sees(channel, place);
  }

  /** True when the filter is granted. A device out of reach and one that does not exist are refused alike. */
  subscribe(text: string): boolean {
    const filter = feedFilter(text);
    if (!filter || this.limits[filter.channel] === undefined) return false;
    const { channel, deviceId } = filter;
    if (this.has(filter)) return true;
    if (deviceId === "all") this.all[channel] = true;
    else {
      const place = this.placeOf(deviceId);
      if (!place || !this.sees(channel, place)) return false;
      if (this.devices[channel].size >= MAX_DEVICES) return false;
      this.devices[channel].add(deviceId);
    }
    this.wanted[channel]++;
    return true;
  }

  unsubscribe(text: string): void {
    const filter = feedFilter(text);
    if (!filter || !this.has(filter)) return;
    const { channel, deviceId } = filter;
    if (deviceId === "all") this.all[channel] = false;
    else this.devices[channel].delete(deviceId);
    this.wanted[channel]--;
  }

  unsubscribeAll(): void {
    for (const channel of ["telemetry", "events"] as const) {
      this.wanted[channel] -= this.devices[channel].size + (this.all[channel] ? 1 : 0);
      this.devices[channel].clear();
      this.all[channel] = false;
    }
  }

  private has({ channel, deviceId }: FeedFilter): boolean {
    return deviceId === "all" ? this.all[channel] : this.devices[channel].has(deviceId);
  }

  private sees(channel: FeedChannel, place: Place): boolean {
    const limits = this.limits[channel];
    return limits === "everything" || (limits !== undefined && covers(limits, place));
  }
}

function limitsFor(principal: Principal, channel: FeedChannel): Limits | "everything" | undefined {
  const decision = decide(principal, ACTION[channel]);
  if (!decision.allowed) return undefined;
  return seesEverything(decision.limits) ? "everything" : decision.limits;
}
