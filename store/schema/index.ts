export { dumpSchema } from "./dump.ts";
export { startJobWatch } from "./job-health.ts";
export { startJobRunner } from "./jobs.ts";
export { applyKindTables } from "./kind-tables.ts";
export { migrate } from "./migrate.ts";
export { type Retention, removeRetentionPolicies, startRetention } from "./retention.ts";
export { assertSameDatabase, grantRuntimeRole, readRole, whyAuditIsExposed } from "./runtime-role.ts";
