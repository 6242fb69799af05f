import { askForSender, CLOSING, type SenderQuestion } from "../../base/ask-again.ts";
import { atMostOnce } from "../../base/at-most-once.ts";
import { createLogLimiter } from "../../base/log.ts";
import type { Identity } from "../../devices/identities.ts";
import type {
  Door,
  DoorDevice,
  DoorEvents,
  DoorHealth,
  DoorRefusal,
  RawMessage,
  ReceivedMessage,
} from "../../exchange/door.ts";
import {
  openSubscription,
  type SubscribedMessage,
  type Subscription,
  type SubscriptionOptions,
} from "../mqtt-source/subscription.ts";
import { messagesOf } from "./decode.ts";
import { identityIn, readNetworkEvent } from "./event.ts";

/** The name of this door. */
export const CHIRPSTACK = "chirpstack";

export interface ChirpstackOptions<D extends DoorDevice>
  extends Pick<SubscriptionOptions, "url" | "topics" | "clientId" | "client">,
    Pick<DoorEvents<D>, "onMessage" | "onRefused" | "onUnknown">,
    Omit<SenderQuestion<Identity, D>, "isClosing"> {
  /** The living device that has a devEUI, from memory. */
  readonly find: (identity: Identity) => D | undefined;
}

export interface ChirpstackDoor extends Door {
  /** True when there is a connection to ChirpStack's broker at the moment. */
  connected(): boolean;
  health(): DoorHealth;
  packetCounts(): Readonly<Record<string, number>>;
}

const FAILED: DoorRefusal = {
  reason: "bad_frame",
  detail: "The platform failed with this event, and its log says why",
};

/** Subscribes to the events of a ChirpStack, at the broker to which it publishes them. */
export function openChirpstack<D extends DoorDevice>(options: ChirpstackOptions<D>): ChirpstackDoor {
  return new EventsDoor(options);
}

class EventsDoor<D extends DoorDevice> implements ChirpstackDoor {
  readonly name = CHIRPSTACK;
  private readonly options: ChirpstackOptions<D>;
  private readonly subscription: Subscription;
  private readonly counted = { taken: 0, refused: 0, unknown: 0, unacknowledged: 0 };
  private readonly limitLog = createLogLimiter();

  constructor(options: ChirpstackOptions<D>) {
    this.options = options;
    const { url, topics, clientId, log, client } = options;
    this.subscription = openSubscription({
      ...{ url, topics, clientId, log, client },
      settings: { url: "SOURCE_CHIRPSTACK_URL", topics: "SOURCE_CHIRPSTACK_TOPICS" },
      check: CHIRPSTACK,
      // Nobody else may be there who takes what comes while we are away: ChirpStack sends it once.
      leaves: false,
      take: (message, settled) =>
        this.take(message, settled).catch((error: unknown) => this.fail(message, error, settled)),
    });
  }

  connected(): boolean {
    return this.subscription.connected();
  }

  health(): DoorHealth {
    return this.subscription.health();
  }

  packetCounts(): Readonly<Record<string, number>> {
    return { ...this.counted };
  }

  // Its devices are LoRaWAN's: nobody knows whether one is there before it speaks. Commands do not go this way yet.
  async deliver(): Promise<"not_listening"> {
    return "not_listening";
  }

  isOnline(): boolean {
    return false;
  }

  disconnect(): void {}

  quiesce(): Promise<void> {
    return this.subscription.quiesce();
  }

  close(): Promise<void> {
    return this.subscription.close();
  }

  private async take({ topic, raw, qos }: SubscribedMessage, settled: () => void): Promise<void> {
    if (qos === 0) this.noteUnacknowledged(topic);
    const receivedAt = Date.now();
    const identity = identityIn(topic);
    const found = identity && (this.options.find(identity) ?? (await this.askWho(identity, topic)));
    if (found === CLOSING) return;
    const message = { door: CHIRPSTACK, device: found, context: topic, raw, receivedAt };
    const event = readNetworkEvent(topic, raw);
    const messages = "reason" in event ? event : messagesOf(message, event);
    if ("reason" in messages) return this.refuse(message, messages, settled);
    if (found === undefined && identity) {
      // It is on record as a rejection, which is acknowledged; and in the list of those whom nobody has registered.
      this.counted.unknown++;
      this.options.onUnknown({ ...message, identity, address: undefined });
    } else this.counted.taken++;
    this.handOn(messages, settled);
  }

  /** Acknowledged once all parts are committed: an event of which one is lost comes again, and the others are duplicates. */
  private handOn(messages: readonly ReceivedMessage<D>[], settled: () => void): void {
    let open = messages.length;
    for (const message of messages) {
      const partSettled = atMostOnce(() => {
        open--;
        if (open === 0) settled();
      });
      try {
        this.options.onMessage(message, partSettled);
      } catch (error) {
        this.noteFailure(message.context, error);
        this.options.onRefused(message, FAILED, partSettled);
      }
    }
  }

  /** What fails would come again, and end one process after the other. */
  private fail({ topic, raw }: SubscribedMessage, error: unknown, settled: () => void): void {
    this.noteFailure(topic, error);
    const message = { door: CHIRPSTACK, device: undefined, context: topic, raw, receivedAt: Date.now() };
    this.options.onRefused(message, FAILED, settled);
  }

  private noteFailure(topic: string, error: unknown): void {
    this.options.log.error(
      { err: error, topic },
      "the platform failed with an event, which is put on record",
    );
  }

  private refuse(message: RawMessage<D>, refusal: DoorRefusal, settled: () => void): void {
    this.counted.refused++;
    this.options.onRefused(message, refusal, settled);
  }

  private askWho(identity: Identity, topic: string): Promise<D | undefined | typeof CLOSING> {
    const { isClosing } = this.subscription;
    return askForSender({ ...this.options, isClosing }, identity, topic);
  }

  private noteUnacknowledged(topic: string): void {
    this.counted.unacknowledged++;
    this.limitLog("qos", (suppressed) =>
      this.options.log.warn(
        { topic, suppressed },
        "ChirpStack sends with QoS 0, so its broker keeps nothing for us and a crash may lose events: set qos=1 in [integration.mqtt]",
      ),
    );
  }
}
