import type { Capability } from "./capabilities.ts";
import { indexKinds } from "./index-kinds.ts";
import type { Kind } from "./kind.ts";
import { airStation } from "./kinds/air-station/kind.ts";
import { camera } from "./kinds/camera/kind.ts";
import { example } from "./kinds/example/kind.ts";
import { gasMeter } from "./kinds/gas-meter/kind.ts";
import { loraGateway } from "./kinds/lora-gateway/kind.ts";
import { speaker } from "./kinds/speaker/kind.ts";
import { vehicle } from "./kinds/vehicle/kind.ts";
import { waterMeter } from "./kinds/water-meter/kind.ts";
import { waterQualityStation } from "./kinds/water-quality-station/kind.ts";

const kinds: Kind[] = [
  gasMeter,
  waterMeter,
  speaker,
  camera,
  waterQualityStation,
  airStation,
  vehicle,
  loraGateway,
  example,
];
let index = indexKinds(kinds);

/** Every kind that the platform knows. A new kind is a folder in `kinds/` and a line above. */
export const catalog: readonly Kind[] = kinds;

export const kindByName = (name: string): Kind | undefined => index.kindByName(name);

/** Names of the kinds that have a capability, in the order of the catalog. */
export const kindsWith = (capability: Capability): readonly string[] => index.kindsWith(capability);

/**
 * Adds a kind that has no folder here, before a platform starts with it.
 * @returns a function that takes it away again, once that platform has stopped
 * @throws Error when there is one of its name
 */
export function addKind(kind: Kind): () => void {
  if (index.kindByName(kind.kind)) throw new Error(`There is a kind '${kind.kind}' already`);
  kinds.push(kind);
  index = indexKinds(kinds);
  return () => {
    kinds.splice(kinds.indexOf(kind), 1);
    index = indexKinds(kinds);
  };
}
