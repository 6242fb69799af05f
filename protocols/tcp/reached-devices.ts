import { createLogLimiter, type Logger } from "../../base/log.ts";
import type { DoorDevice, DoorEvents } from "../../exchange/door.ts";

/** The connection of a device, as far as its presence goes. */
export interface ReachingSession {
  readonly address: string | undefined;
  /**
   * The device is not reached by it any more: another connection has it, or it may not come any more.
   * @param name the identity that it has lost, in canonical form; undefined: all that it has
   * @returns whether the device is still here by another name
   */
  leave(deviceNo: number, name?: string): boolean;
}

interface Present<D extends DoorDevice, S extends ReachingSession> {
  readonly device: D;
  readonly session: S;
  /** Epoch milliseconds. */
  spokeAt: number;
}

export interface ReachedDevicesOptions<D extends DoorDevice>
  extends Pick<DoorEvents<D>, "onPresence" | "onListening"> {
  readonly door: string;
  readonly log: Logger;
  readonly now: () => number;
}

/** By which connection each device is reached: a new one ends the one before, whose line is dead more often than not. */
export class ReachedDevices<D extends DoorDevice, S extends ReachingSession> {
  private readonly options: ReachedDevicesOptions<D>;
  private readonly devices = new Map<string, Present<D, S>>();
  private readonly limitLog = createLogLimiter();

  constructor(options: ReachedDevicesOptions<D>) {
    this.options = options;
  }

  /** By the device's id. */
  find(id: string): Pick<Present<D, S>, "device" | "session"> | undefined {
    return this.devices.get(id);
  }

  /** The device has spoken on this session, and is reached by it from now on. */
  claim(session: S, device: D): void {
    const { now, onListening } = this.options;
    const before = this.devices.get(device.id);
    if (before?.session === session && before.device === device) {
      before.spokeAt = now();
      return;
    }
    const found = { device, session, spokeAt: now() };
    this.devices.set(device.id, found);
    if (before && before.session !== session) {
      const fields = { address: session.address, former: before.session.address };
      this.tellTakeover(device.id, fields, "a device speaks on another connection, which takes over");
      before.session.leave(before.device.deviceNo);
    }
    if (before?.device !== device) this.report(found, true);
    onListening(device);
  }

  /** The device is not reached by this session any more. */
  release(session: S, device: D): void {
    if (this.devices.get(device.id)?.session !== session) return;
    this.devices.delete(device.id);
    this.report({ session, device, spokeAt: this.options.now() }, false);
  }

  /**
   * Lets go of a device; others on the same connection stay.
   * @param deviceNo undefined: whichever has the id
   * @param name of several that it has, the one that it has lost
   */
  cut(id: string, deviceNo?: number, name?: string): void {
    const found = this.devices.get(id);
    if (!found || (deviceNo !== undefined && found.device.deviceNo !== deviceNo)) return;
    if (!found.session.leave(found.device.deviceNo, name)) this.release(found.session, found.device);
  }

  /** The device has come to another process. @param at epoch milliseconds */
  takenOver(id: string, at: number): void {
    const found = this.devices.get(id);
    if (!found) return;
    // It has spoken here again since: the other process has to hear of it.
    if (found.spokeAt > at) this.report(found, true);
    if (found.spokeAt >= at) return;
    const fields = { former: found.session.address };
    this.tellTakeover(id, fields, "a device speaks at another process, which takes over");
    this.cut(id);
  }

  private tellTakeover(deviceId: string, fields: object, message: string): void {
    const { log } = this.options;
    this.limitLog(deviceId, (suppressed) => log.info({ deviceId, ...fields, suppressed }, message));
  }

  private report({ session: { address }, device, spokeAt }: Present<D, S>, connected: boolean): void {
    const { door, onPresence } = this.options;
    const connection = connected ? door : undefined;
    onPresence({ door, device, connected, at: new Date(spokeAt), address, connection });
  }
}
