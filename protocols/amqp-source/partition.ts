import { setTimeout as sleep } from "node:timers/promises";
import { type Channel, type ConsumeMessage, IllegalOperationError } from "amqplib";
import type { Logger } from "../../base/log.ts";
import { Acknowledgements } from "./acknowledgements.ts";
import { closeConnection, connectTo, cutConnection } from "./connection.ts";
import { topicOfKey } from "./keys.ts";

/**
 * The longest frame that is taken from a partition, in bytes. The properties of a message come in one, however long they
 * are, and a device may send 321 KiB in all where RabbitMQ is set up as docs/cluster.md says. Where it is not, a longer
 * one would take memory and time from every other message before it came to nothing.
 */
const MAX_FRAME_BYTES = 1024 * 1024;

/** After so many connections in a row that broke soon, one message at a time is under way. */
const CAREFUL_AFTER = 3;

/** A connection that has lasted so long was broken by no message. Milliseconds. */
const CALM_MS = 10_000;

/**
 * How long messages may wait in a partition while none of them comes. RabbitMQ lets the replica at our node deliver them, and
 * one that was killed or stopped may never catch up: then they come by another node, or to another process. Milliseconds.
 */
const STUCK_MS = 30_000;

/** The wait before a partition that broke is read again, in milliseconds. */
const AGAIN_MS = 200;

export interface PartitionOptions {
  /** amqp://user:password@host:port/vhost */
  readonly url: string;
  /** The name of this process. */
  readonly instance: string;
  readonly queue: string;
  readonly priority: number;
  /** Messages of this partition under way to this process at most. */
  readonly window: number;
  /** Takes a message over, and says when it is settled. */
  readonly take: (topic: string, payload: Buffer, settled: () => void) => void;
  /** Called when it cannot bring messages any more. */
  readonly onEnd: (reason: unknown) => void;
  /** For tests: another time after which a connection counts as calm, in milliseconds. */
  readonly calmMs?: number | undefined;
  /** For tests: another length of the longest frame. */
  readonly maxFrameBytes?: number | undefined;
  /** For tests: another time for which messages may wait while none comes, in milliseconds. */
  readonly stuckMs?: number | undefined;
  readonly log: Pick<Logger, "warn">;
}

/** One connection that brings messages of a partition. */
interface Reading {
  readonly acknowledgements: Acknowledgements;
  readonly careful: boolean;
  readonly ended: Promise<unknown>;
  cancel(): Promise<void>;
  close(waitMs: number): Promise<void>;
  /** Ends it now. RabbitMQ, which gives nothing, is not asked. */
  abandon(): void;
}

/**
 * Reads one partition, over a connection of its own. RabbitMQ gives a message that cannot be read to the next process,
 * and again to this one: so it must break nothing but this. After some times one message at a time is read, so that only
 * the guilty one comes back again and again, until RabbitMQ parks it.
 */
export class Partition {
  private readonly options: PartitionOptions;
  private reading: Reading | undefined;
  private readonly closing = new AbortController();
  /** Connections in a row that broke soon. */
  private breaks = 0;
  /** Since when messages wait and none comes by the present connection, by the steady clock. */
  private stuckSince: number | undefined;
  /** Why its messages come slowly, or not. */
  trouble: string | undefined;

  constructor(options: PartitionOptions) {
    const { take } = options;
    this.options = {
      ...options,
      take: (...message) => {
        this.stuckSince = undefined;
        take(...message);
      },
    };
  }

  /** @throws the error of RabbitMQ, or of the network */
  async start(): Promise<void> {
    this.reading = await read(this.options, false);
    // It never rejects: `onEnd` tells what went wrong.
    void this.keepReading(this.reading);
  }

  open(): number {
    return this.reading?.acknowledgements.open ?? 0;
  }

  /**
   * Takes note of how many messages wait in it. Where that goes on and none comes, it is read anew: for a process that has
   * only the second right to it, that changes nothing.
   */
  noteWaiting(count: number): void {
    const { reading } = this;
    const { queue, stuckMs = STUCK_MS, log } = this.options;
    const now = performance.now();
    this.stuckSince =
      count === 0 || reading?.acknowledgements.open !== 0 ? undefined : (this.stuckSince ?? now);
    if (this.stuckSince === undefined || now - this.stuckSince < stuckMs) return;
    this.stuckSince = undefined;
    log.warn({ queue, waiting: count }, "messages wait at RabbitMQ and none comes; reads them anew");
    // `keepReading` goes on with another connection.
    reading?.abandon();
  }

  async cancel(): Promise<void> {
    this.closing.abort();
    await this.reading?.cancel();
  }

  async close(waitMs: number): Promise<void> {
    this.closing.abort();
    await this.reading?.close(waitMs);
  }

  private async keepReading(first: Reading): Promise<void> {
    const { options } = this;
    const { signal } = this.closing;
    try {
      for (let reading = first; !signal.aborted; ) {
        const reason = await this.calmOrBroken(reading);
        if (signal.aborted) return;
        await reading.close(reason === undefined ? CALM_MS : 0);
        if (reason !== undefined) await sleep(AGAIN_MS, undefined, { ref: false });
        if (signal.aborted) return;
        reading = await read(options, this.breaks >= CAREFUL_AFTER);
        this.reading = reading;
        this.stuckSince = undefined;
        // The end came meanwhile, and has closed the one before.
        if (signal.aborted) await reading.close(0);
      }
    } catch (error) {
      options.onEnd(error);
    }
  }

  /** Resolves with the reason when the connection broke, or with undefined when it may be read at full speed again. */
  private async calmOrBroken(reading: Reading): Promise<unknown> {
    const { calmMs = CALM_MS, queue } = this.options;
    let isCalm = false;
    let becameCalm: () => void = () => {};
    const calm = new Promise<void>((resolve) => {
      becameCalm = resolve;
    });
    const timer = setTimeout(() => {
      isCalm = true;
      this.breaks = 0;
      this.trouble = undefined;
      // Only then there is something to do: the window has to be opened again.
      if (reading.careful) becameCalm();
    }, calmMs).unref();
    const reason = await Promise.race([reading.ended, calm]);
    clearTimeout(timer);
    if (reason === undefined) return undefined;
    this.breaks = isCalm ? 1 : this.breaks + 1;
    if (this.breaks >= CAREFUL_AFTER) {
      this.trouble = `a message in ${queue} breaks the connection again and again, and is parked when it has come back often enough: expected mqtt.max_packet_size_authenticated in rabbitmq.conf as docs/cluster.md has it (${textOf(reason)})`;
    }
    return reason;
  }
}

const textOf = (reason: unknown): string => (reason instanceof Error ? reason.message : String(reason));

async function read(
  { url, instance, queue, priority, window, take, onEnd, maxFrameBytes = MAX_FRAME_BYTES }: PartitionOptions,
  careful: boolean,
): Promise<Reading> {
  const address = new URL(url);
  address.searchParams.set("maxFrameSize", String(maxFrameBytes));
  const { connection, ended } = await connectTo(address, `${instance} ${queue}`);
  try {
    const channel = await connection.createChannel();
    channel.on("error", onEnd);
    const { acknowledgements, settled } = acknowledgeOn(channel);
    const receive = (message: ConsumeMessage | null) => {
      if (message === null) return onEnd(new Error("RabbitMQ ended a consumer: its queue was deleted"));
      const { deliveryTag, routingKey } = message.fields;
      acknowledgements.receive();
      take(topicOfKey(routingKey), message.content, () => acknowledgements.settle(deliveryTag));
    };
    await channel.prefetch(careful ? 1 : window);
    const { consumerTag } = await channel.consume(queue, receive, { priority });
    return {
      acknowledgements,
      careful,
      ended,
      async cancel() {
        await Promise.race([channel.cancel(consumerTag), ended]);
      },
      async close(waitMs) {
        await Promise.race([settled(waitMs), ended]);
        // First this one, so that the acknowledgements are on their way before the end.
        await Promise.race([channel.close().catch(() => {}), ended]);
        await closeConnection(connection, ended);
      },
      abandon: () => cutConnection(connection),
    };
  } catch (error) {
    await closeConnection(connection, ended);
    throw error;
  }
}

/** Acknowledges what was taken, while the channel is open. */
function acknowledgeOn(channel: Channel): {
  acknowledgements: Acknowledgements;
  /** Resolves when every message that came is acknowledged, or after that time. */
  settled: (waitMs: number) => Promise<void>;
} {
  let isOpen = true;
  let allSettled = () => {};
  channel.on("close", () => {
    isOpen = false;
    allSettled();
  });
  const acknowledgements = new Acknowledgements(
    (deliveryTag, allUpTo) => {
      // After the end, RabbitMQ gives it to another process, or again to this one.
      if (!isOpen) return;
      try {
        channel.ack({ fields: { deliveryTag } } as ConsumeMessage, allUpTo);
      } catch (error) {
        // amqplib takes none from the wish to close on, and says "close" only when RabbitMQ has answered.
        if (!(error instanceof IllegalOperationError)) throw error;
        isOpen = false;
      }
    },
    () => allSettled(),
  );
  return {
    acknowledgements,
    async settled(waitMs) {
      if (acknowledgements.open === 0 || !isOpen || waitMs === 0) return;
      await new Promise<void>((resolve) => {
        const late = setTimeout(resolve, waitMs);
        allSettled = () => {
          clearTimeout(late);
          resolve();
        };
      });
    },
  };
}
