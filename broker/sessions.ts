import { createHash } from "node:crypto";
import type { Client } from "aedes";
import type { Channel } from "../base/channels.ts";
import { type DoorDevice, type DoorEvents, OWN_DOOR } from "../exchange/door.ts";
import { type Answers, type Done, noAnswers } from "./answers.ts";

/** A topic of a device's own, as it stands in its packets. */
export interface KnownTopic {
  readonly topic: string;
  readonly bytes: Buffer;
  readonly channel: Channel;
}

/** One connection of a device, from its login. */
export interface DeviceSession<P> {
  readonly client: Client;
  readonly principal: P;
  readonly filters: Set<string>;
  /** Its own topics on which it has published: at most one a channel. */
  readonly topics: KnownTopic[];
  readonly answers: Answers;
  /** Messages over a rate that wait for their turn, in their order, and a timer for each. */
  readonly queue: (() => void)[];
  readonly held: Set<NodeJS.Timeout>;
  /**
   * QoS 2 messages that were taken over and whose PUBREL has not come, by packet id: the callbacks that wait for the
   * answer to an unsettled one, besides its first sender's. Undefined until there is one: few devices use QoS 2.
   */
  unreleased: Map<number, Done[] | "settled"> | undefined;
  /** Messages that were read and are not settled, and their payloads' bytes. */
  waiting: number;
  waitingBytes: number;
  /** True when it counts as present: it has been told that it is in. */
  ready: boolean;
  /** When it was; epoch milliseconds. */
  readyAt: number;
  readonly address: string | undefined;
  /** True when a client certificate let it in. */
  readonly certified: boolean;
}

/** The newest names of a device's connections at other processes that are kept. */
const MAX_NAMES_ELSEWHERE = 16;

export interface DeviceSessionsOptions<P extends DoorDevice> {
  readonly onPresence: DoorEvents<P>["onPresence"];
  /** Called once for each session, when its connection has ended. */
  readonly onEnd: (session: DeviceSession<P>) => void;
  readonly now: () => number;
}

/** The connections of devices, and which devices are present: those with at least one. */
export class DeviceSessions<P extends DoorDevice> implements Iterable<DeviceSession<P>> {
  private readonly options: DeviceSessionsOptions<P>;
  /** From the login to the end of the connection. */
  private readonly living = new Set<DeviceSession<P>>();
  /** Also after that: a will may come later than the end. */
  private readonly byClient = new WeakMap<Client, DeviceSession<P>>();
  private readonly connectionsOf = new Map<string, number>();
  private readonly byDevice = new Map<string, Set<DeviceSession<P>>>();
  /** Of devices that have connections here: the names of those that another process has reported. */
  private readonly elsewhere = new Map<string, Set<string>>();

  constructor(options: DeviceSessionsOptions<P>) {
    this.options = options;
  }

  get size(): number {
    return this.living.size;
  }

  [Symbol.iterator](): Iterator<DeviceSession<P>> {
    return this.living.values();
  }

  of(client: Client): DeviceSession<P> | undefined {
    return this.byClient.get(client);
  }

  /** The connections of one device. */
  ofDevice(id: string): Iterable<DeviceSession<P>> {
    return this.byDevice.get(id) ?? [];
  }

  /** True when a device has a connection on which it has been told that it is in. */
  isPresent(id: string): boolean {
    for (const { ready } of this.ofDevice(id)) if (ready) return true;
    return false;
  }

  open(client: Client, principal: P, address: string | undefined, certified: boolean): void {
    const session: DeviceSession<P> = {
      client,
      principal,
      filters: new Set(),
      topics: [],
      answers: noAnswers(client),
      queue: [],
      held: new Set(),
      unreleased: undefined,
      waiting: 0,
      waitingBytes: 0,
      ready: false,
      readyAt: 0,
      address,
      certified,
    };
    this.living.add(session);
    const own = this.byDevice.get(principal.id);
    if (own) own.add(session);
    else this.byDevice.set(principal.id, new Set([session]));
    this.byClient.set(client, session);
    // The one event that comes once and last for each connection, however it ends.
    client.conn.once("close", () => {
      this.living.delete(session);
      const left = this.byDevice.get(principal.id);
      left?.delete(session);
      if (left?.size === 0) {
        this.byDevice.delete(principal.id);
        this.elsewhere.delete(principal.id);
      }
      this.options.onEnd(session);
      if (session.ready) this.announce(session, false);
    });
  }

  /** Called when the device has been told that it is in. */
  becameReady(session: DeviceSession<P>): void {
    session.ready = true;
    session.readyAt = this.options.now();
    const wasElsewhere = this.elsewhere.get(session.principal.id)?.delete(nameOf(session.client));
    // The other process has to hear of it, also where the device is present here already.
    if (!this.announce(session, true) && wasElsewhere) this.report(session, true);
  }

  /** Ends the connections for which `chosen` is true. @returns how many */
  end(chosen: (session: DeviceSession<P>) => boolean): number {
    let ended = 0;
    for (const session of this.living) {
      if (!chosen(session)) continue;
      session.client.close();
      ended++;
    }
    return ended;
  }

  /**
   * Ends the connections of a client that has connected to another process since.
   * @param connection its name in the presence that the other one has reported
   * @param at when it has connected there: a connection that was made here later has taken over that one, and is
   *   reported again, so that the other process hears of it
   * @returns those that it has ended
   */
  endTakenOver(id: string, connection: string, at: number): DeviceSession<P>[] {
    if (!this.byDevice.has(id)) return [];
    this.noteElsewhere(id, connection);
    const same = [...this.ofDevice(id)].filter(({ client, ready }) => ready && nameOf(client) === connection);
    const older = same.filter(({ readyAt }) => readyAt < at);
    for (const { client } of older) client.close();
    const newer = same.find(({ readyAt }) => readyAt > at);
    if (newer) this.report(newer, true);
    return older;
  }

  private noteElsewhere(id: string, connection: string): void {
    const names = this.elsewhere.get(id) ?? new Set();
    names.delete(connection);
    this.elsewhere.set(id, names.add(connection));
    // A device chooses its client ids, and may not fill this process's memory with them.
    if (names.size > MAX_NAMES_ELSEWHERE) names.delete(names.values().next().value!);
  }

  /** @returns true when this changes whether the device is present, which is reported then */
  private announce(session: DeviceSession<P>, connected: boolean): boolean {
    const { principal } = session;
    const before = this.connectionsOf.get(principal.id) ?? 0;
    const after = before + (connected ? 1 : -1);
    if (after > 0) this.connectionsOf.set(principal.id, after);
    else this.connectionsOf.delete(principal.id);
    const isChange = (before === 0) !== (after === 0);
    if (isChange) this.report(session, connected);
    return isChange;
  }

  private report({ client, principal, address, readyAt }: DeviceSession<P>, connected: boolean): void {
    this.options.onPresence({
      door: OWN_DOOR,
      device: principal,
      connected,
      at: new Date(connected ? readyAt : this.options.now()),
      address,
      connection: connected ? nameOf(client) : undefined,
    });
  }
}

/** Its client id may be a credential on another platform, so others are told a hash. */
const nameOf = ({ id }: Client): string => createHash("sha256").update(id).digest("base64url");
