export { listExchanges, recordExchange, removeExchange } from "./exchanges.ts";
export { completeLatest, type LatestOfDevice, listLatest, readLatestIn } from "./latest.ts";
export { startLatestKeeper } from "./latest-keeper.ts";
export { hasLatestTable, latestTable, makeLatestTable } from "./latest-table.ts";
export { findLatestReading, listReadings, type Reading } from "./readings.ts";
export { ReadingsBatch } from "./readings-batch.ts";
export { readPageAsJson } from "./readings-json.ts";
export { type Correction, listRepairedReadings, listRepairs } from "./repairs.ts";
export {
  type Conflict,
  findConflicts,
  insertReadings,
  type Refuse,
  settleReadings,
} from "./settle-readings.ts";
export { undoRepair } from "./undo-repairs.ts";
export { makeRepair } from "./write-repairs.ts";
