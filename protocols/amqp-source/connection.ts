import type { Socket } from "node:net";
import { type Channel, type ChannelModel, connect } from "amqplib";

/** How long RabbitMQ may take to accept a connection, in milliseconds. */
const CONNECT_MS = 10_000;

export interface RabbitConnection {
  readonly connection: ChannelModel;
  /** Resolves with the reason when it has ended. */
  readonly ended: Promise<unknown>;
}

/**
 * @param name what RabbitMQ shows for it
 * @throws the error of RabbitMQ, or of the network
 */
export async function connectTo(address: URL, name: string): Promise<RabbitConnection> {
  const connection = await connect(address.href, {
    timeout: CONNECT_MS,
    clientProperties: { connection_name: `smart-broadcast-iot ${name}` },
  });
  const ended = new Promise<unknown>((resolve) => {
    connection.on("error", resolve);
    connection.on("close", (error) => resolve(error ?? new Error("RabbitMQ closed the connection")));
  });
  return { connection, ended };
}

/** Ends a connection. Where it breaks meanwhile, amqplib's own answer never comes. */
export async function closeConnection(connection: ChannelModel, ended: Promise<unknown>): Promise<void> {
  await Promise.race([connection.close().catch(() => {}), ended]);
}

/** Cuts the line, without a word to RabbitMQ. */
export function cutConnection({ connection }: ChannelModel): void {
  // amqplib has no such method, its types do not name the socket, and of one that closes without an error it hears nothing.
  (connection as unknown as { stream: Socket }).stream.destroy(new Error("cut, because nothing came"));
}

/** A channel for a question: what RabbitMQ refuses closes it, and nothing else. */
export async function openForQuestion(connection: ChannelModel): Promise<Channel> {
  const channel = await connection.createChannel();
  // Without a listener, its error would end the process.
  channel.on("error", () => {});
  return channel;
}

/** Closes a channel without waiting for it: where the connection ends meanwhile, the answer never comes. */
export function closeLater(channel: Channel): void {
  channel.close().catch(() => {});
}
