import { createHash } from "node:crypto";
import type { Channel, ChannelModel } from "amqplib";
import { closeLater, openForQuestion } from "./connection.ts";
import { BINDING_KEYS } from "./keys.ts";

/** Where RabbitMQ's MQTT plugin puts what devices publish, and takes what they hear. */
export const DEVICES_EXCHANGE = "amq.topic";

const PARTITIONED = "sbi.ingest";

/** How long messages may lie with us unacknowledged: as long as a database may be away. RabbitMQ's own is 30 minutes. */
const CONSUMER_TIMEOUT_MS = 7 * 24 * 3600 * 1000;

/** Messages that broke their connection again and again lie here, for a person to look at. */
export const PARKED = "sbi.parked";

/** What left a partition without being read: exchange of the parked, which sorts them, and the one for those that expired. */
const DEAD = "sbi.dead";

/**
 * A device may say after which time its message is of no use (MQTT 5), and RabbitMQ then takes it from its partition. It was
 * acknowledged all the same, so it is read from here.
 */
const EXPIRED = "sbi.expired";

/**
 * A message that came back so often is parked. RabbitMQ's own is 20, and counts kills of processes and of nodes too,
 * which are no fault of a message.
 */
const DELIVERY_LIMIT = 100;

/** The newest that fit are kept. */
const PARKED_BYTES = 256 * 1024 * 1024;

/** Knows the number of partitions, by its length. Like all of ours on each node: whoever asks must not wait for one. */
const COUNT = `${PARTITIONED}.count`;

/** There once all of it is bound. Another number of partitions, or other bindings, have another one. */
const boundName = (partitions: number): string =>
  `${PARTITIONED}.bound.${createHash("sha256")
    .update(`${partitions} ${BINDING_KEYS.join(" ")}`)
    .digest("hex")
    .slice(0, 12)}`;

/** One process at a time has a device's messages; when it ends, another one gets them at once, in order. */
const READ_BY_ONE = { "x-single-active-consumer": true, "x-consumer-timeout": CONSUMER_TIMEOUT_MS };

const declareQuorum = (channel: Channel, name: string, more: Record<string, unknown> = {}) =>
  channel.assertQueue(name, { durable: true, arguments: { "x-queue-type": "quorum", ...more } });

export const partitionName = (partition: number): string => `${PARTITIONED}.${partition}`;

/** What processes read: the partitions, and what has expired in them. */
export const queuesToRead = (partitions: number): string[] => [
  ...Array.from({ length: partitions }, (_, partition) => partitionName(partition)),
  EXPIRED,
];

/**
 * True when a process has bound all of it before.
 * @throws where RabbitMQ does not say
 */
export async function isBound(connection: ChannelModel, partitions: number): Promise<boolean> {
  const channel = await openForQuestion(connection);
  try {
    await channel.checkQueue(boundName(partitions));
    closeLater(channel);
    return true;
  } catch (error) {
    // RabbitMQ closes the channel of whoever asks for what is not there.
    if (/no queue '/.test(String(error))) return false;
    throw error;
  }
}

/**
 * Declares the queues and exchanges between the devices and us. All of it is durable and outlives every process, and doing
 * it again changes nothing.
 * @throws the error of the channel: a plugin is missing, a right is, or something of that name is declared differently
 */
export async function declareQueues(channel: Channel, partitions: number): Promise<void> {
  // Messages would lie unread in partitions beyond a smaller number. RabbitMQ refuses to declare it with another length.
  await declareQuorum(channel, COUNT, { "x-max-length": partitions });
  await channel.assertExchange(PARKED, "fanout", { durable: true });
  await channel.assertExchange(DEAD, "headers", { durable: true });
  await declareQuorum(channel, EXPIRED, READ_BY_ONE);
  await declareQuorum(channel, PARKED, { "x-max-length-bytes": PARKED_BYTES });
  await channel.assertExchange(PARTITIONED, "x-consistent-hash", { durable: true });
  for (let partition = 0; partition < partitions; partition++)
    await declareQuorum(channel, partitionName(partition), {
      ...READ_BY_ONE,
      // A message that no process can read would come back for ever, and hold up those behind it.
      "x-delivery-limit": DELIVERY_LIMIT,
      "x-dead-letter-exchange": PARKED,
    });
}

/**
 * Binds them. RabbitMQ acknowledges a message to its device and drops it where no queue is bound: so this has to be done
 * once before devices come. It changes what all nodes know, also where it changes nothing: while a fleet comes back, whose
 * sessions do the same, it takes minutes.
 * @throws as `declareQueues`
 */
export async function bindQueues(channel: Channel, partitions: number): Promise<void> {
  await channel.bindExchange(DEAD, PARKED, "");
  for (const [queue, reason] of [
    [PARKED, "delivery_limit"],
    [EXPIRED, "expired"],
  ] as const)
    await channel.bindQueue(queue, DEAD, "", { "x-match": "all-with-x", "x-first-death-reason": reason });
  // An earlier version had them all parked.
  await channel.unbindQueue(PARKED, PARKED, "");
  // The key is the weight: each partition gets as much as any other.
  for (let partition = 0; partition < partitions; partition++)
    await channel.bindQueue(partitionName(partition), PARTITIONED, "1");
  for (const key of BINDING_KEYS) await channel.bindExchange(PARTITIONED, DEVICES_EXCHANGE, key);
  await declareQuorum(channel, boundName(partitions));
}
