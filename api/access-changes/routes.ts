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

/** Changes to approvers and duty officers that wait for a second administrator or for their time to run out. */
export const accessChangesRoutes: FastifyPluginAsyncZod<AccessChangesOptions> = async (app, options) => {
  const { pool, people, onAccessChanged, grantDelay, allow } = options;

  app.get(
    "/access/changes",
    {
      onRequest: allow("access:read"),
      schema: {
        operationId: "listAccessChanges",
        tags: ["access"],
        summary: "Changes that wait for a second administrator, newest first",
        description:
          "Approvers and duty officers who were made, granted, reset or let in again over HTTP take the steps that make a speaker sound only after a while (`PRIVILEGED_GRANT_DELAY_HOURS`), or once this is confirmed. With `person` the list also has changes to how this person signs in while they have no such role yet: these count when they are given one.",
        querystring: accessChangeQuery,
        response: { 200: pageOf(listedChangeSchema), ...problems("invalid_cursor") },
      },
    },
    async (request) => {
      const { limit, cursor, state, person } = request.query;
      const now = new Date(grantDelay.now());
      // A person who is asked for by name may be given such a role next, and then the changes to how they sign in
      // count.
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
          "A person confirms, and must share no maker with the people who asked for the change, made the person or changed how they sign in. Earlier changes by the same administrator to the same person are confirmed with it.",
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
          "The platform takes away the grants that it gave. Where it made the person, or touched how they sign in, they are shut out until an administrator lets them in again, and the password opens nothing any more.",
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
