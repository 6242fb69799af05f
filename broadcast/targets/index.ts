export { boxesOf } from "./area.ts";
export { checkTarget } from "./check-target.ts";
export { FineRegions } from "./fine-regions.ts";
export { bytesOf, ENVELOPE_BYTES, MAX_ORDER_BYTES, sizeFaults } from "./order-size.ts";
export { type Counted, countTarget, type Preview, takeStock } from "./preview.ts";
export { excludeFaults, judgeRings, ringFaults } from "./target-faults.ts";
export {
  type Aim,
  askAim,
  type MeantSpeaker,
  ownRegions,
  remainingRegions,
  selectAim,
  selectAllSpeakers,
  selectSpeakers,
} from "./targets.ts";
