export { startBell } from "./bell.ts";
export { fenced, giveBackLeases, type Lease, listHeldDuties, takeLeases } from "./leases.ts";
export {
  dropOldNews,
  findLatestNews,
  type NewsPiece,
  newsSpan,
  readNewsAfter,
  type ToldNews,
  tellNews,
  toldNews,
} from "./news.ts";
export {
  enterProcess,
  isAnySilentSince,
  type KnownProcess,
  leaveProcess,
  listProcesses,
  noteAlive,
} from "./processes.ts";
export {
  enterSigningKeys,
  listFormerKeys,
  listSigningKeys,
  replaceSigningKeys,
  withSigningKeys,
} from "./signing-keys.ts";
