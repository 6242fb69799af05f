import type { FastifyRequest } from "fastify";
import type { AuditActor } from "../../store/audit.ts";
import { grantOf } from "../guard.ts";

/** Who makes this request, as the audit names it. */
export function actorOf(request: FastifyRequest): AuditActor {
  const { type, id, name, tenantId, ownerId, behind } = grantOf(request).principal;
  return {
    ...{ type, id, name, tenantId, address: request.ip, requestId: request.id },
    ...(ownerId === undefined ? {} : { ownerId }),
    ...(behind === undefined ? {} : { behind }),
  };
}
