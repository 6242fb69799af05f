import { isUtf8 } from "node:buffer";
import type { FastifyPluginAsyncZod } from "fastify-type-provider-zod";
import type { z } from "zod";
import type { Limits } from "../../access/limits.ts";
import { PlatformError } from "../../base/errors.ts";
import type { AuditActor } from "../../store/audit/index.ts";
import type { Db, Pool } from "../../store/database/index.ts";
import { getDevice } from "../../store/devices/index.ts";
import {
  countRejections,
  getRejection,
  listRejections,
  type RejectedMessage,
  type Rejection,
} from "../../store/ledger/index.ts";
import { deviceNosOf, getDeviceKey } from "../../store/places/index.ts";
import { actorOf } from "../audit/actor.ts";
import { type Allow, grantOf } from "../guard.ts";
import { problems } from "../problem.ts";
import { readsOf } from "../reads.ts";
import { assertRange, pageOf } from "../schemas.ts";
import {
  rejectedMessageSchema,
  rejectionCountsQuery,
  rejectionCountsSchema,
  rejectionListQuery,
  rejectionParams,
  rejectionSchema,
  replaySchema,
} from "./schema.ts";

/** The outcome of a replay. */
export interface ReplayAnswer {
  readonly outcome: "stored" | "duplicate" | "rejected";
  readonly detail: string;
}

export interface RejectionsOptions {
  readonly pool: Pool;
  /** Sends a rejected message through ingest once more, and records the outcome in the database. */
  readonly replay: (rejection: RejectedMessage, actor: AuditActor, limits: Limits) => Promise<ReplayAnswer>;
  readonly allow: Allow;
}

const DEFAULT_LIMIT = 100;

const toJson = ({ rejectionNo, ...rest }: Rejection) => ({ id: rejectionNo, ...rest });

/** @throws PlatformError `device_not_found` */
async function toFilter(
  db: Db,
  { device, ...filter }: Omit<z.output<typeof rejectionCountsQuery>, "by">,
  limits: Limits,
): Promise<Parameters<typeof listRejections>[1]> {
  assertRange(filter.from, filter.to);
  if (device === undefined) return filter;
  return { ...filter, deviceNos: deviceNosOf(await getDeviceKey(db, device, limits)) };
}

/** Messages that the platform refused. */
export const rejectionsRoutes: FastifyPluginAsyncZod<RejectionsOptions> = async (app, options) => {
  const { pool, replay, allow } = options;

  app.get(
    "/rejections",
    {
      onRequest: allow("rejections:read"),
      config: { reads: "replica" },
      schema: {
        operationId: "listRejections",
        tags: ["rejections"],
        summary: "Rejected messages, newest first",
        querystring: rejectionListQuery,
        response: { 200: pageOf(rejectionSchema), ...problems("device_not_found", "invalid_cursor") },
      },
    },
    async (request) => {
      const { limit, cursor, ...asked } = request.query;
      const { limits } = grantOf(request);
      const filter = await toFilter(readsOf(request), asked, limits);
      const page = { limit: limit ?? DEFAULT_LIMIT, cursor };
      const { items, nextCursor } = await listRejections(readsOf(request), filter, limits, page);
      return { items: items.map(toJson), nextCursor };
    },
  );

  app.get(
    "/rejection-counts",
    {
      onRequest: allow("rejections:read"),
      config: { reads: "replica" },
      schema: {
        operationId: "countRejections",
        tags: ["rejections"],
        summary: "The number of rejected messages by reason, kind or door, the most frequent first",
        querystring: rejectionCountsQuery,
        response: { 200: rejectionCountsSchema, ...problems("device_not_found") },
      },
    },
    async (request) => {
      const { by, ...asked } = request.query;
      const { limits } = grantOf(request);
      const items = await countRejections(
        readsOf(request),
        by,
        await toFilter(readsOf(request), asked, limits),
        limits,
      );
      return {
        by,
        total: items.reduce((sum, { rejections }) => sum + rejections, 0),
        items,
        nextCursor: null,
      };
    },
  );

  app.get(
    "/rejections/:id",
    {
      onRequest: allow("rejections:read"),
      config: { reads: "replica" },
      schema: {
        operationId: "getRejection",
        tags: ["rejections"],
        summary: "A rejected message with its payload",
        params: rejectionParams,
        response: { 200: rejectedMessageSchema, ...problems("rejection_not_found") },
      },
    },
    async (request) => {
      const rejection = await getRejection(readsOf(request), request.params.id, grantOf(request).limits);
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
        summary: "Replay a rejected message",
        description:
          "For use after a fix: the message goes through the same checks as when it came. Only the present holder of the device may replay, and only readings since they have had it.",
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
      // A message of a former holder would be stored in the time of the present one, or count there.
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
