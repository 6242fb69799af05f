import type { CommandedDevice, Delivery, DoorCommand } from "../../exchange/door.ts";

/** The way to devices that are connected to other processes of the platform. */
export interface Elsewhere {
  /** The living processes to which these devices are connected, besides this one. */
  whereAre(deviceNos: readonly number[]): Promise<ReadonlyMap<number, number>>;
  /**
   * True when a process that has lived at this moment or later says nothing any more: it may have speakers still, of which
   * nobody else knows.
   */
  isAnySilentSince(moment: Date): Promise<boolean>;
  /**
   * Has another process hand a command over. @throws Error when it is not known whether it did: it may have
   */
  deliverAt(processNo: number, device: CommandedDevice, command: DoorCommand): Promise<Delivery>;
}
