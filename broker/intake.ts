import type { PublishPacket } from "aedes";
import { type DevicePrincipal, mayPublish } from "../access/topics.ts";
import type { BrokerOptions, Published } from "./options.ts";
import { TokenBucket } from "./rate-limit.ts";
import type { Session } from "./sessions.ts";

type Done = (error?: Error | null) => void;

/** The longest that a timer can wait. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/**
 * Takes each publish of a device over: looks at its topic and its device's rate, hands it on, and answers when it
 * is settled. The hot path of the broker.
 */
export class Intake<P extends DevicePrincipal> {
  private readonly options: BrokerOptions<P>;
  // Kept here rather than looked up in the options for each message.
  private readonly now: () => number;
  private readonly onPublish: BrokerOptions<P>["onPublish"];
  private readonly rateLimit: number;
  /** By device, not by connection: who comes back does not come back to a full bucket. */
  private readonly buckets = new Map<string, TokenBucket>();
  private readonly burst: number;
  private quiesced = false;

  constructor(options: BrokerOptions<P>) {
    this.options = options;
    this.now = options.now ?? Date.now;
    this.onPublish = options.onPublish;
    this.rateLimit = options.rateLimit;
    this.burst = Math.max(10, options.rateLimit * 10);
  }

  takeOver(session: Session<P>, packet: PublishPacket, callback: Done): void {
    // After the last flush nobody would commit it.
    if (this.quiesced) return;
    const { client, principal } = session;
    const { rateLimit } = this;
    const { topic } = packet;
    const packetId = packet.qos === 2 ? (packet as { messageId?: number }).messageId : undefined;
    if (packetId !== undefined && this.isRepeated(session, packetId, callback)) return;
    const channel = mayPublish(principal, topic);
    const message: Published<P> = {
      principal,
      channel,
      topic,
      payload: packet.payload as Buffer,
      receivedAt: this.now(),
    };
    session.waiting++;
    session.waitingBytes += message.payload.length;
    const settled = () => {
      session.waiting--;
      session.waitingBytes -= message.payload.length;
      // Nobody is there to be answered, and aedes would keep a QoS 2 message for a second half that never comes.
      if (client.closed) return callback(new Error("the connection has ended"));
      callback(null);
      if (packetId !== undefined) this.answerRepetitions(session, packetId);
    };
    // A will has nobody who could be slowed.
    if (rateLimit === 0 || client.closed) return this.onPublish(message, settled);
    const bucket = this.bucketOf(principal.id);
    if (packet.qos === 0) {
      if (bucket.tryTake(message.receivedAt)) return this.onPublish(message, settled);
      const detail = `more than ${rateLimit} messages/s after a burst of ${this.burst}`;
      return this.options.onRefused(message, { reason: "rate_limited", detail }, settled);
    }
    const waitMs = bucket.take(message.receivedAt);
    if (waitMs <= 0) return this.onPublish(message, settled);
    const timer = setTimeout(
      () => {
        session.held.delete(timer);
        if (!this.quiesced) this.onPublish(message, settled);
      },
      Math.min(waitMs, MAX_TIMER_MS),
    );
    session.held.add(timer);
  }

  /** Forgets what waits for its turn of a connection that has ended: its sender keeps it, as it has no answer. */
  forget({ held, principal }: Session<P>): void {
    for (const timer of held) clearTimeout(timer);
    this.buckets.get(principal.id)?.giveBack(held.size);
    held.clear();
  }

  /** A PUBREL has come: the packet id may name another message. */
  release({ unreleased }: Session<P>, packetId: number): void {
    if (unreleased?.get(packetId) === "settled") unreleased.delete(packetId);
  }

  /**
   * Whether a QoS 2 message was taken over already; then it is answered when that is settled, or at once. The packet
   * id decides, and not the DUP flag [MQTT-4.3.3-2].
   */
  private isRepeated(session: Session<P>, packetId: number, callback: Done): boolean {
    session.unreleased ??= new Map();
    const known = session.unreleased.get(packetId);
    if (known === undefined) {
      session.unreleased.set(packetId, []);
      return false;
    }
    if (known === "settled") callback(null);
    else {
      // It counts as one that waits, so that nobody is read ahead without end by sending it again.
      session.waiting++;
      known.push(callback);
    }
    return true;
  }

  private answerRepetitions(session: Session<P>, packetId: number): void {
    const waiting = session.unreleased?.get(packetId);
    session.unreleased?.set(packetId, "settled");
    if (waiting === undefined || waiting === "settled") return;
    session.waiting -= waiting.length;
    for (const callback of waiting) callback(null);
  }

  quiesce(): void {
    this.quiesced = true;
  }

  private bucketOf(id: string): TokenBucket {
    let bucket = this.buckets.get(id);
    if (!bucket) {
      bucket = new TokenBucket(this.rateLimit, this.burst, this.now());
      this.buckets.set(id, bucket);
    }
    return bucket;
  }
}
