import type { Pool } from "../../store/database/index.ts";
import { addDevices } from "../fleet.ts";
import type { ProvinceDevice } from "./messages.ts";
import { type FleetRhythm, METERS_PER_GATEWAY, RHYTHMS } from "./rhythms.ts";

const AT_ONCE = 20_000;
const [METERS, GATEWAYS] = [0, 1];

/**
 * Registers a whole fleet, before the platform starts.
 * @param registered all of them, and `connected` those of them that will speak
 * @returns those that connect, gateways with their meters
 */
export async function addFleet(
  pool: Pool,
  registered: readonly FleetRhythm[],
  connected: readonly FleetRhythm[],
  progress: (text: string) => void,
): Promise<ProvinceDevice[]> {
  const speaking: ProvinceDevice[] = [];
  // Gateways come before their meters.
  for (const part of [GATEWAYS, METERS, ...registered.keys()].filter((n, at, all) => all.indexOf(n) === at)) {
    const { name, kind, devices } = registered[part]!;
    for (let from = 0; from < devices; from += AT_ONCE) {
      const numbers = Array.from({ length: Math.min(AT_ONCE, devices - from) }, (_, n) => from + n);
      const ids = numbers.map((number) => idOf(part, number));
      const gatewayIds =
        part === METERS ? numbers.map((number) => idOf(GATEWAYS, gatewayOf(number))) : undefined;
      const added = await addDevices(pool, kind, ids, { ...(gatewayIds ? { gatewayIds } : {}) });
      if (part === METERS) continue;
      const left = Math.max(0, connected[part]!.devices - from);
      for (const { id, token } of added.slice(0, left)) speaking.push({ id, token, kind, part });
    }
    progress(`${devices.toLocaleString("en-US")} ${name} are registered`);
  }
  return speaking.map((device, number) =>
    device.part === GATEWAYS ? { ...device, meters: metersOf(number) } : device,
  );
}

const idOf = (part: number, number: number) => `${RHYTHMS[part]!.name.replaceAll(/\W/g, "-")}-${number}`;
const gatewayOf = (meter: number) => Math.floor(meter / METERS_PER_GATEWAY);
const metersOf = (gateway: number) =>
  Array.from({ length: METERS_PER_GATEWAY }, (_, n) => idOf(METERS, gateway * METERS_PER_GATEWAY + n));
