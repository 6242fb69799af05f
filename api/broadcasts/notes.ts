import type { FastifyPluginAsyncZod } from "fastify-type-provider-zod";
import { z } from "zod";
import { getBroadcast } from "../../broadcast/lifecycle/index.ts";
import { addNote } from "../../broadcast/operations/index.ts";
import { listNotes } from "../../store/broadcast/index.ts";
import { problems } from "../problem.ts";
import { freeText, pageOf, pageQuery } from "../schemas.ts";
import type { BroadcastsOptions } from "./options.ts";
import { broadcastCallerOf, presentNote } from "./present.ts";
import { broadcastParams, noteSchema } from "./schema.ts";

const DEFAULT_LIMIT = 100;

const noteBody = z.strictObject({ text: freeText(2000) });
const noteQuery = z.strictObject(pageQuery(DEFAULT_LIMIT, 1000));

/** Notes of people on a broadcast. */
export const noteRoutes: FastifyPluginAsyncZod<BroadcastsOptions> = async (app, { broadcasts, allow }) => {
  app.post(
    "/broadcasts/:id/notes",
    {
      onRequest: allow("broadcasts:note"),
      schema: {
        operationId: "addBroadcastNote",
        tags: ["broadcasts"],
        summary: "Add a note to a broadcast",
        description:
          "The broadcast may be in any state. A note is never changed or removed, and everybody who sees the broadcast can read it.",
        params: broadcastParams,
        body: noteBody,
        response: {
          201: noteSchema,
          ...problems(
            "broadcast_not_found",
            "broadcast_state",
            "payload_too_large",
            "unsupported_media_type",
          ),
        },
      },
    },
    async (request, reply) => {
      const note = await addNote(
        broadcasts,
        broadcastCallerOf(request),
        request.params.id,
        request.body.text,
      );
      return reply.code(201).send(presentNote(note));
    },
  );

  app.get(
    "/broadcasts/:id/notes",
    {
      onRequest: allow("broadcasts:read"),
      schema: {
        operationId: "listBroadcastNotes",
        tags: ["broadcasts"],
        summary: "The notes on a broadcast, newest first",
        params: broadcastParams,
        querystring: noteQuery,
        response: { 200: pageOf(noteSchema), ...problems("broadcast_not_found", "invalid_cursor") },
      },
    },
    async (request) => {
      const { broadcastNo } = await getBroadcast(
        broadcasts.pool,
        broadcastCallerOf(request),
        request.params.id,
      );
      const { limit, cursor } = request.query;
      const { items, nextCursor } = await listNotes(broadcasts.pool, broadcastNo, {
        limit: limit ?? DEFAULT_LIMIT,
        cursor,
      });
      return { items: items.map(presentNote), nextCursor };
    },
  );
};
