import type { Kind } from "./kind.ts";
import { camera } from "./kinds/camera/kind.ts";
import { example } from "./kinds/example/kind.ts";
import { gasMeter } from "./kinds/gas-meter/kind.ts";
import { loraGateway } from "./kinds/lora-gateway/kind.ts";
import { speaker } from "./kinds/speaker/kind.ts";

/** Every kind that the platform knows. A new kind is a folder in `kinds/` and a line here. */
export const catalog: readonly Kind[] = [gasMeter, speaker, camera, loraGateway, example];

const byName = new Map(catalog.map((kind) => [kind.kind, kind]));

export const kindByName = (name: string): Kind | undefined => byName.get(name);
