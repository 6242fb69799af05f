import { catalog, kindByName, kindsWith } from "../devices/catalog.ts";
import { SILENCE } from "../devices/kind.ts";
import type { DeviceCredential } from "./credentials.ts";

/** The one device that plays a scenario, so that an operator has one alarm to find in a healthy fleet. */
export interface Casting {
  readonly name: string;
  readonly deviceId: string;
}

/** Every scenario with the kinds that know it, for the help text. */
export function scenarioList(): { name: string; kinds: string[] }[] {
  const kindsOf = new Map<string, string[]>();
  for (const kind of catalog) {
    for (const { name } of kind.scenarios) kindsOf.set(name, [...(kindsOf.get(name) ?? []), kind.kind]);
  }
  return [...kindsOf].map(([name, kinds]) => ({ name, kinds }));
}

const knows = (device: DeviceCredential, name: string) =>
  kindByName(device.kind)?.scenarios.some((scenario) => scenario.name === name) ?? false;

/** The first device of each kind by id: it plays a scenario when none is named. */
export function firstOfEachKind(devices: readonly DeviceCredential[]): DeviceCredential[] {
  const first = new Map<string, DeviceCredential>();
  for (const device of devices) {
    const known = first.get(device.kind);
    if (!known || device.id < known.id) first.set(device.kind, device);
  }
  return catalog.flatMap((kind) => first.get(kind.kind) ?? []);
}

/**
 * Chooses the device that plays. Without a name it is the first device, by id, of the first kind that knows the
 * scenario; a gateway falls silent only when it is named, because it would silence its meters with it.
 * @throws Error that lists the devices and scenarios to choose from
 */
export function cast(name: string, devices: readonly DeviceCredential[], deviceId?: string): Casting {
  const list = scenarioList();
  if (!list.some((scenario) => scenario.name === name)) {
    const names = list.map((scenario) => scenario.name).join(", ");
    throw new Error(`There is no scenario '${name}', expected one of ${names}`);
  }
  if (deviceId !== undefined) {
    const device = devices.find((candidate) => candidate.id === deviceId);
    if (!device)
      throw new Error(`There is no device '${deviceId}' in the credentials file to play '${name}'`);
    if (!knows(device, name))
      throw new Error(`A ${device.kind} (${deviceId}) does not know the scenario '${name}'`);
    return { name, deviceId };
  }
  const gateways = kindsWith("gateway");
  const candidates = firstOfEachKind(devices).filter(
    (device) => knows(device, name) && !(name === SILENCE && gateways.includes(device.kind)),
  );
  const chosen = candidates[0];
  if (!chosen)
    throw new Error(`No device in the credentials file is of a kind that knows the scenario '${name}'`);
  return { name, deviceId: chosen.id };
}
