import type { Broker } from "../../broker/options.ts";

/** The way to devices, for parts that are made before the doors. Until a door is there, every device is away. */
export class DeviceLink {
  private door: Pick<Broker, "handOver" | "isOnline"> | undefined;

  attach(door: Pick<Broker, "handOver" | "isOnline">): void {
    this.door = door;
  }

  readonly deliver = (id: string, payload: string): boolean =>
    this.door?.handOver({ id }, { payload }) === "taken";
  readonly isOnline = (id: string): boolean => this.door?.isOnline(id) ?? false;
}
