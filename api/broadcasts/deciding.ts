import type { FastifyPluginAsyncZod } from "fastify-type-provider-zod";
import { PlatformError } from "../../base/errors.ts";
import { draftOf, readStoredMessage } from "../../broadcast/drafting/index.ts";
import { getBroadcast } from "../../broadcast/lifecycle/index.ts";
import { askAim } from "../../broadcast/targets/index.ts";
import { findRevision, listRevisions } from "../../store/broadcast/index.ts";
import { grantOf } from "../guard.ts";
import { problems } from "../problem.ts";
import { findApprovers } from "./approvers.ts";
import { approversSchema, revisionListSchema, revisionParams, revisionSchema } from "./deciding-schema.ts";
import type { BroadcastsOptions } from "./options.ts";
import { broadcastCallerOf } from "./present.ts";
import { broadcastParams } from "./schema.ts";

/** More revisions than any draft has in practice. */
const MAX_REVISIONS = 1000;

/** Reads for people who decide: the earlier revisions, and who else could approve. */
export const decidingRoutes: FastifyPluginAsyncZod<BroadcastsOptions> = async (
  app,
  { broadcasts, people, allow },
) => {
  const { pool } = broadcasts;

  app.get(
    "/broadcasts/:id/revisions",
    {
      onRequest: allow("broadcasts:read"),
      schema: {
        operationId: "listBroadcastRevisions",
        tags: ["broadcasts"],
        summary: "Every revision of a broadcast's content, newest first",
        params: broadcastParams,
        response: { 200: revisionListSchema, ...problems("broadcast_not_found") },
      },
    },
    async (request) => {
      const { broadcastNo } = await getBroadcast(pool, broadcastCallerOf(request), request.params.id);
      return { items: await listRevisions(pool, broadcastNo, MAX_REVISIONS) };
    },
  );

  app.get(
    "/broadcasts/:id/revisions/:revision",
    {
      onRequest: allow("broadcasts:read"),
      schema: {
        operationId: "getBroadcastRevision",
        tags: ["broadcasts"],
        summary: "The content of a broadcast at one revision",
        params: revisionParams,
        response: { 200: revisionSchema, ...problems("broadcast_not_found", "revision_not_found") },
      },
    },
    async (request) => {
      const { id, revision } = request.params;
      const broadcast = await getBroadcast(pool, broadcastCallerOf(request), id);
      const found = await findRevision(pool, broadcast.broadcastNo, revision);
      if (!found) throw new PlatformError("revision_not_found", `'${id}' has no revision ${revision}`);
      const { draft } = readStoredMessage({ ...broadcast, message: found.message });
      return { ...found, message: draft, replaces: [...found.replaces] };
    },
  );

  app.get(
    "/broadcasts/:id/approvers",
    {
      onRequest: allow("broadcasts:read"),
      schema: {
        operationId: "listBroadcastApprovers",
        tags: ["broadcasts"],
        summary: "The people who could approve a broadcast now",
        description:
          "They may approve everywhere that it reaches, and have neither written any of it nor submitted it; for a draft, as if you had submitted it. Callers who may submit or decide on all of it may ask.",
        params: broadcastParams,
        response: { 200: approversSchema, ...problems("broadcast_not_found") },
      },
    },
    async (request) => {
      const { principal } = grantOf(request);
      const broadcast = await getBroadcast(pool, broadcastCallerOf(request), request.params.id);
      const aim = askAim(pool, draftOf(broadcast).target);
      const approvers = await findApprovers(people, broadcast, aim, principal, broadcasts.now());
      if (approvers) return approvers;
      throw new PlatformError(
        "forbidden",
        "Only callers who may submit or decide on it may ask who could approve it",
      );
    },
  );
};
