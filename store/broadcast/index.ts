export { startDocumentRetention } from "./alert-documents.ts";
export {
  type Attachment,
  type Broadcast,
  type BroadcastContent,
  type BroadcastReach,
  type BroadcastSource,
  type BroadcastState,
  type BroadcastTemplateName,
  type FilledTexts,
  findBroadcast,
  getBroadcasts,
  lockBroadcasts,
  type NewBroadcast,
  type SourceWarning,
} from "./broadcasts.ts";
export {
  type AlertKey,
  addBroadcastToAlert,
  findAlert,
  findDocument,
  findEarlierVersions,
  findIssued,
  findReferenced,
  findSuccessor,
  insertAlert,
  lockAlerts,
  type StoredAlert,
  storeDocument,
  warnBroadcast,
} from "./cap-alerts.ts";
export { countTargetsOfPage } from "./counts.ts";
export { readCoverage, readCoverageTotal, readTimings, readUnheardVillages } from "./coverage.ts";
export { readDevicesOnAir } from "./devices-on-air.ts";
export { type PlayWindow, readReplies, readSpeakerReadings } from "./evidence.ts";
export { type HistoryStep, insertHistory, listHistory } from "./history.ts";
export { listBroadcasts, listCurrentBroadcasts, listReplacing } from "./lists.ts";
export { type Move, moveBroadcast, updateReplaced } from "./moves.ts";
export { type BroadcastNote, countNotes, insertNote, listNotes } from "./notes.ts";
export { listOnAir, type OpenBroadcast, readOpenBroadcasts } from "./open-broadcasts.ts";
export { type BroadcastToWatch, readBroadcastsToWatch } from "./open-by-region.ts";
export { type BroadcastOrder, findNewestJws, insertOrder, readOrders } from "./orders.ts";
export {
  compareWithSubmission,
  type FirstNamed,
  findShared,
  knownVillages,
  type NamedVillage,
  readWithoutSpeaker,
  type SharedBroadcast,
  type Stock,
  type StockChange,
  saveStock,
  type WithoutSpeaker,
} from "./previews.ts";
export { type AlarmWithoutDraft, findNearestCameras, listAlarmsWithoutDraft } from "./proposals.ts";
export { listTargets, type TargetFilter, type TargetReport } from "./reports.ts";
export { findRevision, insertRevision, listRevisions, messageInAudit } from "./revisions.ts";
export { markSuperseded, type SupersededBy } from "./superseded.ts";
export {
  cancelTargets,
  countRetryable,
  countTargets,
  hasTargetBeside,
  insertTargets,
  lockTargets,
  OPEN_TARGET_STATES,
  readTargetRegions,
  readTargets,
  reopenTargets,
  TARGET_STATES,
  type TargetChange,
  type TargetRow,
  type TargetState,
  type TargetVerdict,
  writeTargetChanges,
} from "./targets.ts";
export {
  addTemplateVersion,
  endTemplate,
  findOwnTemplate,
  findTemplateAuthors,
  insertTemplate,
  listOwnTemplates,
  listTemplateVersions,
  lockOwnTemplate,
  type OwnTemplate,
  type TemplateVersion,
} from "./templates.ts";
export { insertBroadcast, updateContent } from "./write-broadcasts.ts";
