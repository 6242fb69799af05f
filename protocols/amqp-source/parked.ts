import type { ChannelModel } from "amqplib";
import type { Logger } from "../../base/log.ts";
import { type RepeatedWork, repeat } from "../../base/periodic.ts";
import { closeLater, openForQuestion } from "./connection.ts";
import { PARKED } from "./topology.ts";

/** How often the parked messages are counted, in milliseconds. */
const COUNT_MS = 10_000;

/** Counts the messages that RabbitMQ has parked, so that somebody hears of them. */
export class ParkedWatch {
  private readonly log: Logger;
  private readonly everyMs: number;
  private counting: RepeatedWork | undefined;
  private count = 0;

  constructor(log: Logger, everyMs = COUNT_MS) {
    this.log = log;
    this.everyMs = everyMs;
  }

  get trouble(): string | undefined {
    return this.count === 0
      ? undefined
      : `${this.count} messages of devices broke their connection again and again and lie in ${PARKED}: they are not stored (docs/cluster.md)`;
  }

  follow(connection: ChannelModel): void {
    const count = async () => {
      const channel = await openForQuestion(connection);
      const { messageCount } = await channel.checkQueue(PARKED);
      closeLater(channel);
      const before = this.count;
      this.count = messageCount;
      if (messageCount > before) this.log.error({ parked: messageCount }, this.trouble);
    };
    // A channel that cannot be opened is a connection that has ended, which is told elsewhere.
    this.counting = repeat(count, this.everyMs, { atOnce: true, onFailure: () => {} });
  }

  async leave(): Promise<void> {
    await this.counting?.stop();
  }
}
