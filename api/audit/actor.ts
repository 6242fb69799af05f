import type { FastifyRequest } from "fastify";
import type { Principal } from "../../access/decide.ts";
import type { AuditActor } from "../../store/audit/index.ts";
import { callerRequestIdOf } from "../caller-request-id.ts";
import { grantOf } from "../guard.ts";

/** The person or application behind this request, as the audit names them. */
export function actorFrom(
  request: FastifyRequest,
  { type, id, name, tenantId, ownerId, behind, makers }: Principal,
): AuditActor {
  return {
    ...{ type, id, name, tenantId, address: request.ip, requestId: request.id },
    callerRequestId: callerRequestIdOf(request),
    ...(ownerId === undefined ? {} : { ownerId }),
    ...(behind === undefined ? {} : { behind }),
    ...(makers === undefined ? {} : { makers }),
  };
}

/** The caller of this request, as the audit names it. */
export const actorOf = (request: FastifyRequest): AuditActor =>
  actorFrom(request, grantOf(request).principal);
