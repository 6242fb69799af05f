import type { FastifyRequest } from "fastify";
import type { Action } from "../../access/roles.ts";
import { PlatformError } from "../../base/errors.ts";
import type { Logger } from "../../base/log.ts";
import { type AuditEntry, appendAuditAlone, createAuditBudget } from "../../store/audit/index.ts";
import type { Pool } from "../../store/database/index.ts";
import { type RefusedCall, refusedOf } from "../guard.ts";
import { actorFrom } from "./actor.ts";

/** Rows of one caller: so many in a burst, and then one in so many milliseconds. */
const BUDGET = { burst: 20, everyMs: 10_000 };

/** The last word of a step's address: `approve`, `return` and `reject` need the same action. */
const stepOf = (request: FastifyRequest) => request.routeOptions.url?.split("/").at(-1) ?? "";

/** `broadcasts:approve` at `…/return` is `broadcast.return.refused`, `access:write` is `access.write.refused`. */
function nameOf(request: FastifyRequest, action: Action): string {
  const [resource = "", verb = ""] = action.split(":");
  const isStep =
    resource === "broadcasts" && /^[a-z-]+$/.test(stepOf(request)) && stepOf(request) !== "broadcasts";
  return isStep
    ? `broadcast.${stepOf(request)}.refused`
    : `${resource === "broadcasts" ? "broadcast" : resource}.${verb}.refused`;
}

/** The type of thing that the request is about, by its address: `/v1/people/:id/grants` is about a person. */
const OBJECTS: Readonly<Record<string, string>> = {
  broadcasts: "broadcast",
  people: "person",
  applications: "application",
  tenants: "tenant",
  devices: "device",
  access: "change",
};

function objectOf(request: FastifyRequest): AuditEntry["object"] {
  const resource = request.routeOptions.url?.split("/")[2] ?? "";
  const { id } = (request.params ?? {}) as { id?: unknown };
  return { type: OBJECTS[resource] ?? resource, id: id === undefined ? null : String(id).slice(0, 200) };
}

/** The row for an error, if it is worth one. Steps of broadcasts that were let in write their own rows. */
function entryOf(
  request: FastifyRequest,
  error: PlatformError,
): Omit<AuditEntry, "actor" | "after"> | undefined {
  const { principal, action, isAdmitted } = refusedOf(request) ?? {};
  if (!principal || error.class !== "forbidden" || request.method === "GET") return undefined;
  const { code, message: reason } = error;
  if (code === "wrong_password" || code === "wrong_code") {
    return { action: "password.refused", object: { type: "person", id: principal.id }, reason };
  }
  if (action === undefined || (isAdmitted && action.startsWith("broadcasts:"))) return undefined;
  return { action: nameOf(request, action), object: objectOf(request), reason };
}

/**
 * Makes the recorder that writes into the audit when a known caller tries a change that they may not make: the route's
 * guard refuses it, or the route itself does. The number of rows for each caller is bounded; the next row says how many
 * more there were.
 */
export function createRefusalRecorder(pool: Pool, log: Logger) {
  const budget = createAuditBudget(BUDGET);
  return (request: FastifyRequest, error: unknown): Promise<unknown> | undefined => {
    if (!(error instanceof PlatformError)) return undefined;
    const entry = entryOf(request, error);
    if (!entry) return undefined;
    const { principal } = refusedOf(request) as RefusedCall;
    const before = budget.take(`${principal.type} ${principal.id}`, performance.now());
    if (before === undefined) return undefined;
    const after = { code: error.code, ...(before > 0 ? { unrecordedBefore: before } : {}) };
    return appendAuditAlone(pool, { ...entry, actor: actorFrom(request, principal), after }).catch(
      (cause: unknown) =>
        log.error(
          { err: cause, requestId: request.id },
          "a refused attempt could not be written to the audit",
        ),
    );
  };
}
