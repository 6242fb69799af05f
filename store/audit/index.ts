export {
  type AuditActor,
  type AuditEntry,
  type AuditReach,
  type AuditRow,
  appendAudit,
  appendAuditAlone,
  beginAudit,
  listAudit,
  PLATFORM_ACTOR,
} from "./audit.ts";
export { createAuditBudget } from "./budget.ts";
export { auditHeadFile, readAuditHead, startAuditHead } from "./head.ts";
export {
  type AuditHead,
  type AuditReport,
  formatHead,
  parseHead,
  readAuditForVerify,
  verifyAudit,
} from "./verify.ts";
