import type { CommandBox } from "./command-box.ts";
import type { CommandedDevice, Delivery, DoorCommand } from "./door.ts";
import type { DoorExchange } from "./exchange.ts";

/** For so long a command of a person may be on its way to the process that has its device. Milliseconds. */
const VALID_MS = 3_000;

export interface ReachOptions {
  /** This process's own doors. */
  readonly exchange: Pick<DoorExchange, "deliver" | "isOnline">;
  readonly box: Pick<CommandBox, "send">;
  /** The living processes to which these devices are connected, besides this one. */
  readonly whereAre: (deviceNos: readonly number[]) => Promise<ReadonlyMap<number, number>>;
  /** The number of a gateway; undefined for one that is gone. */
  readonly numberOf: (id: string) => Promise<number | undefined>;
  /** True while the device is the one that is meant, and is behind that gateway. */
  readonly isStill: (device: CommandedDevice, command: DoorCommand) => Promise<boolean>;
}

/** Hands commands to devices, whichever process of the platform has them. */
export function createReach(options: ReachOptions): Pick<DoorExchange, "deliver"> {
  const { exchange, box, whereAre, numberOf, isStill } = options;

  /** One that knows of a connection does not say so of a device that is merely expected there. */
  const deliverAt = async (processNo: number, device: CommandedDevice, command: DoorCommand) => {
    try {
      return await box.send(processNo, device, command, VALID_MS);
    } catch {
      return "not_listening";
    }
  };

  async function deliverElsewhere(device: CommandedDevice, command: DoorCommand): Promise<Delivery> {
    const { payload, through } = command;
    const gatewayNo = through === undefined ? undefined : await numberOf(through);
    const found = await whereAre([device.deviceNo, ...(gatewayNo === undefined ? [] : [gatewayNo])]);
    const own = found.get(device.deviceNo);
    // A device with a connection of its own gets nothing through its gateway.
    if (own !== undefined) return deliverAt(own, device, { payload });
    const isHere = through !== undefined && exchange.isOnline(through);
    const there = gatewayNo === undefined || isHere ? undefined : found.get(gatewayNo);
    if (there !== undefined) return deliverAt(there, device, command);
    return (await isStill(device, command)) ? exchange.deliver(device, command) : "not_listening";
  }

  return {
    // Nothing is waited for where the device is here: the caller has just looked at it.
    deliver: (device, command) =>
      exchange.isOnline(device.id) ? exchange.deliver(device, command) : deliverElsewhere(device, command),
  };
}
