import type { Channel, ChannelModel } from "amqplib";
import { closeConnection, connectTo } from "./connection.ts";
import { Outbox } from "./outbox.ts";
import { Partition, type PartitionOptions } from "./partition.ts";
import { priorityOf } from "./shares.ts";
import { bindQueues, declareQueues, isBound, queuesToRead } from "./topology.ts";

/**
 * After two of these without a sign, RabbitMQ gives the partitions of a paused process to others, and we take a silent
 * node for gone. Seconds.
 */
const HEARTBEAT_S = 8;

const BINDING =
  "RabbitMQ has not confirmed yet that the partitions are bound, which takes minutes while a fleet comes back; messages come all the same";

export interface SessionOptions
  extends Pick<
    PartitionOptions,
    "url" | "instance" | "take" | "calmMs" | "maxFrameBytes" | "stuckMs" | "log"
  > {
  readonly partitions: number;
  /** Messages under way to this process at most, in all partitions together. */
  readonly window: number;
}

/**
 * What connects a process to RabbitMQ: a connection for commands and presence, and one for each partition. What
 * breaks one of a partition breaks no other; whatever else breaks, all of it ends and is opened anew.
 */
export interface AmqpSession {
  /** That of commands and presence. */
  readonly connection: ChannelModel;
  readonly outbox: Outbox;
  /** Resolves with the reason when it has ended, or cannot bring messages any more. */
  readonly ended: Promise<unknown>;
  /** Messages that came and are not acknowledged. */
  open(): number;
  /** Takes note of how many messages wait in a partition, by its place among `queuesToRead`. */
  noteWaiting(partition: number, count: number): void;
  /** What hinders partitions, although messages come. */
  trouble(): string | undefined;
  /** Lets no more messages come; those that came can still be settled. */
  cancel(): Promise<void>;
  /** Ends it, once messages under way are acknowledged or after the given time. */
  close(waitMs: number): Promise<void>;
}

/** @throws the error of RabbitMQ, or of the network */
export async function openSession(options: SessionOptions): Promise<AmqpSession> {
  const { instance, partitions: count, window } = options;
  const address = new URL(options.url);
  if (!address.searchParams.has("heartbeat")) address.searchParams.set("heartbeat", String(HEARTBEAT_S));
  const url = address.href;
  const { connection, ended: broken } = await connectTo(address, instance);
  let end: (reason: unknown) => void = () => {};
  const ended = new Promise<unknown>((resolve) => {
    end = resolve;
  });
  void broken.then(end);
  const partitions = queuesToRead(count).map(
    (queue, partition) =>
      new Partition({
        ...options,
        url,
        queue,
        priority: priorityOf(instance, partition),
        window: Math.max(1, Math.floor(window / count)),
        onEnd: end,
      }),
  );
  const close = async (waitMs: number) => {
    await Promise.all(partitions.map((each) => each.close(waitMs)));
    await closeConnection(connection, ended);
  };
  try {
    const channel = await followed(connection.createChannel(), end);
    const wasBound = await isBound(connection, count);
    await declareQueues(channel, count);
    const bound = bindQueues(channel, count);
    // Messages come by the bindings that are there. Where there are none yet, nobody may think that they come.
    if (!wasBound) await bound;
    let isConfirmed = !wasBound;
    bound.then(() => {
      isConfirmed = true;
    }, end);
    const outbox = new Outbox(await followed(connection.createConfirmChannel(), end));
    connection.on("blocked", () => {
      outbox.blocked = true;
    });
    connection.on("unblocked", () => {
      outbox.blocked = false;
    });
    await startAll(partitions);
    return {
      connection,
      outbox,
      ended,
      open: () => partitions.reduce((sum, each) => sum + each.open(), 0),
      noteWaiting: (partition, messages) => partitions[partition]?.noteWaiting(messages),
      trouble: () =>
        (isConfirmed ? undefined : BINDING) ?? partitions.find(({ trouble }) => trouble)?.trouble,
      async cancel() {
        await Promise.all(partitions.map((each) => each.cancel()));
      },
      close,
    };
  } catch (error) {
    await close(0);
    throw error;
  }
}

/** Each has had its turn when it rejects, so that none goes on behind the back of whoever closes all of them. */
async function startAll(partitions: readonly Partition[]): Promise<void> {
  for (const started of await Promise.allSettled(partitions.map((each) => each.start())))
    if (started.status === "rejected") throw started.reason;
}

/** Without a listener, the error of a channel would end the process. */
async function followed<C extends Channel>(opening: Promise<C>, end: (reason: unknown) => void): Promise<C> {
  const channel = await opening;
  channel.on("error", end);
  return channel;
}
