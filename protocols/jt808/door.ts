import { createLogLimiter, type Logger } from "../../base/log.ts";
import type { Identity } from "../../devices/identities.ts";
import type {
  CommandedDevice,
  Delivery,
  Door,
  DoorCommand,
  DoorDevice,
  DoorEvents,
} from "../../exchange/door.ts";
import type { DoorDevices } from "../../exchange/protocol.ts";
import { type DeviceRateLimits, DeviceRates } from "../tcp/device-rates.ts";
import { TcpListener, type TcpListenerOptions } from "../tcp/listener.ts";
import { ReachedDevices } from "../tcp/reached-devices.ts";
import { Strangers } from "../tcp/strangers.ts";
import { AlarmEdges } from "./alarms.ts";
import { PartsBudget } from "./assembly.ts";
import { orderOf } from "./commands.ts";
import { TerminalLogins } from "./logins.ts";
import { OpenOrders } from "./orders.ts";
import type { TerminalCounts, TerminalDoorParts } from "./parts.ts";
import { TerminalSession, type TerminalTimes } from "./session.ts";

/** The name of this door. */
export const JT808 = "jt808";

export interface Jt808Options<D extends DoorDevice>
  extends TcpListenerOptions,
    DeviceRateLimits,
    DoorEvents<D> {
  readonly devices: Pick<
    DoorDevices<D>,
    "findIdentified" | "lookUpIdentified" | "authenticate" | "secretOf" | "bind" | "isAway"
  >;
  readonly now?: () => number;
  readonly times?: TerminalTimes;
}

export interface Jt808Door extends Door {
  readonly port: number;
  packetCounts(): Readonly<Record<string, number>>;
}

/** Unsent bytes with which a connection gets no further command. */
const MOST_UNSENT_BYTES = 64 * 1024;

/** Listens for terminals. @throws the error of the listener, such as EADDRINUSE */
export async function openJt808<D extends DoorDevice>(options: Jt808Options<D>): Promise<Jt808Door> {
  const door = new TerminalDoor(options);
  await door.listen();
  return door;
}

class TerminalDoor<D extends DoorDevice> implements Jt808Door {
  readonly name = JT808;
  private readonly listener: TcpListener;
  private readonly present: ReachedDevices<D, TerminalSession<D>>;
  private readonly counts: TerminalCounts = {
    ...{ taken: 0, broken: 0, refused: 0, stranger: 0, denied: 0, notice: 0, ignored: 0, parts: 0 },
    answered: 0,
  };
  private isQuiet = false;

  constructor(options: Jt808Options<D>) {
    const { now = Date.now, log, times } = options;
    this.present = new ReachedDevices({ ...options, door: JT808, now });
    const parts = this.partsOf(options, now, log);
    this.listener = new TcpListener(
      options,
      (socket, admission) => new TerminalSession(socket, admission, parts, this.present, times),
    );
  }

  async listen(): Promise<void> {
    await this.listener.listen(
      "terminals of JT/T 808",
      "JT808_FROM is not set: whoever reaches this port may try codes, and all goes in clear text",
    );
  }

  get port(): number {
    return this.listener.port;
  }

  packetCounts(): Readonly<Record<string, number>> {
    return { ...this.counts, connection: this.listener.refused };
  }

  // Nothing is waited for before the connection has it: a door promises that.
  async deliver({ id, deviceNo }: CommandedDevice, { payload, through }: DoorCommand): Promise<Delivery> {
    const found = this.present.find(id);
    if (through !== undefined || this.isQuiet || found?.device.deviceNo !== deviceNo) return "not_listening";
    const { session, device } = found;
    if (session.unsentBytes > MOST_UNSENT_BYTES) return "too_slow";
    const command = orderOf(payload, session.is2019 ?? false);
    if (!command) return "not_listening";
    return session.order(device, command.id, command.order) ? "taken" : "not_listening";
  }

  isOnline(id: string): boolean {
    return this.present.find(id) !== undefined;
  }

  disconnect(id: string): void {
    this.present.cut(id);
  }

  endIdentified({ id, deviceNo }: CommandedDevice, { scheme, value }: Identity): void {
    if (scheme === "sim") this.present.cut(id, deviceNo, value);
  }

  endTakenOver(id: string, connection: string, at: number): void {
    if (connection === JT808) this.present.takenOver(id, at);
  }

  async quiesce(): Promise<void> {
    this.isQuiet = true;
    this.listener.quiesce();
  }

  async close(): Promise<void> {
    this.isQuiet = true;
    await this.listener.close();
  }

  private partsOf(options: Jt808Options<D>, now: () => number, log: Logger): TerminalDoorParts<D> {
    const { devices } = options;
    const limitTexts = createLogLimiter();
    return {
      ...options,
      door: JT808,
      now,
      find: devices.findIdentified,
      lookUp: devices.lookUpIdentified,
      isAway: devices.isAway,
      logins: new TerminalLogins<D>({ ...devices, door: JT808, now }),
      strangers: new Strangers(now),
      rates: new DeviceRates(options, now),
      orders: new OpenOrders(),
      edges: new AlarmEdges(),
      budget: new PartsBudget(),
      counts: this.counts,
      logSome: (level, fields, message) =>
        limitTexts(message, (suppressed) => log[level]({ ...fields, suppressed }, message)),
    };
  }
}
