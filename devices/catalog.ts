import { indexKinds } from "./index-kinds.ts";
import { camera } from "./kinds/camera/kind.ts";
import { example } from "./kinds/example/kind.ts";
import { gasMeter } from "./kinds/gas-meter/kind.ts";
import { loraGateway } from "./kinds/lora-gateway/kind.ts";
import { speaker } from "./kinds/speaker/kind.ts";

/** Every kind that the platform knows. A new kind is a folder in `kinds/` and a line here. */
export const { catalog, kindByName, kindsWith } = indexKinds([
  gasMeter,
  speaker,
  camera,
  loraGateway,
  example,
]);
