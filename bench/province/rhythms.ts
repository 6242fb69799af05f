import { kindByName } from "../../devices/catalog.ts";
import { createRandom } from "../../devices/random.ts";

/** A part of the province's fleet, as docs/scaling.md has it. */
export interface FleetRhythm {
  readonly name: string;
  /** The kind whose readings it sends. */
  readonly kind: string;
  readonly devices: number;
  readonly intervalSeconds: number;
  /** How many readings each has kept after an hour without network. */
  readonly kept: number;
  /** True for those that speak through a gateway. */
  readonly behind?: boolean;
}

/** There is no kind of e-bikes yet: theirs are readings of cameras. */
export const RHYTHMS = [
  { name: "gas meters", kind: "gas-meter", devices: 400_000, intervalSeconds: 3600, kept: 1, behind: true },
  { name: "LoRa gateways", kind: "lora-gateway", devices: 800, intervalSeconds: 60, kept: 0 },
  { name: "cameras", kind: "camera", devices: 80_000, intervalSeconds: 60, kept: 60 },
  { name: "speakers", kind: "speaker", devices: 36_000, intervalSeconds: 60, kept: 60 },
  { name: "e-bikes", kind: "camera", devices: 200_000, intervalSeconds: 300, kept: 0 },
] as const satisfies readonly FleetRhythm[];

export const METERS_PER_GATEWAY = 500;
/** Of all kinds, in a second; "some tens" in docs/scaling.md. */
export const EVENTS_PER_SECOND = 30;

/** A fleet of fewer devices; those behind gateways are as many as there are gateways for. */
export function scaled(percent: number): FleetRhythm[] {
  const share = percent / 100;
  const [meters, gateways, ...others] = RHYTHMS;
  // Gateways are few, and the messages of each are what counts: all of them come, unless the fleet is tiny.
  const all = Math.max(1, Math.min(gateways.devices, Math.round(gateways.devices * share * 100)));
  return [
    { ...meters, devices: all * METERS_PER_GATEWAY },
    { ...gateways, devices: all },
    ...others.map((rhythm) => ({ ...rhythm, devices: Math.max(1, Math.round(rhythm.devices * share)) })),
  ];
}

/** Readings and events of the whole province in a second. */
export const itemsPerSecond = (): number =>
  RHYTHMS.reduce((sum, { devices, intervalSeconds }) => sum + devices / intervalSeconds, EVENTS_PER_SECOND);

/** All that the province holds after an hour without network. */
export const keptInAll = (): number => RHYTHMS.reduce((sum, { devices, kept }) => sum + devices * kept, 0);

const BODIES = 64;

/** Quantities of simulated devices of a kind as JSON, without the braces: made once, because thousands are sent a second. */
export function bodiesOf(kindName: string): string[] {
  const kind = kindByName(kindName);
  if (!kind) throw new Error(`There is no kind '${kindName}'`);
  const at = new Date();
  const bodies: string[] = [];
  for (let seed = 0; bodies.length < BODIES; seed++) {
    const { metrics, silent } = kind.simulate(seed)({ random: createRandom(seed), at, elapsedMs: 0 });
    if (!silent) bodies.push(JSON.stringify(metrics).slice(1, -1));
  }
  return bodies;
}
