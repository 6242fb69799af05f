import { createLogLimiter } from "../../base/log.ts";
import type { Identity } from "../../devices/identities.ts";
import type { CommandedDevice, Delivery, Door, DoorDevice, DoorEvents } from "../../exchange/door.ts";
import { type DeviceRateLimits, DeviceRates } from "../tcp/device-rates.ts";
import { TcpListener, type TcpListenerOptions } from "../tcp/listener.ts";
import { ReachedDevices } from "../tcp/reached-devices.ts";
import { Strangers } from "../tcp/strangers.ts";
import { requestOf } from "./commands.ts";
import { OpenRequests } from "./requests.ts";
import { type SessionCounts, type SessionInside, type SessionTimes, StationSession } from "./session.ts";

/** The name of this door. */
export const HJ212 = "hj212";

export interface Hj212Options<D extends DoorDevice>
  extends Pick<SessionInside<D>, "findStation" | "lookUpStation" | "isAway">,
    TcpListenerOptions,
    DeviceRateLimits,
    DoorEvents<D> {
  readonly now?: () => number;
  readonly times?: SessionTimes;
}

export interface Hj212Door extends Door {
  readonly port: number;
  packetCounts(): Readonly<Record<string, number>>;
}

/** Unsent bytes with which a connection gets no further command. */
const MOST_UNSENT_BYTES = 64 * 1024;

/** Listens for stations. @throws the error of the listener, such as EADDRINUSE */
export async function openHj212<D extends DoorDevice>(options: Hj212Options<D>): Promise<Hj212Door> {
  const door = new StationDoor(options);
  await door.listen();
  return door;
}

class StationDoor<D extends DoorDevice> implements Hj212Door {
  readonly name = HJ212;
  private readonly listener: TcpListener;
  private readonly present: ReachedDevices<D, StationSession<D>>;
  private readonly counted: SessionCounts = {
    ...{ taken: 0, broken: 0, refused: 0, stranger: 0, notice: 0, ignored: 0, answered: 0 },
  };
  private readonly now: () => number;
  private isQuiet = false;

  constructor(options: Hj212Options<D>) {
    const { now = Date.now, times } = options;
    this.now = now;
    this.present = new ReachedDevices({ ...options, door: HJ212, now });
    const inside = this.insideOf(options);
    this.listener = new TcpListener(options, (socket, admission) => {
      const session = new StationSession(socket, admission, inside, times);
      socket.once("close", () => {
        for (const device of session.devices()) this.present.release(session, device);
      });
      return session;
    });
  }

  async listen(): Promise<void> {
    await this.listener.listen(
      "HJ 212 stations",
      "HJ212_FROM is not set: whoever reaches this port and knows an MN speaks for that station",
    );
  }

  get port(): number {
    return this.listener.port;
  }

  packetCounts(): Readonly<Record<string, number>> {
    return { ...this.counted, connection: this.listener.refused };
  }

  // Nothing is waited for before the connection has it: a door promises that.
  async deliver(
    { id, deviceNo }: CommandedDevice,
    { payload, through }: Parameters<Door["deliver"]>[1],
  ): Promise<Delivery> {
    const found = this.present.find(id);
    if (through !== undefined || this.isQuiet || found?.device.deviceNo !== deviceNo) return "not_listening";
    if (found.session.unsentBytes > MOST_UNSENT_BYTES) return "too_slow";
    const command = requestOf(payload, this.now());
    if (!command) return "not_listening";
    return found.session.request(found.device, command.id, command.request) ? "taken" : "not_listening";
  }

  isOnline(id: string): boolean {
    return this.present.find(id) !== undefined;
  }

  // A gateway's other stations stay.
  disconnect(id: string): void {
    this.present.cut(id);
  }

  endIdentified({ id, deviceNo }: CommandedDevice, { scheme, value }: Identity): void {
    if (scheme === "mn") this.present.cut(id, deviceNo, value);
  }

  endTakenOver(id: string, connection: string, at: number): void {
    if (connection === HJ212) this.present.takenOver(id, at);
  }

  async quiesce(): Promise<void> {
    this.isQuiet = true;
    this.listener.quiesce();
  }

  async close(): Promise<void> {
    this.isQuiet = true;
    await this.listener.close();
  }

  private insideOf(options: Hj212Options<D>): SessionInside<D> {
    const { log } = options;
    const rates = new DeviceRates(options, this.now);
    const limitTexts = createLogLimiter();
    return {
      ...options,
      door: HJ212,
      now: this.now,
      requests: new OpenRequests(),
      counts: this.counted,
      strangers: new Strangers(this.now),
      logSome: (level, fields, message) =>
        limitTexts(message, (suppressed) => log[level]({ ...fields, suppressed }, message)),
      waitOf: (id) => rates.waitOf(id),
      spend: (id, items) => rates.spend(id, items),
      claim: (session, device) => this.present.claim(session, device),
      release: (session, device) => this.present.release(session, device),
    };
  }
}
