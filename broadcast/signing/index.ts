export { DEFAULT_LEAD_MS, DEFAULT_OVERLAP_MS } from "./defaults.ts";
export { KEY_FILE } from "./key-file.ts";
export { findKeyIds, type KeyRing, knownKeyIds, openKeyRing } from "./key-ring.ts";
export { signHere, startKeySetCare } from "./key-set-care.ts";
export type { KeyInfo } from "./key-states.ts";
export { leastPolygons } from "./order-area.ts";
export { assertFits, createStartOrder, fitAgain, packCommand, signerOf } from "./orders.ts";
export { createRootKey, readRootKey } from "./root.ts";
export {
  describeRequest,
  type RootArguments,
  readPublicHalf,
  readSigned,
  runRootCommand,
} from "./root-commands.ts";
export type { PublishedKeys } from "./signer.ts";
