import { type Channel, type ChannelModel, type ConsumeMessage, connect } from "amqplib";
import { Acknowledgements } from "./acknowledgements.ts";
import { topicOfKey } from "./keys.ts";
import { Outbox } from "./outbox.ts";
import { priorityOf } from "./shares.ts";
import { declareTopology, partitionName } from "./topology.ts";

/**
 * After two of these without a sign, RabbitMQ gives the partitions of a paused process to others, and we take a silent
 * node for gone. Seconds.
 */
const HEARTBEAT_S = 8;

/** How long RabbitMQ may take to accept a connection, in milliseconds. */
const CONNECT_MS = 10_000;

export interface SessionOptions {
  /** amqp://user:password@host:port/vhost */
  readonly url: string;
  /** The name of this process. */
  readonly instance: string;
  readonly partitions: number;
  /** Messages under way to this process at most, in all partitions together. */
  readonly window: number;
  /** Takes a message over, and says when it is settled. */
  readonly take: (topic: string, payload: Buffer, settled: () => void) => void;
}

/** One connection to RabbitMQ, by which messages come. Whatever breaks of it, all of it ends and is opened anew. */
export interface AmqpSession {
  readonly connection: ChannelModel;
  readonly outbox: Outbox;
  /** Resolves with the reason when it has ended, or cannot bring messages any more. */
  readonly ended: Promise<unknown>;
  /** Messages that came and are not acknowledged. */
  open(): number;
  /** Lets no more messages come; those that came can still be settled. */
  cancel(): Promise<void>;
  /** Ends it, once messages under way are acknowledged or after the given time. */
  close(waitMs: number): Promise<void>;
}

/** @throws the error of RabbitMQ, or of the network */
export async function openSession(options: SessionOptions): Promise<AmqpSession> {
  const { url, instance } = options;
  const address = new URL(url);
  if (!address.searchParams.has("heartbeat")) address.searchParams.set("heartbeat", String(HEARTBEAT_S));
  const connection = await connect(address.href, {
    timeout: CONNECT_MS,
    clientProperties: { connection_name: `smart-broadcast-iot ${instance}` },
  });
  let end: (reason: unknown) => void = () => {};
  const ended = new Promise<unknown>((resolve) => {
    end = resolve;
  });
  connection.on("error", end);
  connection.on("close", (error) => end(error ?? new Error("RabbitMQ closed the connection")));
  try {
    const channel = await connection.createChannel();
    channel.on("error", end);
    await declareTopology(channel, options.partitions);
    const outbox = new Outbox(await followed(connection.createConfirmChannel(), end));
    connection.on("blocked", () => {
      outbox.blocked = true;
    });
    connection.on("unblocked", () => {
      outbox.blocked = false;
    });
    const consuming = await consume(channel, options, end);
    return {
      connection,
      outbox,
      ended,
      ...consuming,
      async close(waitMs) {
        await consuming.settled(waitMs);
        await channel.close().catch(() => {});
        await connection.close().catch(() => {});
      },
    };
  } catch (error) {
    await connection.close().catch(() => {});
    throw error;
  }
}

/** Without a listener, the error of a channel would end the process. */
async function followed<C extends Channel>(opening: Promise<C>, end: (reason: unknown) => void): Promise<C> {
  const channel = await opening;
  channel.on("error", end);
  return channel;
}

async function consume(
  channel: Channel,
  { instance, partitions, window, take }: SessionOptions,
  end: (reason: unknown) => void,
) {
  let isOpen = true;
  channel.on("close", () => {
    isOpen = false;
  });
  let allSettled = () => {};
  const acknowledgements = new Acknowledgements(
    (deliveryTag, allUpTo) => {
      // After the end, RabbitMQ gives it to another process, or again to this one.
      if (isOpen) channel.ack({ fields: { deliveryTag } } as ConsumeMessage, allUpTo);
    },
    () => allSettled(),
  );
  const receive = (message: ConsumeMessage | null) => {
    if (message === null) return end(new Error("RabbitMQ ended a consumer: its queue was deleted"));
    const { deliveryTag, routingKey } = message.fields;
    acknowledgements.receive();
    take(topicOfKey(routingKey), message.content, () => acknowledgements.settle(deliveryTag));
  };
  await channel.prefetch(Math.max(1, Math.floor(window / partitions)));
  const tags: string[] = [];
  for (let partition = 0; partition < partitions; partition++) {
    const { consumerTag } = await channel.consume(partitionName(partition), receive, {
      priority: priorityOf(instance, partition),
    });
    tags.push(consumerTag);
  }
  return {
    open: () => acknowledgements.open,
    async cancel() {
      await Promise.all(tags.map((tag) => channel.cancel(tag)));
    },
    /** Resolves when every message that came is acknowledged, or after that time. */
    async settled(waitMs: number) {
      if (acknowledgements.open === 0 || !isOpen) return;
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
