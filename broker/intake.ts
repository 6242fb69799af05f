import type { PublishPacket } from "aedes";
import { mayPublish } from "../access/topics.ts";
import type { Channel } from "../base/channels.ts";
import { TokenBucket, type TokenRate, tokenRate } from "../base/token-bucket.ts";
import type { DoorDevice } from "../exchange/door.ts";
import { forgetContent, hasDisconnected, leaveAnswerToUs, startPackets } from "./aedes-internals.ts";
import { AnswerWriter, type Done } from "./answers.ts";
import type { BrokerOptions, Published } from "./options.ts";
import type { DeviceSession, KnownTopic } from "./sessions.ts";

/** How many seconds' worth may come at once after a quiet time. */
const BURST_SECONDS = 10;

/** The longest that a timer can wait. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/**
 * Takes each publish of a device over: looks at its topic and its device's rate, hands it on, and answers when it is
 * settled. The hot path of the broker.
 */
export class Intake<P extends DoorDevice> {
  private readonly options: BrokerOptions<P>;
  // Kept here rather than looked up in the options for each message.
  private readonly now: () => number;
  private readonly onPublish: BrokerOptions<P>["onPublish"];
  private readonly rateLimit: number;
  private readonly itemLimit: number;
  /** By device, not by connection: a device that comes back does not come back to a full bucket. */
  private readonly buckets = new Map<string, TokenBucket>();
  private readonly items = new Map<string, TokenBucket>();
  private readonly burst: number;
  private readonly messageRate: TokenRate;
  private readonly itemRate: TokenRate;
  private readonly answers = new AnswerWriter();
  private quiesced = false;

  constructor(options: BrokerOptions<P>) {
    this.options = options;
    this.now = options.now ?? Date.now;
    this.onPublish = options.onPublish;
    this.rateLimit = options.rateLimit;
    this.itemLimit = options.itemLimit ?? 0;
    this.burst = Math.max(10, options.rateLimit * BURST_SECONDS);
    this.messageRate = tokenRate(this.rateLimit, this.burst);
    this.itemRate = tokenRate(this.itemLimit, this.itemLimit * BURST_SECONDS);
  }

  /** A message that comes by way of aedes, which goes on once `callback` is called. */
  takeOver(session: DeviceSession<P>, packet: PublishPacket, callback: Done): void {
    // After the last flush nothing would commit it.
    if (this.quiesced) return;
    const { client, principal } = session;
    // Packets that came ahead of the answer to the login are looked at one after the other, whatever stands before
    // them.
    if (hasDisconnected(client)) return callback(new Error("a packet after DISCONNECT"));
    const { topic, qos } = packet;
    const packetId = (packet as { messageId?: number }).messageId;
    if (qos === 2 && this.isRepeated(session, packetId!, callback)) return;
    const channel = mayPublish(principal, topic);
    if (channel !== undefined) know(session, topic, channel);
    const payload = packet.payload as Buffer;
    const settled = () => {
      session.waiting--;
      session.waitingBytes -= payload.length;
      // There is no client to answer any more, and aedes would keep a QoS 2 message for a second half that never comes.
      if (client.closed) return callback(new Error("the connection has ended"));
      if (qos === 2) {
        forgetContent(packet);
        callback(null);
        return this.answerRepetitions(session, packetId!);
      }
      leaveAnswerToUs(packet);
      this.answers.add(session.answers, qos === 1 ? packetId : undefined, callback);
    };
    this.handOn(session, { principal, channel, topic, payload, receivedAt: this.now() }, qos, settled);
  }

  /** A message of QoS 0 or 1 that comes past aedes. @param packetId 0: QoS 0 */
  readonly takeQuickly = (
    session: DeviceSession<P>,
    { topic, channel }: KnownTopic,
    payload: Buffer,
    packetId: number,
  ): void => {
    if (this.quiesced) return;
    const { client, principal } = session;
    startPackets(client, 1);
    const settled = () => {
      session.waiting--;
      session.waitingBytes -= payload.length;
      if (!client.closed) this.answers.add(session.answers, packetId || undefined, undefined);
    };
    const message: Published<P> = { principal, channel, topic, payload, receivedAt: this.now() };
    this.handOn(session, message, packetId > 0 ? 1 : 0, settled);
  };

  /** Hands a message on at its device's rates. */
  private handOn(session: DeviceSession<P>, message: Published<P>, qos: number, settled: () => void): void {
    const { rateLimit, itemLimit } = this;
    session.waiting++;
    session.waitingBytes += message.payload.length;
    if (rateLimit === 0 && itemLimit === 0) {
      this.onPublish(message, settled);
      return;
    }
    // For a will there is no client to slow down. Its items are made up for by the next messages.
    if (session.client.closed) return this.publish(message, settled);
    const { receivedAt: now } = message;
    const { id } = message.principal;
    if (qos === 0) {
      if (rateLimit > 0 && !this.bucketOf(id).tryTake(now))
        return this.refuse(message, `${rateLimit} messages/s after a burst of ${this.burst}`, settled);
      if (this.owedMs(id, now) > 0)
        return this.refuse(
          message,
          `${itemLimit} items/s after a burst of ${itemLimit * BURST_SECONDS}`,
          settled,
        );
      return this.publish(message, settled);
    }
    const waitMs = Math.max(rateLimit === 0 ? 0 : this.bucketOf(id).take(now), this.owedMs(id, now));
    if (waitMs <= 0 && session.held.size === 0) return this.publish(message, settled);
    session.queue.push(() => this.publish(message, settled));
    this.wait(session, waitMs);
  }

  /**
   * After a while, hands on the message that has waited longest: timers may fire in another order than they were set.
   */
  private wait(session: DeviceSession<P>, waitMs: number): void {
    const timer = setTimeout(
      () => {
        session.held.delete(timer);
        if (this.quiesced) return;
        // Those before it may have had many items.
        const owedMs = this.owedMs(session.principal.id, this.now());
        if (owedMs > 0) this.wait(session, owedMs);
        else session.queue.shift()?.();
      },
      Math.min(waitMs, MAX_TIMER_MS),
    );
    session.held.add(timer);
  }

  private publish(message: Published<P>, settled: () => void): void {
    const items = this.onPublish(message, settled);
    if (this.itemLimit > 0 && items) this.itemsOf(message.principal.id).spend(items);
  }

  private refuse(message: Published<P>, limit: string, settled: () => void): void {
    this.options.onRefused(message, { reason: "rate_limited", detail: `more than ${limit}` }, settled);
  }

  /** Forgets the waiting messages of a connection that has ended: their sender keeps them, as it has no answer. */
  forget({ held, queue, principal }: DeviceSession<P>): void {
    for (const timer of held) clearTimeout(timer);
    queue.length = 0;
    this.buckets.get(principal.id)?.giveBack(held.size);
    held.clear();
  }

  /** A PUBREL has come: the packet id may name another message. */
  release({ unreleased }: DeviceSession<P>, packetId: number): void {
    if (unreleased?.get(packetId) === "settled") unreleased.delete(packetId);
  }

  /**
   * True when a QoS 2 message was taken over already; then it is answered when that is settled, or at once. The packet
   * id decides, and not the DUP flag [MQTT-4.3.3-2].
   */
  private isRepeated(session: DeviceSession<P>, packetId: number, callback: Done): boolean {
    session.unreleased ??= new Map();
    const known = session.unreleased.get(packetId);
    if (known === undefined) {
      session.unreleased.set(packetId, []);
      return false;
    }
    if (known === "settled") callback(null);
    else {
      // It counts as a waiting one, so that a client is not read ahead without end by sending it again.
      session.waiting++;
      known.push(callback);
    }
    return true;
  }

  private answerRepetitions(session: DeviceSession<P>, packetId: number): void {
    const waiting = session.unreleased?.get(packetId);
    session.unreleased?.set(packetId, "settled");
    if (waiting === undefined || waiting === "settled") return;
    session.waiting -= waiting.length;
    for (const callback of waiting) callback(null);
  }

  quiesce(): void {
    this.quiesced = true;
  }

  /** How long the device has to wait for the items that it has sent. */
  private owedMs(id: string, now: number): number {
    return this.itemLimit === 0 ? 0 : this.itemsOf(id).owedMs(now);
  }

  private itemsOf(id: string): TokenBucket {
    let bucket = this.items.get(id);
    if (!bucket) {
      bucket = new TokenBucket(this.itemRate, this.now());
      this.items.set(id, bucket);
    }
    return bucket;
  }

  private bucketOf(id: string): TokenBucket {
    let bucket = this.buckets.get(id);
    if (!bucket) {
      bucket = new TokenBucket(this.messageRate, this.now());
      this.buckets.set(id, bucket);
    }
    return bucket;
  }
}

/** Remembers a topic of the device's own, so that the next message on it is read quickly. */
function know<P extends DoorDevice>({ topics }: DeviceSession<P>, topic: string, channel: Channel): void {
  if (!topics.some((known) => known.topic === topic))
    topics.push({ topic, channel, bytes: Buffer.from(topic) });
}
