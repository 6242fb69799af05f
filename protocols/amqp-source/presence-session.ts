import type { ChannelModel } from "amqplib";
import { type BrokerEvent, EVENT_KEYS, readEvent } from "./broker-events.ts";
import { closeLater, openForQuestion } from "./connection.ts";

const EVENTS_EXCHANGE = "amq.rabbitmq.event";

/** The process whose connection has this queue tells the platform who comes and goes; all keep the list. */
const REPORTER = "sbi.presence.reporter";

/**
 * Hears RabbitMQ's events of connections, on a channel of its own: where the plugin is missing, messages come all the
 * same.
 * @throws the error of the channel
 */
export async function hearEvents(
  connection: ChannelModel,
  host: string,
  hear: (event: BrokerEvent) => void,
  onEnd: () => void,
): Promise<void> {
  const channel = await openForQuestion(connection);
  await channel.checkExchange(EVENTS_EXCHANGE);
  const { queue } = await channel.assertQueue("", { exclusive: true });
  for (const key of EVENT_KEYS) await channel.bindQueue(queue, EVENTS_EXCHANGE, key);
  channel.once("close", onEnd);
  await channel.consume(
    queue,
    (message) => {
      if (message === null) return onEnd();
      const event = readEvent(message.fields.routingKey, message.properties.headers ?? {}, host);
      if (event) hear(event);
    },
    { noAck: true },
  );
}

/**
 * Asks for the right to report. RabbitMQ takes it back when the connection ends, however it ends.
 * @returns false while another process has it
 */
export async function becomeReporter(connection: ChannelModel): Promise<boolean> {
  const channel = await openForQuestion(connection);
  try {
    await channel.assertQueue(REPORTER, { exclusive: true });
    closeLater(channel);
    return true;
  } catch {
    // RESOURCE_LOCKED has closed the channel.
    return false;
  }
}

/** True while this connection has that right: RabbitMQ shows the queue to no other. */
export async function isReporter(connection: ChannelModel): Promise<boolean> {
  try {
    const channel = await openForQuestion(connection);
    await channel.checkQueue(REPORTER);
    closeLater(channel);
    return true;
  } catch {
    return false;
  }
}
