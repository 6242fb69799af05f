import { PlatformError } from "../../base/errors.ts";
import { writeJson } from "../../base/exact-json.ts";
import type { Logger } from "../../base/log.ts";
import type { BroadcastPlace } from "../../broadcast/lifecycle/index.ts";
import type { StreamEvents, StreamTopic } from "../contract.ts";
import { type EventPlace, endOf, isBefore, readEventId, writeEventId } from "./event-id.ts";
import { frameFor, matches, type StreamEntry, type StreamFilter, type StreamScope } from "./filter.ts";
import { ReplayBuffer } from "./replay-buffer.ts";
import { type StreamSink, Subscriber } from "./subscriber.ts";

export interface StreamHubOptions {
  readonly log: Logger;
  /** The name of this process, whose readings its streams have. Undefined: streams do not say so. */
  readonly instance?: string;
  /** Reads what all processes have told up to now. A client may come back with an id that this process has not met. */
  readonly catchUp?: () => Promise<unknown>;
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
  private readonly instance: string | undefined;
  private readonly catchUpWithAll: () => Promise<unknown>;
  private readonly replay: ReplayBuffer;
  private readonly maxBufferedBytes: number;
  private readonly heartbeatMs: number;
  private readonly subscribers = new Set<Subscriber>();
  private readonly listeners = new Map<StreamTopic, number>();
  private heartbeat: NodeJS.Timeout | undefined;
  /** The last place that was told, or is known to be over. */
  private told = endOf(0);
  private closed = false;
  /** Subscribers that were dropped because they did not keep up. */
  dropped = 0;

  constructor(options: StreamHubOptions) {
    this.log = options.log;
    this.instance = options.instance;
    this.catchUpWithAll = options.catchUp ?? (async () => {});
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

  /**
   * Begins behind a piece of news.
   * @param newsNo earlier events are not to be had here
   */
  beginAfter(newsNo: number): void {
    this.told = endOf(newsNo);
    this.replay.evicted = this.told;
  }

  /** Takes note that all events of a piece of news, and of those before it, are told. */
  reached(newsNo: number): void {
    const end = endOf(newsNo);
    if (isBefore(this.told, end)) this.told = end;
  }

  /**
   * Hands an event to every subscriber whose filter and limits it passes. Never waits and never throws.
   * @param at its place in the news, which rises from event to event; without one it is not told again
   */
  publish<T extends Exclude<StreamTopic, "broadcast">>(
    topic: T,
    payload: Publication<T>,
    scope: StreamScope,
    at?: EventPlace,
  ): void {
    if (topic === "reading" && !this.wants(topic)) return;
    const { kind, regionCode } = scope;
    const { deviceId, ...rest } = payload as { deviceId: string };
    this.distribute(topic, { deviceId, kind, regionCode, ...rest }, scope, deviceId, at);
  }

  /** The same for a broadcast, which is in several regions. */
  publishBroadcast(payload: StreamEvents["broadcast"], place: BroadcastPlace, at?: EventPlace): void {
    const part = payload.counts === null ? undefined : { ...payload, counts: null };
    this.distribute("broadcast", payload, place, "", at, part);
  }

  private distribute(
    topic: StreamTopic,
    data: object,
    scope: StreamEntry["scope"],
    deviceId: string,
    at: EventPlace | undefined,
    part?: object,
  ): void {
    if (this.closed) return;
    const id = at ? `id: ${writeEventId(at)}\n` : "";
    const frameOf = (what: object) => `${id}event: ${topic}\ndata: ${writeJson(what)}\n\n`;
    const entry = { at, topic, scope, deviceId, frame: frameOf(data), partFrame: part && frameOf(part) };
    if (at) {
      this.told = at;
      this.replay.push({ ...entry, at });
    }
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

    const resume = lastEventId === undefined ? undefined : readEventId(lastEventId);
    if (lastEventId !== undefined && resume === undefined) this.reset(subscriber, "restarted");
    else if (resume === undefined) sink.write(`retry: 2000\nid: ${writeEventId(this.told)}\n\n`);
    else sink.write("retry: 2000\n\n");
    if (this.instance !== undefined && filter.topics.has("reading")) {
      const from: StreamEvents["readings"] = { instance: this.instance };
      sink.write(`event: readings\ndata: ${JSON.stringify(from)}\n\n`);
    }
    if (resume) void this.resume(subscriber, resume);
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

  /** Goes on for a subscriber behind the last event that it saw, here or in another process. */
  private async resume(subscriber: Subscriber, seen: EventPlace): Promise<void> {
    subscriber.position = seen;
    subscriber.sink.onDrain(() => this.catchUp(subscriber));
    if (this.isAhead(seen)) {
      try {
        await this.catchUpWithAll();
      } catch {
        // Without the database nobody can say whether it was ever told.
      }
      if (!this.subscribers.has(subscriber)) return;
      if (this.isAhead(seen)) return this.reset(subscriber, "restarted");
    }
    this.catchUp(subscriber);
  }

  /** True for a place in a piece of news that this process has not met. */
  private isAhead({ newsNo }: EventPlace): boolean {
    return newsNo > this.told.newsNo;
  }

  /** Sends from the buffer until the subscriber is up to date or its socket is full; then `drain` goes on. */
  private catchUp(subscriber: Subscriber): void {
    while (subscriber.position !== undefined && this.subscribers.has(subscriber)) {
      // It waits for what another process has told it to be known here.
      if (this.isAhead(subscriber.position)) return;
      if (isBefore(subscriber.position, this.replay.evicted)) {
        this.reset(subscriber, "too_old");
        return;
      }
      const entry = this.replay.after(subscriber.position);
      if (!entry) {
        subscriber.position = undefined;
        return;
      }
      subscriber.position = entry.at;
      if (!matches(subscriber.filter, entry)) continue;
      if (!subscriber.sink.write(frameFor(subscriber.filter, entry))) return;
    }
  }

  private reset(subscriber: Subscriber, reason: StreamEvents["reset"]["reason"]): void {
    subscriber.position = undefined;
    subscriber.sink.write(
      `retry: 2000\nid: ${writeEventId(this.told)}\nevent: reset\ndata: ${JSON.stringify({ reason })}\n\n`,
    );
  }

  private beat(): void {
    // So a client whose topics are quiet is not too late when it comes back.
    const here = `id: ${writeEventId(this.told)}\n`;
    for (const subscriber of this.subscribers) {
      subscriber.sink.write(`: still here\n${subscriber.position === undefined ? here : ""}\n`);
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
