import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { type Admission, ConnectionCounter } from "../../base/connection-limits.ts";
import { listening } from "../../base/listening.ts";
import { createLogLimiter } from "../../base/log.ts";
import { withinNetworks } from "../../base/networks.ts";
import { TokenBuckets, tokenRate } from "../../base/token-bucket.ts";
import type { Identity } from "../../devices/identities.ts";
import type { CommandedDevice, Delivery, Door, DoorDevice, DoorEvents } from "../../exchange/door.ts";
import { Strangers } from "../tcp/strangers.ts";
import { requestOf } from "./commands.ts";
import { OpenRequests } from "./requests.ts";
import { type SessionCounts, type SessionInside, type SessionTimes, StationSession } from "./session.ts";

/** The name of this door. */
export const HJ212 = "hj212";

export interface Hj212Options<D extends DoorDevice>
  extends Pick<SessionInside<D>, "findStation" | "lookUpStation" | "isAway" | "log">,
    DoorEvents<D> {
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  /** Addresses and networks that may connect; undefined: all. */
  readonly from?: readonly string[] | undefined;
  /** Connections at once, 0 for no limit. */
  readonly connections: number;
  /** Connections at once from one address or /64, 0 for no limit. */
  readonly perAddress: number;
  /** Messages, and items, that a device may send in a second in the long run; 0 for no limit. */
  readonly rateLimit: number;
  readonly itemLimit: number;
  readonly now?: () => number;
  readonly times?: SessionTimes;
}

export interface Hj212Door extends Door {
  readonly port: number;
  packetCounts(): Readonly<Record<string, number>>;
}

/** How many seconds' worth may come at once after a quiet time. */
const BURST_SECONDS = 10;

/** Devices whose rates are remembered. */
const MOST_RATES = 100_000;

/** Unsent bytes with which a connection gets no further command. */
const MOST_UNSENT_BYTES = 64 * 1024;

/** Where nobody comes in from another machine. */
const OWN_ADDRESS = /^(localhost|127\..*|::1)$/;

interface Present<D extends DoorDevice> {
  readonly device: D;
  readonly session: StationSession<D>;
  spokeAt: number;
}

/** Listens for stations. @throws the error of the listener, such as EADDRINUSE */
export async function openHj212<D extends DoorDevice>(options: Hj212Options<D>): Promise<Hj212Door> {
  const door = new StationDoor(options);
  await door.listen();
  return door;
}

class StationDoor<D extends DoorDevice> implements Hj212Door {
  readonly name = HJ212;
  private readonly options: Hj212Options<D>;
  private readonly server: Server;
  private readonly connections: ConnectionCounter;
  private readonly mayConnect: (address: string) => boolean;
  private readonly sessions = new Set<StationSession<D>>();
  /** The session by which a device is reached: the last one on which it spoke, and when that was. */
  private readonly present = new Map<string, Present<D>>();
  private readonly counted: SessionCounts = {
    ...{ taken: 0, broken: 0, refused: 0, stranger: 0, notice: 0, ignored: 0, answered: 0 },
  };
  private readonly requests = new OpenRequests();
  private readonly inside: SessionInside<D>;
  private readonly now: () => number;
  private readonly limitLog = createLogLimiter();
  private readonly limitTexts = createLogLimiter();
  private forbidden = 0;
  private isQuiet = false;

  constructor(options: Hj212Options<D>) {
    const { connections, perAddress, from, now = Date.now } = options;
    this.options = options;
    this.now = now;
    this.connections = new ConnectionCounter({ connections, perAddress });
    this.mayConnect = from ? withinNetworks(from) : () => true;
    this.server = createServer({ noDelay: true }, (socket) => this.admit(socket));
    this.inside = this.insideOf(options);
  }

  async listen(): Promise<void> {
    const { host, port, from, log } = this.options;
    await listening(this.server, port, host);
    this.server.on("error", (error) => log.error({ err: error }, "the listener for HJ 212 reports an error"));
    log.info({ host, port: this.port }, "listens for HJ 212 stations");
    if (!from && !OWN_ADDRESS.test(host))
      log.warn(
        { host, port: this.port },
        "HJ212_FROM is not set: whoever reaches this port and knows an MN speaks for that station",
      );
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  packetCounts(): Readonly<Record<string, number>> {
    return { ...this.counted, connection: this.connections.refused + this.forbidden };
  }

  // Nothing is waited for before the connection has it: a door promises that.
  async deliver(
    { id, deviceNo }: CommandedDevice,
    { payload, through }: Parameters<Door["deliver"]>[1],
  ): Promise<Delivery> {
    const found = this.present.get(id);
    if (through !== undefined || this.isQuiet || found?.device.deviceNo !== deviceNo) return "not_listening";
    if (found.session.unsentBytes > MOST_UNSENT_BYTES) return "too_slow";
    const command = requestOf(payload, this.now());
    if (!command) return "not_listening";
    return found.session.request(found.device, command.id, command.request) ? "taken" : "not_listening";
  }

  isOnline(id: string): boolean {
    return this.present.has(id);
  }

  // A gateway's other stations stay.
  disconnect(id: string): void {
    const found = this.present.get(id);
    if (found) this.cut(found);
  }

  endIdentified({ id, deviceNo }: CommandedDevice, identity: Identity): void {
    const found = this.present.get(id);
    if (identity.scheme === "mn" && found?.device.deviceNo === deviceNo) this.cut(found, identity.value);
  }

  endTakenOver(id: string, connection: string, at: number): void {
    const found = this.present.get(id);
    if (connection !== HJ212 || !found) return;
    const { session, spokeAt } = found;
    // It has spoken here again since: the other process has to hear of it.
    if (spokeAt > at) this.report(found, true);
    if (spokeAt >= at) return;
    this.tellTakeover(
      id,
      { former: session.address },
      "a station speaks at another process, which takes over",
    );
    this.cut(found);
  }

  async quiesce(): Promise<void> {
    this.isQuiet = true;
    this.server.close();
    for (const session of this.sessions) session.quiesce();
  }

  async close(): Promise<void> {
    this.isQuiet = true;
    const closed = new Promise<void>((resolve) => this.server.close(() => resolve()));
    for (const session of this.sessions) session.end();
    await closed;
  }

  private insideOf(options: Hj212Options<D>): SessionInside<D> {
    const { rateLimit, itemLimit } = options;
    const messages = new TokenBuckets(
      tokenRate(rateLimit, Math.max(10, rateLimit * BURST_SECONDS)),
      MOST_RATES,
    );
    const items = new TokenBuckets(tokenRate(itemLimit, itemLimit * BURST_SECONDS), MOST_RATES);
    return {
      ...options,
      door: HJ212,
      now: this.now,
      requests: this.requests,
      counts: this.counted,
      strangers: new Strangers(this.now),
      logSome: (level, fields, message) =>
        this.limitTexts(message, (suppressed) => options.log[level]({ ...fields, suppressed }, message)),
      waitOf: (id) => {
        const now = this.now();
        const owedMs = itemLimit === 0 ? 0 : items.of(id, now).owedMs(now);
        if (owedMs > 0 || rateLimit === 0) return Math.ceil(owedMs);
        const bucket = messages.of(id, now);
        return bucket.tryTake(now) ? 0 : bucket.untilNextMs(now);
      },
      spend: (id, count) => {
        if (itemLimit > 0) items.of(id, this.now()).spend(count);
      },
      claim: (session, device) => this.claim(session, device),
      release: (session, device) => this.leave(session, device),
    };
  }

  private admit(socket: Socket): void {
    if (this.isQuiet || !this.mayConnect(socket.remoteAddress ?? "")) {
      this.forbidden++;
      socket.destroy();
      return;
    }
    const admission = this.connections.admit(socket);
    if (admission) this.open(socket, admission);
  }

  private open(socket: Socket, admission: Admission): void {
    const session = new StationSession(socket, admission, this.inside, this.options.times);
    this.sessions.add(session);
    socket.once("close", () => {
      this.sessions.delete(session);
      for (const device of session.devices()) this.leave(session, device);
    });
  }

  /** One session a station: a new one ends the one before, whose line is dead more often than not. */
  private claim(session: StationSession<D>, device: D): void {
    const before = this.present.get(device.id);
    if (before?.session === session && before.device === device) {
      before.spokeAt = this.now();
      return;
    }
    const found = { device, session, spokeAt: this.now() };
    this.present.set(device.id, found);
    if (before && before.session !== session) {
      const { address } = session;
      this.tellTakeover(
        device.id,
        { address, former: before.session.address },
        "a station speaks on another connection, which takes over",
      );
      before.session.leave(before.device.deviceNo);
    }
    if (before?.device !== device) this.report(found, true);
    this.options.onListening(device);
  }

  private tellTakeover(deviceId: string, fields: object, message: string): void {
    this.limitLog(deviceId, (suppressed) =>
      this.options.log.info({ deviceId, ...fields, suppressed }, message),
    );
  }

  /** Lets go of a device, or of one of its MNs. Others on the same connection stay. */
  private cut({ session, device }: Present<D>, mn?: string): void {
    if (!session.leave(device.deviceNo, mn)) this.leave(session, device);
  }

  private leave(session: StationSession<D>, device: D): void {
    const found = this.present.get(device.id);
    if (found?.session !== session) return;
    this.present.delete(device.id);
    this.report({ session, device, spokeAt: this.now() }, false);
  }

  private report({ session: { address }, device, spokeAt }: Present<D>, connected: boolean): void {
    const connection = connected ? HJ212 : undefined;
    this.options.onPresence({ door: HJ212, device, connected, at: new Date(spokeAt), address, connection });
  }
}
