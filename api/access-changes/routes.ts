import type { FastifyPluginAsyncZod } from "fastify-type-provider-zod";
import { confirmChange, listAccessChanges, machineCommand, refuseChange } from "../../accounts/changes.ts";
import { createConfirmers } from "../../accounts/confirmers.ts";
import type { People } from "../../accounts/people.ts";
import { CREDENTIAL_KINDS } from "../../store/access/index.ts";
import { callerOf } from "../caller.ts";
import { grantOf } from "../guard.ts";
import { problems } from "../problem.ts";
import { pageOf } from "../schemas.ts";
import type { AccessRoutesOptions } from "../tenants/routes.ts";
import {
  accessChangeParams,
  accessChangeQuery,
  accessChangeSchema,
  listedChangeSchema,
  refusalBody,
  toChangeJson,
} from "./schema.ts";

const DEFAULT_LIMIT = 100;

export interface AccessChangesOptions extends AccessRoutesOptions {
  readonly people: Pick<People, "everybody" | "sessions">;
}

/** What was done to approvers and duty officers, and waits for a second administrator or for its time. */
export const accessChangesRoutes: FastifyPluginAsyncZod<AccessChangesOptions> = async (app, options) => {
  const { pool, people, onAccessChanged, grantDelay, allow } = options;

  app.get(
    "/access/changes",
    {
      onRequest: allow("access:read"),
      schema: {
        operationId: "listAccessChanges",
        tags: ["access"],
        summary: "What waits for a second administrator, newest first",
        description:
          "Approvers and duty officers who were made, granted, reset or let in again over HTTP take the steps that make a speaker sound only after a while (`PRIVILEGED_GRANT_DELAY_HOURS`), or once this is confirmed. With `person` also what was done to how somebody signs in who has no such role yet: it counts when they are given one.",
        querystring: accessChangeQuery,
        response: { 200: pageOf(listedChangeSchema), ...problems("invalid_cursor") },
      },
    },
    async (request) => {
      const { limit, cursor, state, person } = request.query;
      const now = new Date(grantDelay.now());
      // Who is asked for by name is given such a role next, maybe: then it counts how they came to sign in.
      const ofAnybody = person === undefined ? [] : CREDENTIAL_KINDS;
      const filter = { state, principalId: person, now, ofAnybody };
      const page = { limit: limit ?? DEFAULT_LIMIT, cursor };
      const { items, nextCursor } = await listAccessChanges(pool, grantOf(request), filter, page);
      const confirmersOf = createConfirmers(pool, people.everybody(), grantOf(request));
      const listed = [];
      for (const change of items) {
        const confirm =
          change.state === "waiting"
            ? { ...(await confirmersOf(change)), machine: machineCommand(change.changeNo) }
            : null;
        listed.push({
          ...toChangeJson(change),
          confirm: confirm && { ...confirm, people: [...confirm.people] },
        });
      }
      return { items: listed, nextCursor };
    },
  );

  app.post(
    "/access/changes/:id/confirm",
    {
      onRequest: allow("access:write"),
      schema: {
        operationId: "confirmAccessChange",
        tags: ["access"],
        summary: "Let it hold at once",
        description:
          "By a person, who shares no maker with whoever asked, made the person or changed how they sign in. What the same administrator did to the same person before is confirmed with it.",
        params: accessChangeParams,
        response: {
          200: accessChangeSchema,
          ...problems("change_not_found", "change_decided", "not_independent"),
        },
      },
    },
    async (request) => {
      const change = await confirmChange(pool, callerOf(request, grantDelay), request.params.id);
      await onAccessChanged();
      return toChangeJson(change);
    },
  );

  app.post(
    "/access/changes/:id/refuse",
    {
      onRequest: allow("access:write"),
      schema: {
        operationId: "refuseAccessChange",
        tags: ["access"],
        summary: "Take it back",
        description:
          "What it granted is taken away. Where it made the person, or touched how they sign in, they are shut out until an administrator lets them in again, and the password opens nothing any more.",
        params: accessChangeParams,
        body: refusalBody,
        response: {
          200: accessChangeSchema,
          ...problems("change_not_found", "change_decided", "payload_too_large", "unsupported_media_type"),
        },
      },
    },
    async (request) => {
      const { reason } = request.body;
      const change = await refuseChange(pool, callerOf(request, grantDelay), request.params.id, reason);
      people.sessions.forget(change.principalId);
      await onAccessChanged();
      return toChangeJson(change);
    },
  );
};
