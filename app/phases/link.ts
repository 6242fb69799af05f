import type { Broker } from "../../broker/options.ts";

/** The way to devices, for parts that are made before the doors. Until a door is there, every device is away. */
export class DeviceLink {
  private door: Pick<Broker, "deliver" | "isConnected"> | undefined;

  attach(door: Pick<Broker, "deliver" | "isConnected">): void {
    this.door = door;
  }

  readonly deliver = (id: string, payload: string): boolean => this.door?.deliver(id, payload) ?? false;
  readonly isOnline = (id: string): boolean => this.door?.isConnected(id) ?? false;
}
