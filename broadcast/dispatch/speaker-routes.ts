import { createLogLimiter, type Logger } from "../../base/log.ts";
import type { CommandedDevice, Delivery, DoorCommand } from "../../exchange/door.ts";
import type { Elsewhere } from "./elsewhere.ts";
import type { OnAir, OnAirTarget } from "./target.ts";

/** How often it is asked where speakers are that are not at this process's own doors. Milliseconds. */
const LOOK_MS = 1_000;

export interface SpeakerRoutesOptions {
  /** This process's own doors. */
  readonly deliver: (device: CommandedDevice, command: DoorCommand) => Promise<Delivery>;
  readonly isOnline: (deviceId: string) => boolean;
  /** Undefined where there is no other process. */
  readonly elsewhere: Elsewhere | undefined;
  readonly targets: () => Iterable<OnAirTarget>;
  /** Called for a speaker that has come to another process, or has moved to one. */
  readonly onCame: (deviceId: string) => void;
  readonly monotonic: () => number;
  readonly log: Logger;
}

/** Knows at which process each speaker is, and hands its commands over there. */
export class SpeakerRoutes {
  private readonly options: SpeakerRoutesOptions;
  private readonly limitLog = createLogLimiter();
  /** The processes of speakers that are not at this one's doors, by their ids. */
  private routes = new Map<string, number>();
  private lookAt = 0;
  private isLooking = false;

  constructor(options: SpeakerRoutesOptions) {
    this.options = options;
  }

  readonly isOnline = (deviceId: string): boolean =>
    this.options.isOnline(deviceId) || this.routes.has(deviceId);

  readonly deliver = (device: CommandedDevice, command: DoorCommand): Promise<Delivery> => {
    const { deliver, isOnline, elsewhere } = this.options;
    const processNo = isOnline(device.id) ? undefined : this.routes.get(device.id);
    return processNo === undefined || !elsewhere
      ? deliver(device, command)
      : elsewhere.deliverAt(processNo, device, command);
  };

  /** Finds out where the speakers of broadcasts are that are about to begin. */
  readonly lookFor = async (broadcasts: readonly OnAir[]): Promise<void> => {
    if (!this.options.elsewhere) return;
    const targets = broadcasts.flatMap(({ byDeviceNo }) => [...byDeviceNo.values()]);
    try {
      for (const [deviceId, processNo] of await this.ask(targets)) this.routes.set(deviceId, processNo);
    } catch (error) {
      // It is asked again in a moment.
      this.warn(error);
    }
  };

  /** Looks for all that is still to be reached, if it is time. */
  lookNowAndThen(): void {
    const { elsewhere, monotonic } = this.options;
    if (!elsewhere || this.isLooking || monotonic() < this.lookAt) return;
    this.isLooking = true;
    void this.look()
      .catch((error: unknown) => this.warn(error))
      .finally(() => {
        this.isLooking = false;
        this.lookAt = monotonic() + LOOK_MS;
      });
  }

  private async look(): Promise<void> {
    const { targets, onCame } = this.options;
    const before = new Map(this.routes);
    const found = await this.ask([...targets()].filter(({ isFinal, stopWanted }) => !isFinal || stopWanted));
    const came = [...found].filter(([deviceId, processNo]) => this.routes.get(deviceId) !== processNo);
    // Those of a broadcast that was read meanwhile.
    for (const [deviceId, processNo] of this.routes)
      if (!before.has(deviceId) && !found.has(deviceId)) found.set(deviceId, processNo);
    this.routes = found;
    for (const [deviceId] of came) onCame(deviceId);
  }

  private async ask(targets: readonly OnAirTarget[]): Promise<Map<string, number>> {
    const { elsewhere, isOnline } = this.options;
    const ids = new Map<number, string>();
    for (const { deviceNo, deviceId } of targets) if (!isOnline(deviceId)) ids.set(deviceNo, deviceId);
    const found = new Map<string, number>();
    if (ids.size === 0) return found;
    for (const [deviceNo, processNo] of await elsewhere!.whereAre([...ids.keys()]))
      found.set(ids.get(deviceNo)!, processNo);
    return found;
  }

  private warn(error: unknown): void {
    this.limitLog("where", (suppressed) =>
      this.options.log.warn(
        { err: error, suppressed },
        "it is not known to which processes speakers are connected; those of before are tried",
      ),
    );
  }
}
