import { isUtf8 } from "node:buffer";
import type { FastifyPluginAsyncZod } from "fastify-type-provider-zod";
import type { Limits } from "../../access/limits.ts";
import { PlatformError } from "../../base/errors.ts";
import type { AuditActor } from "../../store/audit/index.ts";
import type { Pool } from "../../store/database/index.ts";
import { getDevice } from "../../store/devices/index.ts";
import {
  getRejection,
  listRejections,
  type RejectedMessage,
  type Rejection,
} from "../../store/ledger/index.ts";
import { deviceNosOf, getDeviceKey } from "../../store/places/index.ts";
import { actorOf } from "../audit/actor.ts";
import { type Allow, grantOf } from "../guard.ts";
import { problems } from "../problem.ts";
import { pageOf } from "../schemas.ts";
import {
  rejectedMessageSchema,
  rejectionListQuery,
  rejectionParams,
  rejectionSchema,
  replaySchema,
} from "./schema.ts";

/** What became of a replay. */
export interface ReplayAnswer {
  readonly outcome: "stored" | "duplicate" | "rejected";
  readonly detail: string;
}

export interface RejectionsOptions {
  readonly pool: Pool;
  /** Sends a rejected message through ingest once more, and records in the database what became of it. */
  readonly replay: (rejection: RejectedMessage, actor: AuditActor, limits: Limits) => Promise<ReplayAnswer>;
  readonly allow: Allow;
}

const DEFAULT_LIMIT = 100;

const toJson = ({ rejectionNo, ...rest }: Rejection) => ({ id: rejectionNo, ...rest });

/** Messages that were refused. */
export const rejectionsRoutes: FastifyPluginAsyncZod<RejectionsOptions> = async (app, options) => {
  const { pool, replay, allow } = options;

  app.get(
    "/rejections",
    {
      onRequest: allow("rejections:read"),
      schema: {
        operationId: "listRejections",
        tags: ["rejections"],
        summary: "Messages that were refused, newest first",
        querystring: rejectionListQuery,
        response: { 200: pageOf(rejectionSchema), ...problems("device_not_found", "invalid_cursor") },
      },
    },
    async (request) => {
      const { device, reason, partial, limit, cursor } = request.query;
      const { limits } = grantOf(request);
      const deviceNos =
        device === undefined ? undefined : deviceNosOf(await getDeviceKey(pool, device, limits));
      const page = { limit: limit ?? DEFAULT_LIMIT, cursor };
      const { items, nextCursor } = await listRejections(pool, { deviceNos, reason, partial }, limits, page);
      return { items: items.map(toJson), nextCursor };
    },
  );

  app.get(
    "/rejections/:id",
    {
      onRequest: allow("rejections:read"),
      schema: {
        operationId: "getRejection",
        tags: ["rejections"],
        summary: "A refused message with its payload",
        params: rejectionParams,
        response: { 200: rejectedMessageSchema, ...problems("rejection_not_found") },
      },
    },
    async (request) => {
      const rejection = await getRejection(pool, request.params.id, grantOf(request).limits);
      const { payload } = rejection;
      const encoding = isUtf8(payload) ? ("utf8" as const) : ("base64" as const);
      return { ...toJson(rejection), payload: { encoding, data: payload.toString(encoding) } };
    },
  );

  app.post(
    "/rejections/:id/replay",
    {
      onRequest: allow("rejections:replay"),
      schema: {
        operationId: "replayRejection",
        tags: ["rejections"],
        summary: "Try a refused message again",
        description:
          "For after a fix: the message goes through the same checks as when it came. For whoever has the device now, and what was observed since they have had it.",
        params: rejectionParams,
        response: {
          200: replaySchema,
          ...problems("rejection_not_found", "device_not_found", "already_replayed"),
        },
      },
    },
    async (request) => {
      const { limits } = grantOf(request);
      const rejection = await getRejection(pool, request.params.id, limits);
      // A former holder's would be stored in the time of who has the device now, or count there.
      if (rejection.deviceId !== null) await getDevice(pool, rejection.deviceId, limits);
      if (rejection.replayOutcome === "stored" || rejection.replayOutcome === "duplicate") {
        throw new PlatformError(
          "already_replayed",
          `Message ${rejection.rejectionNo} was replayed at ${rejection.replayedAt?.toISOString()} and is stored`,
        );
      }
      return replay(rejection, actorOf(request), limits);
    },
  );
};
