import type { FastifyPluginAsyncZod } from "fastify-type-provider-zod";
import { cutToOwnArea } from "../../broadcast/operations/index.ts";
import { problems } from "../problem.ts";
import type { BroadcastsOptions } from "./options.ts";
import { broadcastCallerOf, presentBroadcast } from "./present.ts";
import { broadcastParams, broadcastSchema } from "./schema.ts";

/** Cuts an imported alert that is larger than the caller's own area. */
export const cutRoutes: FastifyPluginAsyncZod<BroadcastsOptions> = async (app, { broadcasts, allow }) => {
  app.post(
    "/broadcasts/:id/cut",
    {
      onRequest: allow("broadcasts:draft"),
      schema: {
        operationId: "cutBroadcast",
        tags: ["broadcasts"],
        summary: "Draft the part of an imported alert that lies within your own area",
        description:
          "Makes a new draft without the regions outside your area, in which polygons and circles count inside it only. Its first warning says what was cut. The original stays as it is.",
        params: broadcastParams,
        response: {
          201: broadcastSchema.describe("The draft."),
          ...problems("broadcast_not_found", "alert_not_found", "broadcast_state", "broadcast_superseded"),
        },
      },
    },
    async (request, reply) => {
      const draft = await cutToOwnArea(broadcasts, broadcastCallerOf(request), request.params.id);
      return reply
        .code(201)
        .header("location", `/v1/broadcasts/${draft.id}`)
        .send(await presentBroadcast(draft));
    },
  );
};
