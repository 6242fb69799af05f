import type { ChannelModel } from "amqplib";
import type { Logger } from "../../base/log.ts";
import { NextTurn, type RepeatedWork, repeat } from "../../base/periodic.ts";
import type { DoorDevice, DoorEvents } from "../../exchange/door.ts";
import type { BrokerEvent } from "./broker-events.ts";
import { Cuts } from "./cuts.ts";
import type { Management } from "./management.ts";
import { becomeReporter, hearEvents, isReporter } from "./presence-session.ts";
import { type Presence, PresentDevices } from "./present-devices.ts";

export interface PresenceWatchOptions<D extends DoorDevice>
  extends Pick<DoorEvents<D>, "onPresence" | "onListening"> {
  readonly door: string;
  /** The virtual host to which devices connect. */
  readonly host: string;
  readonly find: (id: string) => D | undefined;
  readonly lookUp: (id: string) => Promise<D | undefined>;
  readonly management: Management | undefined;
  /** As whom the platform itself is connected. */
  readonly ownUsers: ReadonlySet<string>;
  readonly log: Logger;
  /** For tests: another interval at which a process asks whether it is to report, in milliseconds. */
  readonly everyMs?: number | undefined;
}

/** How soon another process reports, after the one that did has ended. Milliseconds. */
const REPORTER_MS = 2_000;

/**
 * How often the list of all connections is read again: those of a node that was killed go without an event.
 * Milliseconds.
 */
const LIST_MS = 5 * 60_000;

/**
 * The list has a connection only some seconds after it was made, so the first list is followed by another one soon. So is
 * one in which somebody is missing, who may only have been on no page.
 */
const LIST_AGAIN_MS = 6_000;

/**
 * Knows which devices are connected to RabbitMQ. Every process keeps the list, for its commands; one of them at a time
 * reports who comes and goes.
 */
export class PresenceWatch<D extends DoorDevice> {
  private readonly options: PresenceWatchOptions<D>;
  private readonly devices = new PresentDevices((presence) => this.tell(presence));
  private readonly cuts: Cuts;
  private asking: RepeatedWork | undefined;
  private listing: RepeatedWork | undefined;
  private isReporter = false;
  private connection: ChannelModel | undefined;
  private unbounded: string | undefined;
  private unknown: string | undefined = "nothing is known yet of devices that are connected to RabbitMQ";

  constructor(options: PresenceWatchOptions<D>) {
    this.options = options;
    this.cuts = new Cuts(options.management, options.ownUsers, options.log);
  }

  /** Why presence is not known, or not of everybody, and what the management API is needed for and does not do. */
  get trouble(): string | undefined {
    const troubles = [this.unknown, this.cuts.trouble, this.unbounded].filter((each) => each !== undefined);
    return troubles.join("; ") || undefined;
  }

  /** Follows the events of a connection, until `leave` or its end. */
  async follow(connection: ChannelModel): Promise<void> {
    const { management, log, everyMs = REPORTER_MS } = this.options;
    try {
      await hearEvents(
        connection,
        this.options.host,
        (event) => this.hear(event),
        () => this.lose("RabbitMQ's events have ended"),
      );
    } catch (error) {
      this.unknown =
        "presence of devices at RabbitMQ is unknown, and commands do not reach them: expected the plugin rabbitmq_event_exchange on each of its nodes, which keeps its exchange in the virtual host '/' unless event_exchange.vhost names the one of SOURCE_AMQP_URL";
      log.error({ err: error }, this.unknown);
      return;
    }
    this.unknown = management
      ? undefined
      : "devices that had connected to RabbitMQ before this process count as away until they connect again: SOURCE_AMQP_MANAGEMENT_URL is not set";
    const ask = async () => {
      if (this.isReporter || !(await becomeReporter(connection))) return;
      this.isReporter = true;
      this.connection = connection;
      log.info("this process reports which devices come to RabbitMQ and leave it");
      this.tellAll();
    };
    // A channel that cannot be opened is a connection that has ended, which is told elsewhere.
    this.asking = repeat(ask, everyMs, { atOnce: true, onFailure: () => {} });
    if (management) this.list(management);
  }

  /**
   * Tells again who is there, if RabbitMQ says that this process still reports: one that was paused finds out here that
   * another one has taken over.
   */
  async tellAgain(): Promise<void> {
    const { connection } = this;
    if (this.isReporter && connection && (await isReporter(connection))) this.tellAll();
  }

  /** True when a device has a connection. */
  has(id: string): boolean {
    return this.devices.has(id);
  }

  /** Ends the connections of a device. Without the management API they go on until they end by themselves. */
  disconnect(id: string): void {
    this.cuts.cut(id);
  }

  /**
   * The connection to RabbitMQ has ended. What went on since then is found in the list of connections; without it,
   * nobody counts as present.
   * @param isEnd true: so does this process, and another one reports
   */
  async leave(isEnd: boolean): Promise<void> {
    await Promise.all([this.asking?.stop(), this.listing?.stop()]);
    if (isEnd) {
      this.cuts.close();
      this.isReporter = false;
      return;
    }
    if (!this.options.management) this.devices.forget();
    this.lose("there is no connection to RabbitMQ, so nothing is known of devices that come and go");
  }

  private lose(trouble: string): void {
    // To the exchange of this process they are gone; the database keeps what another process has told since.
    for (const { id, address } of this.devices.all()) this.tell({ id, connected: false, address }, true);
    this.isReporter = false;
    this.unknown = trouble;
  }

  private list(management: Management): void {
    let isFirst = true;
    this.listing = repeat(
      async () => {
        await management.boundSessions(this.options.host).then(
          () => this.noteUnbounded(undefined),
          (error: unknown) => this.noteUnbounded(error),
        );
        const isAnybodyMissing = await this.devices.compare(() =>
          management.listConnections(this.options.host),
        );
        this.unknown = undefined;
        const wasFirst = isFirst;
        isFirst = false;
        return wasFirst || isAnybodyMissing ? new NextTurn(LIST_AGAIN_MS) : undefined;
      },
      LIST_MS,
      {
        atOnce: true,
        onFailure: (error) => {
          this.unknown =
            "devices that had connected to RabbitMQ before this process may count as away: its management API cannot be asked";
          this.options.log.warn({ err: error }, this.unknown);
        },
      },
    );
  }

  private noteUnbounded(error: unknown): void {
    const before = this.unbounded;
    this.unbounded =
      error === undefined
        ? undefined
        : "sessions of devices at RabbitMQ may fill its disk: expected the user of SOURCE_AMQP_MANAGEMENT_URL to have the tag 'policymaker' or 'administrator'";
    if (this.unbounded && !before) this.options.log.warn({ err: error }, this.unbounded);
  }

  private hear(event: BrokerEvent): void {
    if (event.type === "listens") this.listens(event.user);
    else this.devices.hear(event);
    // It may have said that it listens a moment before it was there.
    if (event.type === "came") this.listens(event.connection.user);
  }

  private listens(id: string): void {
    this.whenKnown(id, (device) => this.options.onListening(device));
  }

  private tellAll(): void {
    for (const presence of this.devices.all()) this.tell(presence);
  }

  /** @param isLast true: this process reports no more, though the device may be there */
  private tell({ id, connected, address }: Presence, isLast = false): void {
    if (!this.isReporter) return;
    const { door, onPresence } = this.options;
    const at = new Date();
    this.whenKnown(id, (device) => {
      // It may have changed while the database was asked.
      if (isLast || this.devices.has(id) === connected) onPresence({ door, device, connected, at, address });
    });
  }

  /** At once where the device is in memory, so that nothing comes out of order. */
  private whenKnown(id: string, then: (device: D) => void): void {
    const { find, lookUp, log } = this.options;
    const device = find(id);
    if (device) return then(device);
    lookUp(id).then(
      (found) => found && then(found),
      (error: unknown) => log.debug({ err: error, id }, "could not ask who is connected to RabbitMQ"),
    );
  }
}
