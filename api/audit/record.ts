import type { FastifyRequest } from "fastify";
import { appendAuditAlone } from "../../store/audit/index.ts";
import type { Pool } from "../../store/database/index.ts";
import { actorOf } from "./actor.ts";

/**
 * Puts a sensitive read into the audit, with its parameters: one row for each request, however many pages it takes.
 * Wait for it before the answer leaves; when it cannot be written, there is no answer.
 * @param action e.g. `export.readings`
 */
export async function recordRead(
  pool: Pool,
  request: FastifyRequest,
  action: string,
  object: { readonly type: string; readonly id: string | null },
): Promise<void> {
  const query = request.query as Record<string, unknown>;
  await appendAuditAlone(pool, {
    actor: actorOf(request),
    action,
    object,
    ...(Object.keys(query).length > 0 ? { after: { query } } : {}),
  });
}
