import type { FastifyPluginAsyncZod } from "fastify-type-provider-zod";
import { seesEverything } from "../../access/limits.ts";
import { writeJson } from "../../base/exact-json.ts";
import type { Logger } from "../../base/log.ts";
import { type AuditReach, type AuditRow, listAudit } from "../../store/audit/index.ts";
import type { Pool } from "../../store/database/index.ts";
import { type CsvColumn, sendCsv } from "../csv.ts";
import { type Allow, type CallGrant, grantOf } from "../guard.ts";
import { csvOr } from "../media.ts";
import { wantsCsv } from "../negotiate.ts";
import { problems } from "../problem.ts";
import { readsOf } from "../reads.ts";
import { assertRange, pageOf } from "../schemas.ts";
import { recordRead } from "./record.ts";
import { auditQuery, auditRowSchema } from "./schema.ts";

export interface AuditOptions {
  readonly pool: Pool;
  readonly log: Logger;
  readonly allow: Allow;
}

const DEFAULT_LIMIT = 100;
const CSV_PAGE = 1000;

const asJson = (value: unknown) => (value === null ? null : writeJson(value));

const CSV_COLUMNS: readonly CsvColumn<AuditRow>[] = [
  { header: "auditNo", value: (row) => row.auditNo },
  { header: "at", value: (row) => row.at },
  { header: "actorType", value: (row) => row.actor.type },
  { header: "actorId", value: (row) => row.actor.id },
  { header: "actorName", value: (row) => row.actor.name },
  { header: "tenantId", value: (row) => row.actor.tenantId },
  { header: "action", value: (row) => row.action },
  { header: "objectType", value: (row) => row.object.type },
  { header: "objectId", value: (row) => row.object.id },
  { header: "reason", value: (row) => row.reason },
  { header: "before", value: (row) => asJson(row.before) },
  { header: "after", value: (row) => asJson(row.after) },
  { header: "address", value: (row) => row.actor.address ?? null },
  { header: "requestId", value: (row) => row.actor.requestId ?? null },
  { header: "callerRequestId", value: (row) => row.actor.callerRequestId ?? null },
  { header: "hash", value: (row) => row.hash },
];

/**
 * The people and applications whose actions the caller sees. A row has no region and no kind, so limits by those cannot
 * narrow it down: a caller with any limit sees the actions of the people and applications of their own tenant only.
 */
function reachOf({ principal, limits }: CallGrant): AuditReach | undefined {
  if (seesEverything(limits)) return "all";
  return principal.tenantId === null ? undefined : { tenantId: principal.tenantId };
}

/** The audit: every action, and who took it. */
export const auditRoutes: FastifyPluginAsyncZod<AuditOptions> = async (app, { pool, log, allow }) => {
  app.get(
    "/audit",
    {
      onRequest: allow("audit:read"),
      config: { reads: "replica" },
      schema: {
        operationId: "listAudit",
        tags: ["audit"],
        summary: "The audit, newest first",
        description:
          "Changes, exports and other sensitive reads. An auditor of a tenant sees the actions of the tenant's people and applications. Reading the audit writes a row as well.",
        querystring: auditQuery,
        response: {
          200: csvOr(pageOf(auditRowSchema), "A page of the audit; as CSV all of it."),
          ...problems("invalid_cursor"),
        },
      },
    },
    async (request, reply) => {
      const { limit, cursor, ...filter } = request.query;
      assertRange(filter.from, filter.to);
      const reach = reachOf(grantOf(request));
      const csv = wantsCsv(request.headers.accept);
      const readPage = async (at: string | undefined) =>
        reach === undefined
          ? { items: [], nextCursor: null }
          : listAudit(readsOf(request), filter, reach, {
              limit: limit ?? (csv ? CSV_PAGE : DEFAULT_LIMIT),
              cursor: at,
            });
      const object = { type: "audit", id: null };
      if (csv) {
        return sendCsv(reply, {
          name: "audit",
          columns: CSV_COLUMNS,
          readPage,
          cursor,
          firstPageOnly: limit !== undefined,
          record: () => recordRead(pool, request, "export.audit", object),
          log,
        });
      }
      const page = await readPage(cursor);
      await recordRead(pool, request, "audit.read", object);
      return page;
    },
  );
};
