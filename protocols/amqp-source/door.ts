import { setTimeout as sleep } from "node:timers/promises";
import type { Door, DoorDevice, DoorEvents, DoorHealth } from "../../exchange/door.ts";
import { addressed, type SourceInside, takeFromSource } from "../../exchange/own-dialect.ts";
import { BacklogWatch } from "./backlog.ts";
import { hostOf, userOf } from "./host.ts";
import { commandKey } from "./keys.ts";
import type { Management } from "./management.ts";
import { ParkedWatch } from "./parked.ts";
import { PresenceWatch } from "./presence.ts";
import { type AmqpSession, openSession } from "./session.ts";
import { queuesToRead } from "./topology.ts";
import { troubleOf } from "./trouble.ts";

/** The name of this door. */
export const AMQP_SOURCE = "amqp-source";

export interface AmqpSourceOptions<D extends DoorDevice>
  extends Omit<SourceInside<D>, "door" | "isClosing">,
    Pick<DoorEvents<D>, "onPresence" | "onListening"> {
  /** amqp://user:password@host:port/vhost */
  readonly url: string;
  /** The name of this process. */
  readonly instance: string;
  /** The same number in every process, and at every start. */
  readonly partitions: number;
  readonly management: Management | undefined;
  /** For tests: other waits in milliseconds. */
  readonly retryMs?: number;
  readonly reporterMs?: number;
  readonly calmMs?: number;
  readonly maxFrameBytes?: number;
  readonly stuckMs?: number;
}

export interface AmqpSource extends Door {
  /** True while messages can come. */
  consuming(): boolean;
  health(): DoorHealth;
}

/** Messages under way to a process at most: enough for a few full batches. */
const WINDOW = 8192;

/** The wait between attempts to connect, in milliseconds. */
const RETRY_MS = 2_000;

/** How long the end waits for RabbitMQ to send no more, and for what is settled to be acknowledged. Milliseconds. */
const QUIET_MS = 2_000;

/**
 * Takes messages from the partitioned queues of a RabbitMQ cluster, to which devices connect, and publishes commands
 * there. An acknowledgement to RabbitMQ means the same as ours to a device: committed.
 *
 * It connects in the background and keeps trying: a cluster that is away must not hold up a start.
 */
export function openAmqpSource<D extends DoorDevice>(options: AmqpSourceOptions<D>): AmqpSource {
  return new Source(options);
}

class Source<D extends DoorDevice> implements AmqpSource {
  readonly name = AMQP_SOURCE;
  private readonly options: AmqpSourceOptions<D>;
  private readonly presence: PresenceWatch<D>;
  private readonly parked: ParkedWatch;
  private readonly backlog: BacklogWatch;
  private session: AmqpSession | undefined;
  private trouble: string | undefined = "there is no connection to SOURCE_AMQP_URL yet";
  private readonly closing = new AbortController();
  private readonly running: Promise<void>;

  constructor(options: AmqpSourceOptions<D>) {
    this.options = options;
    const host = hostOf(options.url);
    const ownUsers = new Set([userOf(options.url), options.management?.user ?? ""]);
    const { reporterMs: everyMs } = options;
    this.presence = new PresenceWatch({ ...options, host, ownUsers, door: AMQP_SOURCE, everyMs });
    this.parked = new ParkedWatch(options.log, options.reporterMs);
    this.backlog = new BacklogWatch(queuesToRead(options.partitions), options.reporterMs);
    this.running = this.run();
  }

  consuming(): boolean {
    return this.session !== undefined;
  }

  health(): DoorHealth {
    if (this.trouble !== undefined) return { check: "amqp", ok: false, detail: this.trouble };
    const { session, backlog, parked, presence } = this;
    const troubles = [session?.trouble(), backlog.trouble, parked.trouble, presence.trouble];
    const detail = troubles.filter((each) => each !== undefined).join("; ");
    return { check: "amqp", ok: true, detail: detail || undefined };
  }

  heardUpTo(): number | undefined {
    return this.backlog.heardUpTo;
  }

  /** A session that is kept for a device that is away would get it later, so presence is asked first. */
  async deliver(
    { id, deviceNo }: Parameters<Door["deliver"]>[0],
    { payload, through }: Parameters<Door["deliver"]>[1],
  ): ReturnType<Door["deliver"]> {
    const outbox = this.session?.outbox;
    if (!outbox) return "not_listening";
    if (through === undefined) {
      const isSame = this.options.find(id)?.deviceNo === deviceNo;
      return isSame && this.isOnline(id) ? outbox.send(commandKey(id, "devices"), payload) : "not_listening";
    }
    if (this.isOnline(id) || !this.isOnline(through)) return "not_listening";
    return outbox.send(commandKey(through, "gateways"), addressed(id, payload));
  }

  isOnline(id: string): boolean {
    return this.presence.has(id);
  }

  tellAgain(): void {
    // It never rejects; nothing waits for it.
    void this.presence.tellAgain();
  }

  disconnect(id: string): void {
    this.presence.disconnect(id);
  }

  async quiesce(): Promise<void> {
    this.closing.abort();
    const cancelled = this.session?.cancel().catch(() => {});
    await Promise.race([cancelled, sleep(QUIET_MS, undefined, { ref: false })]);
  }

  async close(): Promise<void> {
    this.closing.abort();
    await this.session?.close(QUIET_MS);
    await this.running;
  }

  /** One connection after the other, until the end. */
  private async run(): Promise<void> {
    const { log, retryMs = RETRY_MS } = this.options;
    const { signal } = this.closing;
    while (!signal.aborted) {
      try {
        await this.runOnce();
      } catch (error) {
        this.complain(error);
      }
      this.session = undefined;
      await this.parked.leave();
      await this.backlog.leave();
      await this.presence.leave(signal.aborted);
      await sleep(retryMs, undefined, { signal, ref: false }).catch(() => {});
    }
    log.debug("ended at RabbitMQ");
  }

  private async runOnce(): Promise<void> {
    const { options } = this;
    const inside = { ...options, door: AMQP_SOURCE, isClosing: () => this.closing.signal.aborted };
    const session = await openSession({
      ...options,
      window: WINDOW,
      // Nothing waits for it: the acknowledgement comes with `settled`. What fails even to get on record comes again.
      take: (topic, payload, settled) => {
        takeFromSource(inside, topic, payload, settled).catch((error: unknown) =>
          options.log.error({ err: error, topic }, "a message could not be taken, nor put on record"),
        );
      },
    });
    this.session = session;
    if (this.closing.signal.aborted) return session.close(0);
    this.trouble = undefined;
    options.log.info({ partitions: options.partitions }, "takes messages from RabbitMQ");
    this.parked.follow(session.connection);
    this.backlog.follow(session.connection, session.noteWaiting);
    await this.presence.follow(session.connection);
    const reason = await session.ended;
    if (!this.closing.signal.aborted) this.complain(reason);
    // What is left of it may still hold partitions.
    await session.close(0);
  }

  /** Says each trouble once, though it is met again every two seconds. */
  private complain(error: unknown): void {
    const trouble = troubleOf(error);
    if (trouble !== this.trouble) this.options.log.error({ err: error }, trouble);
    this.trouble = trouble;
  }
}
