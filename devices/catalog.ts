import type { Kind } from "./kind.ts";
import { camera } from "./kinds/camera.ts";
import { example } from "./kinds/example.ts";
import { gasMeter } from "./kinds/gas-meter.ts";
import { loraGateway } from "./kinds/lora-gateway.ts";
import { speaker } from "./kinds/speaker.ts";

/** Every kind that the platform knows. A new kind is one file in `kinds/` and one line here. */
export const catalog: readonly Kind[] = [gasMeter, speaker, camera, loraGateway, example];

const byName = new Map(catalog.map((kind) => [kind.kind, kind]));

export const kindByName = (name: string): Kind | undefined => byName.get(name);
