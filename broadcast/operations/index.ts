export { cancel } from "./cancel.ts";
export { cutToOwnArea } from "./cap-cut.ts";
export { approve, reject, release, returnDraft, review, submit } from "./decisions.ts";
export { changeDraft, createDraft } from "./drafts.ts";
export { exportCap, exportFeed } from "./export-cap.ts";
export { createFollowUp } from "./follow-up.ts";
export { importCap, readAlertDocument } from "./import-cap.ts";
export { addNote, MAX_NOTES } from "./notes.ts";
export { type ProposalRule, type Proposals, readProposalRule, startProposals } from "./proposals.ts";
export type { DecisionRequest } from "./requests.ts";
export { retry } from "./retry.ts";
export { type ConcurrentBroadcast, findConcurrent, previewBroadcast } from "./stored-preview.ts";
export {
  changeTemplate,
  createTemplate,
  deleteTemplate,
  getTemplate,
  getTemplateVersions,
  type OfferedTemplate,
  offer,
  offerTemplates,
} from "./tenant-templates.ts";
