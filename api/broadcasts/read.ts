import type { FastifyPluginAsyncZod } from "fastify-type-provider-zod";
import { z } from "zod";
import { CAP_MEDIA_TYPE, FEED_MEDIA_TYPE } from "../../broadcast/cap/index.ts";
import { broadcastReach, getBroadcast } from "../../broadcast/lifecycle/index.ts";
import { exportCap, exportFeed, readAlertDocument } from "../../broadcast/operations/index.ts";
import { listBroadcasts } from "../../store/broadcast/index.ts";
import { grantOf } from "../guard.ts";
import { prefers } from "../negotiate.ts";
import { problems } from "../problem.ts";
import { readsOf } from "../reads.ts";
import { assertRange, pageOf } from "../schemas.ts";
import { shownBroadcastSchema } from "./deciding-schema.ts";
import { mayStepsOf } from "./may-steps.ts";
import type { BroadcastsOptions } from "./options.ts";
import { broadcastCallerOf, presentDetail, presentHistory, presentItems } from "./present.ts";
import {
  broadcastItemSchema,
  broadcastListQuery,
  broadcastParams,
  historySchema,
  keysSchema,
} from "./schema.ts";

const DEFAULT_LIMIT = 50;

/** Reading: lists, one broadcast as JSON or CAP, its history, the feed, and the keys that terminals need. */
export const readRoutes: FastifyPluginAsyncZod<BroadcastsOptions> = async (app, options) => {
  const { broadcasts, urgentPool, publishedKeys, allow } = options;

  app.get(
    "/broadcasts",
    {
      onRequest: allow("broadcasts:read"),
      config: { reads: "told" },
      schema: {
        operationId: "listBroadcasts",
        tags: ["broadcasts"],
        summary: "Broadcasts, newest first",
        description:
          "Those of your own tenant, and those that reach into regions where you may read broadcasts. With `q` a page may be short or empty and have a `nextCursor` all the same: 5,000 broadcasts are looked through at once.",
        querystring: broadcastListQuery,
        response: { 200: pageOf(broadcastItemSchema), ...problems("invalid_cursor") },
      },
    },
    async (request) => {
      const { limit, cursor, state, ...filter } = request.query;
      assertRange(filter.from, filter.to);
      const { principal, limits } = grantOf(request);
      const reach = broadcastReach(limits, principal.tenantId);
      const page = { limit: limit ?? DEFAULT_LIMIT, cursor };
      const { items, nextCursor } = await listBroadcasts(
        readsOf(request),
        { ...filter, states: state },
        reach,
        page,
      );
      return { items: await presentItems(readsOf(request), reach, items), nextCursor };
    },
  );

  app.get(
    "/broadcasts/:id",
    {
      onRequest: allow("broadcasts:read"),
      schema: {
        operationId: "getBroadcast",
        tags: ["broadcasts"],
        summary: "One broadcast, as JSON or CAP",
        description: `\`Accept: ${CAP_MEDIA_TYPE}\` answers with CAP 1.2, signed where the platform has a certificate: an Alert or Update, and once it is cancelled the Cancel of it.`,
        params: broadcastParams,
        response: {
          200: {
            description:
              "The broadcast, with its targets within your limits by state and the steps that you may take.",
            content: {
              "application/json": { schema: shownBroadcastSchema },
              [CAP_MEDIA_TYPE]: { schema: z.string() },
            },
          },
          ...problems("broadcast_not_found", "broadcast_incomplete", "cap_invalid"),
        },
      },
    },
    async (request, reply) => {
      // A decision needs this read, so it uses the connections for decisions.
      const caller = broadcastCallerOf(request);
      const broadcast = await getBroadcast(urgentPool, caller, request.params.id);
      reply.header("vary", "accept");
      if (prefers(request.headers.accept, CAP_MEDIA_TYPE)) {
        const xml = await exportCap(broadcasts, caller, broadcast);
        return reply.header("content-type", `${CAP_MEDIA_TYPE}; charset=utf-8`).send(xml);
      }
      const steps = await mayStepsOf(request, { ...broadcasts, pool: urgentPool }, options.people, broadcast);
      return { ...(await presentDetail(urgentPool, caller, broadcast)), steps };
    },
  );

  app.get(
    "/broadcasts/:id/alert",
    {
      onRequest: allow("broadcasts:read"),
      config: { reads: "told" },
      schema: {
        operationId: "getBroadcastAlert",
        tags: ["broadcasts"],
        summary: "The alert from which a broadcast was made, as it came",
        description:
          "Byte for byte, with its signatures. The platform's own CAP document of the broadcast is at `GET /v1/broadcasts/{id}`.",
        params: broadcastParams,
        response: {
          200: { description: "The document.", content: { [CAP_MEDIA_TYPE]: { schema: z.string() } } },
          ...problems("broadcast_not_found", "alert_not_found"),
        },
      },
    },
    async (request, reply) => {
      const broadcast = await getBroadcast(readsOf(request), broadcastCallerOf(request), request.params.id);
      const xml = await readAlertDocument(readsOf(request), broadcast);
      // The document itself says its encoding. A browser must not show it, since a stranger wrote it. As bytes it is
      // sent unchanged, whatever the schema says.
      return reply
        .header("content-type", CAP_MEDIA_TYPE)
        .header("content-disposition", `attachment; filename="${broadcast.id}.cap.xml"`)
        .header("x-content-type-options", "nosniff")
        .send(xml as unknown as string);
    },
  );

  app.get(
    "/broadcasts/:id/history",
    {
      onRequest: allow("broadcasts:read"),
      config: { reads: "told" },
      schema: {
        operationId: "getBroadcastHistory",
        tags: ["broadcasts"],
        summary: "Every step of a broadcast, with the person, the reason and the time",
        params: broadcastParams,
        response: { 200: historySchema, ...problems("broadcast_not_found") },
      },
    },
    async (request) => {
      const caller = broadcastCallerOf(request);
      const broadcast = await getBroadcast(readsOf(request), caller, request.params.id);
      return { items: await presentHistory(readsOf(request), broadcast, caller.sees) };
    },
  );

  app.get(
    "/broadcasts/feed.atom",
    {
      onRequest: allow("broadcasts:read"),
      schema: {
        operationId: "getBroadcastFeed",
        tags: ["broadcasts"],
        summary: "The alerts in force, as an Atom feed",
        description:
          "Released actual broadcasts that have not expired; a cancelled one is there as its Cancel.",
        response: {
          200: { description: "The feed.", content: { [FEED_MEDIA_TYPE]: { schema: z.string() } } },
          ...problems(),
        },
      },
    },
    async (request, reply) => {
      const base = `${request.protocol}://${request.host}`;
      const feed = await exportFeed(broadcasts, broadcastCallerOf(request), base);
      return reply.header("content-type", `${FEED_MEDIA_TYPE}; charset=utf-8`).send(feed);
    },
  );

  app.get(
    "/broadcasts/keys",
    {
      // Public keys for terminals, which have no key of the API.
      onRequest: allow.anybody,
      schema: {
        operationId: "getBroadcastKeys",
        tags: ["broadcasts"],
        summary: "The keys that verify the signatures of commands",
        description:
          "Terminals need no API key for it. Fetch it again when a command names a key that is not here. A terminal that was given a root believes `signed` alone; see docs/terminals.md.",
        security: [],
        response: { 200: keysSchema, ...problems("signing_keys_missing") },
      },
    },
    async (_request, reply) => {
      reply.header("cache-control", "public, max-age=300");
      const { keys, signed, rootChanges } = publishedKeys();
      return { keys: [...keys], signed, rootChanges: [...rootChanges] };
    },
  );
};
