export { foldLedger } from "./fold-ledger.ts";
export { countFormerStored, foldFormer } from "./former-ledger.ts";
export { countItems, type DurableLedger, readLedger } from "./ledger.ts";
export { type DeviceLedger, type KindLedger, listLedgers, sumLedgersByKind } from "./list-ledger.ts";
export {
  countRejections,
  getRejection,
  listRejections,
  REJECTIONS_BY,
  type RejectedMessage,
  type Rejection,
} from "./rejections.ts";
export {
  forgetUnknown,
  listUnknown,
  recordUnknown,
  type SchemesOfKinds,
  type TakenMessage,
  takeUnknown,
  type UnknownDevice,
  type UnknownHeard,
  WAITING_BYTES,
  WAITING_MESSAGES,
  type WaitingMessage,
} from "./unknown-devices.ts";
export { type ForeignMessage, recordForeignMessages } from "./write-foreign-messages.ts";
export { insertRejections, type NewRejection, recordReplay } from "./write-rejections.ts";
