import type { ConfirmChannel, Message } from "amqplib";
import type { Delivery } from "../../exchange/door.ts";
import { DEVICES_EXCHANGE } from "./topology.ts";

/** A command lies so long at most in the queue of a session whose device is away. Milliseconds. */
const EXPIRY_MS = 10_000;

/** How long RabbitMQ may take to say that it has a command, in milliseconds. */
const ANSWER_MS = 5_000;

/** Commands under way to RabbitMQ at most. */
const MAX_UNDER_WAY = 5_000;

/**
 * Publishes commands to the sessions of devices. RabbitMQ confirms each once the queue of the session has it, and gives
 * it back where no session has subscribed to its topic.
 */
export class Outbox {
  private readonly channel: ConfirmChannel;
  private readonly returned = new Set<string>();
  private underWay = 0;
  private number = 0;
  /** RabbitMQ takes nothing for the moment, because it is short of memory or disk. */
  blocked = false;

  constructor(channel: ConfirmChannel) {
    this.channel = channel;
    // It comes before the confirmation.
    channel.on("return", (message: Message) => this.returned.add(String(message.properties.messageId)));
  }

  async send(key: string, payload: string): Promise<Delivery> {
    if (this.blocked || this.underWay >= MAX_UNDER_WAY) return "too_slow";
    const messageId = String(++this.number);
    this.underWay++;
    try {
      return await this.publish(key, payload, messageId);
    } finally {
      this.underWay--;
      this.returned.delete(messageId);
    }
  }

  private publish(key: string, payload: string, messageId: string): Promise<Delivery> {
    return new Promise((resolve) => {
      const late = setTimeout(resolve, ANSWER_MS, "too_slow");
      late.unref();
      const options = { mandatory: true, persistent: true, expiration: EXPIRY_MS, messageId };
      const answered = (error: unknown) => {
        clearTimeout(late);
        if (error) resolve("too_slow");
        else resolve(this.returned.has(messageId) ? "not_listening" : "taken");
      };
      try {
        this.channel.publish(DEVICES_EXCHANGE, key, Buffer.from(payload), options, answered);
      } catch (error) {
        // The channel is closed.
        answered(error);
      }
    });
  }
}
