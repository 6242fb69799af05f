import type { FastifyPluginAsyncZod } from "fastify-type-provider-zod";
import { decide } from "../../access/decide.ts";
import type { Action } from "../../access/roles.ts";
import { PlatformError } from "../../base/errors.ts";
import { draftOf, readStoredMessage } from "../../broadcast/drafting/index.ts";
import { approversAmong, getBroadcast } from "../../broadcast/lifecycle/index.ts";
import { askAim } from "../../broadcast/targets/index.ts";
import { findRevision, listRevisions } from "../../store/broadcast/index.ts";
import { grantOf } from "../guard.ts";
import { problems } from "../problem.ts";
import { approversSchema, revisionListSchema, revisionParams, revisionSchema } from "./deciding-schema.ts";
import type { BroadcastsOptions } from "./options.ts";
import { broadcastCallerOf } from "./present.ts";
import { broadcastParams } from "./schema.ts";

/** More revisions than any draft has in practice. */
const MAX_REVISIONS = 1000;

/** A caller who may do one of these to all of a broadcast may know who could approve it. */
const DECIDING: readonly Action[] = ["broadcasts:submit", "broadcasts:approve", "broadcasts:release"];

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
      let mayKnow = false;
      for (const action of DECIDING) {
        const decision = decide(principal, action);
        mayKnow ||= decision.allowed && (await aim.isWithin(decision.limits));
      }
      if (!mayKnow) {
        throw new PlatformError(
          "forbidden",
          "Only callers who may submit or decide on it may ask who could approve it",
        );
      }
      const found = await approversAmong(people.everybody(), broadcast, aim, principal, broadcasts.now());
      const signedIn = await people.sessions.signedIn(found.map(({ person }) => person.id));
      const items = found.flatMap(({ person: { id, name, tenantId }, until }) =>
        until ? [] : { ...{ id, name, tenantId }, signedIn: signedIn.has(id) },
      );
      const waiting = found.flatMap(({ person: { id, name }, until }) => (until ? { id, name, until } : []));
      // People who can be reached at once come first.
      items.sort((a, b) => Number(b.signedIn) - Number(a.signedIn) || a.id.localeCompare(b.id));
      waiting.sort((a, b) => a.until.getTime() - b.until.getTime() || a.id.localeCompare(b.id));
      return { items, waiting };
    },
  );
};
