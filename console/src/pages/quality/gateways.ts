import type { DeviceJson, DeviceStatus } from "../../api/devices.ts";

/** What hangs behind one gateway, and how it is itself where that is known. */
export interface GatewayState {
  readonly id: string;
  readonly device: DeviceJson | undefined;
  readonly total: number;
  readonly late: number;
  readonly silent: number;
  readonly never: number;
}

interface Counted {
  readonly value: string | null;
  readonly devices: number;
}

/** Devices by gateway: all of them, and those of each status that is not on time. */
export interface CountsByGateway {
  readonly total: readonly Counted[];
  readonly late: readonly Counted[];
  readonly silent: readonly Counted[];
  readonly never: readonly Counted[];
}

const GRAVE: Readonly<Record<DeviceStatus, number>> = { silent: 3, never: 2, late: 1, ok: 0 };

/** How many behind it do not report on time. */
export const overdueOf = ({ late, silent, never }: GatewayState): number => late + silent + never;

/**
 * The worst gateway first: that with the most overdue devices, then that which is worst itself.
 * @param unwell the gateways that do not report on time themselves, with or without devices behind them
 */
export function rankGateways(counts: CountsByGateway, unwell: readonly DeviceJson[]): GatewayState[] {
  const mapOf = (items: readonly Counted[]) =>
    new Map(items.flatMap(({ value, devices }) => (value === null ? [] : [[value, devices] as const])));
  const [total, late, silent, never] = [counts.total, counts.late, counts.silent, counts.never].map(mapOf);
  const known = new Map(unwell.map((device) => [device.id, device]));
  const gravity = ({ device }: GatewayState) => (device ? GRAVE[device.status] : 0);
  return [...new Set([...total!.keys(), ...known.keys()])]
    .map((id) => ({
      id,
      device: known.get(id),
      total: total!.get(id) ?? 0,
      late: late!.get(id) ?? 0,
      silent: silent!.get(id) ?? 0,
      never: never!.get(id) ?? 0,
    }))
    .sort(
      (a, b) =>
        overdueOf(b) - overdueOf(a) || gravity(b) - gravity(a) || b.total - a.total || (a.id < b.id ? -1 : 1),
    );
}
