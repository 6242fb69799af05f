import { PlatformError } from "../../base/errors.ts";
import { writeJson } from "../../base/exact-json.ts";
import type { Logger } from "../../base/log.ts";
import type { BroadcastPlace } from "../../broadcast/lifecycle/index.ts";
import type { StreamEvents, StreamTopic } from "../contract.ts";
import { frameFor, matches, type StreamEntry, type StreamFilter, type StreamScope } from "./filter.ts";
import { ReplayBuffer } from "./replay-buffer.ts";
import { type StreamSink, Subscriber } from "./subscriber.ts";

export interface StreamHubOptions {
  readonly log: Logger;
  /** Tells this start of the platform from the one before; part of every event's id. */
  readonly epoch?: string;
  /** The number of events on which a client that comes back can catch up. */
  readonly replayEntries?: number;
  /** Their total size in UTF-16 code units: an event may be as large as the message that it came from. */
  readonly replayLength?: number;
  /** A subscriber with more than this waiting in its socket is dropped: it would hold memory without end. */
  readonly maxBufferedBytes?: number;
  /** Comments at this interval keep proxies from closing a quiet stream. */
  readonly heartbeatMs?: number;
}

/** The publisher's part of an event; the hub adds the kind and region from the scope. */
export type Publication<T extends StreamTopic> = Omit<StreamEvents[T], "kind" | "regionCode">;

/** One stream of the hub. */
export interface StreamSubscription {
  /** Sends nothing more. */
  close(): void;
  /** Sends nothing more, and ends the stream. */
  end(): void;
}

export const createStreamHub = (options: StreamHubOptions): StreamHub => new StreamHub(options);

/** Distributes live events to server-sent event streams, and remembers the latest for those who come back. */
export class StreamHub {
  private readonly log: Logger;
  private readonly epoch: string;
  private readonly replay: ReplayBuffer;
  private readonly maxBufferedBytes: number;
  private readonly heartbeatMs: number;
  private readonly subscribers = new Set<Subscriber>();
  private readonly listeners = new Map<StreamTopic, number>();
  private heartbeat: NodeJS.Timeout | undefined;
  private sequence = 0;
  private closed = false;
  /** Subscribers that were dropped because they did not keep up. */
  dropped = 0;

  constructor(options: StreamHubOptions) {
    this.log = options.log;
    this.epoch = options.epoch ?? Date.now().toString(36);
    this.replay = new ReplayBuffer(options.replayEntries ?? 10_000, options.replayLength ?? 32 * 1024 * 1024);
    this.maxBufferedBytes = options.maxBufferedBytes ?? 1024 * 1024;
    this.heartbeatMs = options.heartbeatMs ?? 15_000;
  }

  get size(): number {
    return this.subscribers.size;
  }

  /** True when at least one subscriber listens to the topic; otherwise there is no need to make a payload. */
  wants(topic: StreamTopic): boolean {
    return (this.listeners.get(topic) ?? 0) > 0;
  }

  /** Hands an event to every subscriber whose filter and limits it passes. Never waits and never throws. */
  publish<T extends Exclude<StreamTopic, "broadcast">>(
    topic: T,
    payload: Publication<T>,
    scope: StreamScope,
  ): void {
    if (topic === "reading" && !this.wants(topic)) return;
    const { kind, regionCode } = scope;
    const { deviceId, ...rest } = payload as { deviceId: string };
    this.distribute(topic, { deviceId, kind, regionCode, ...rest }, scope, deviceId);
  }

  /** The same for a broadcast, which is in several regions. */
  publishBroadcast(payload: StreamEvents["broadcast"], place: BroadcastPlace): void {
    const part = payload.counts === null ? undefined : { ...payload, counts: null };
    this.distribute("broadcast", payload, place, "", part);
  }

  private distribute(
    topic: StreamTopic,
    data: object,
    scope: StreamEntry["scope"],
    deviceId: string,
    part?: object,
  ): void {
    if (this.closed) return;
    const sequence = ++this.sequence;
    const frameOf = (what: object) =>
      `id: ${this.epoch}-${sequence}\nevent: ${topic}\ndata: ${writeJson(what)}\n\n`;
    const entry: StreamEntry = {
      sequence,
      topic,
      scope,
      deviceId,
      frame: frameOf(data),
      partFrame: part && frameOf(part),
    };
    if (topic !== "reading") this.replay.push(entry);
    for (const subscriber of this.subscribers) {
      // A subscriber that catches up finds it in the buffer in its turn; readings go only to those that are up to date.
      if (subscriber.position !== undefined || !matches(subscriber.filter, entry)) continue;
      subscriber.sink.write(frameFor(subscriber.filter, entry));
      this.dropIfSlow(subscriber);
    }
  }

  /**
   * Adds a subscriber. With the id of the last event that it saw, it first gets what it missed, or one event
   * `reset` when that is no longer known.
   * @throws PlatformError `shutting_down`
   */
  subscribe(sink: StreamSink, filter: StreamFilter, lastEventId?: string): StreamSubscription {
    if (this.closed) throw new PlatformError("shutting_down");
    const subscriber = new Subscriber(sink, filter);
    this.subscribers.add(subscriber);
    for (const topic of filter.topics.keys()) this.listeners.set(topic, (this.listeners.get(topic) ?? 0) + 1);
    this.heartbeat ??= setInterval(() => this.beat(), this.heartbeatMs).unref();

    const resume = lastEventId === undefined ? undefined : this.parseId(lastEventId);
    if (lastEventId !== undefined && resume === undefined) this.reset(subscriber, "restarted");
    else if (resume === undefined) sink.write(`retry: 2000\nid: ${this.currentId()}\n\n`);
    else {
      sink.write("retry: 2000\n\n");
      subscriber.position = resume;
      sink.onDrain(() => this.catchUp(subscriber));
      this.catchUp(subscriber);
    }
    return { close: () => this.remove(subscriber), end: () => this.end(subscriber) };
  }

  /** Ends the streams of a person or application whose grants have changed; they may come back with their new ones. */
  endOf(principalId: string): void {
    for (const subscriber of [...this.subscribers]) {
      if (subscriber.filter.principalId === principalId) this.end(subscriber);
    }
  }

  /** Ends every stream, so that a closing server need not wait for them. */
  close(): void {
    this.closed = true;
    for (const subscriber of [...this.subscribers]) this.end(subscriber);
  }

  private end(subscriber: Subscriber): void {
    this.remove(subscriber);
    subscriber.sink.end();
  }

  private currentId(): string {
    return `${this.epoch}-${this.sequence}`;
  }

  /** The sequence number in an id of this start of the platform; undefined for other ids. */
  private parseId(id: string): number | undefined {
    const [epoch, text = "", ...more] = id.split("-");
    const sequence = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
    const known = epoch === this.epoch && more.length === 0 && sequence <= this.sequence;
    return known ? sequence : undefined;
  }

  /** Sends from the buffer until the subscriber is up to date or its socket is full; then `drain` goes on. */
  private catchUp(subscriber: Subscriber): void {
    while (subscriber.position !== undefined && this.subscribers.has(subscriber)) {
      if (subscriber.position < this.replay.evicted) {
        this.reset(subscriber, "too_old");
        return;
      }
      const entry = this.replay.after(subscriber.position);
      if (!entry) {
        subscriber.position = undefined;
        return;
      }
      subscriber.position = entry.sequence;
      if (!matches(subscriber.filter, entry)) continue;
      if (!subscriber.sink.write(frameFor(subscriber.filter, entry))) return;
    }
  }

  private reset(subscriber: Subscriber, reason: StreamEvents["reset"]["reason"]): void {
    subscriber.position = undefined;
    subscriber.sink.write(
      `retry: 2000\nid: ${this.currentId()}\nevent: reset\ndata: ${JSON.stringify({ reason })}\n\n`,
    );
  }

  private beat(): void {
    for (const subscriber of this.subscribers) {
      subscriber.sink.write(": still here\n\n");
      this.dropIfSlow(subscriber);
    }
  }

  private dropIfSlow(subscriber: Subscriber): void {
    const buffered = subscriber.sink.buffered();
    if (buffered <= this.maxBufferedBytes) return;
    this.dropped++;
    this.remove(subscriber);
    subscriber.sink.destroy();
    this.log.warn(
      { bufferedBytes: buffered, limitBytes: this.maxBufferedBytes, client: subscriber.sink.name },
      "a stream's subscriber was dropped because it did not keep up",
    );
  }

  private remove(subscriber: Subscriber): void {
    if (!this.subscribers.delete(subscriber)) return;
    for (const topic of subscriber.filter.topics.keys()) {
      this.listeners.set(topic, (this.listeners.get(topic) ?? 0) - 1);
    }
    if (this.subscribers.size > 0) return;
    clearInterval(this.heartbeat);
    this.heartbeat = undefined;
  }
}
