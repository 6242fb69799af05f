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

/** More than anybody changes one draft. */
const MAX_REVISIONS = 1000;

/** Whoever may do one of these to all of a broadcast may know who could approve it. */
const DECIDING: readonly Action[] = ["broadcasts:submit", "broadcasts:approve", "broadcasts:release"];

/** What somebody looks at before they decide: what it said before, and who else could. */
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
        summary: "Every revision of what a broadcast says, newest first",
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
        summary: "What a broadcast said at one revision",
        params: revisionParams,
        response: { 200: revisionSchema, ...problems("broadcast_not_found", "revision_not_found") },
      },
    },
    async (request) => {
      const { id, revision } = request.params;
      const broadcast = await getBroadcast(pool, broadcastCallerOf(request), id);
      const found = await findRevision(pool, broadcast.broadcastNo, revision);
      if (!found)
        throw new PlatformError("revision_not_found", `Of '${id}' there is no revision ${revision}`);
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
        summary: "Who could approve a broadcast now",
        description:
          "People who may approve everywhere that it reaches, and are behind neither its words nor its submission; of a draft, as if you had submitted it. For whoever may submit or decide on all of it.",
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
          "Who could approve it is for those who may submit or decide on it",
        );
      }
      const found = await approversAmong(people.everybody(), broadcast, aim, principal, broadcasts.now());
      const signedIn = await people.sessions.signedIn(found.map(({ person }) => person.id));
      const items = found.flatMap(({ person: { id, name, tenantId }, until }) =>
        until ? [] : { ...{ id, name, tenantId }, signedIn: signedIn.has(id) },
      );
      const waiting = found.flatMap(({ person: { id, name }, until }) => (until ? { id, name, until } : []));
      // Whoever can be reached at once comes first.
      items.sort((a, b) => Number(b.signedIn) - Number(a.signedIn) || a.id.localeCompare(b.id));
      waiting.sort((a, b) => a.until.getTime() - b.until.getTime() || a.id.localeCompare(b.id));
      return { items, waiting };
    },
  );
};
