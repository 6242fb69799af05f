import type { ChannelModel } from "amqplib";
import { type RepeatedWork, repeat } from "../../base/periodic.ts";
import { closeLater, openForQuestion } from "./connection.ts";

/** How often the waiting messages are counted, in milliseconds. */
const COUNT_MS = 5_000;

/** A process that was paused may hold messages for so long, which RabbitMQ then does not count as waiting. Milliseconds. */
const HELD_MS = 30_000;

/** Nothing is said of messages that have waited for less. Milliseconds. */
const QUIET_MS = 120_000;

/** A count that is older says nothing any more, in milliseconds. */
const KNOWN_MS = 30_000;

/**
 * Watches up to which moment all that devices have handed to RabbitMQ has come to a process. While messages wait there, a
 * device that was not heard is not therefore silent.
 */
export class BacklogWatch {
  private readonly queues: readonly string[];
  private readonly everyMs: number;
  private readonly now: () => number;
  /** By partition: when it was last seen empty. */
  private readonly emptyAt: number[];
  private waiting = 0;
  /** The begin of the last count of all of them. */
  private countedAt = Number.NEGATIVE_INFINITY;
  private counting: RepeatedWork | undefined;

  constructor(queues: readonly string[], everyMs = COUNT_MS, now: () => number = Date.now) {
    this.queues = queues;
    this.everyMs = everyMs;
    this.now = now;
    this.emptyAt = queues.map(() => Number.NEGATIVE_INFINITY);
  }

  /** Epoch milliseconds; `-Infinity` before each partition was seen empty, and undefined while they cannot be counted. */
  get heardUpTo(): number | undefined {
    return this.now() - this.countedAt > KNOWN_MS ? undefined : this.emptyUpTo;
  }

  private get emptyUpTo(): number {
    return Math.min(...this.emptyAt) - HELD_MS;
  }

  get trouble(): string | undefined {
    const { waiting, emptyUpTo } = this;
    if (this.now() - emptyUpTo < QUIET_MS) return undefined;
    const since = Number.isFinite(emptyUpTo) ? ` since ${new Date(emptyUpTo).toISOString()}` : "";
    // RabbitMQ says 0 also of partitions of which it does not know.
    if (this.heardUpTo === undefined || waiting === 0)
      return `messages that wait at RabbitMQ could not be counted${since}; this process calls no device silent`;
    return `messages wait at RabbitMQ${since}, ${waiting} now; no device is called silent before they were taken`;
  }

  /** @param note hears how many messages wait in each partition */
  follow(connection: ChannelModel, note: (partition: number, count: number) => void = () => {}): void {
    this.counting = repeat(() => this.count(connection, note), this.everyMs, {
      atOnce: true,
      onFailure: () => {},
    });
  }

  async leave(): Promise<void> {
    await this.counting?.stop();
  }

  /** @throws when the connection has ended, which is told elsewhere */
  private async count(
    connection: ChannelModel,
    note: (partition: number, count: number) => void,
  ): Promise<void> {
    const channel = await openForQuestion(connection);
    let waiting = 0;
    const begin = this.now();
    for (const [partition, queue] of this.queues.entries()) {
      // What comes after this moment is not in the answer.
      const at = this.now();
      const { messageCount, consumerCount } = await channel.checkQueue(queue);
      // Of a partition whose nodes do not answer in time RabbitMQ says that it has none of either.
      if (messageCount === 0 && consumerCount > 0) this.emptyAt[partition] = at;
      waiting += messageCount;
      note(partition, messageCount);
    }
    this.waiting = waiting;
    this.countedAt = begin;
    closeLater(channel);
  }
}
