import type { FastifyPluginAsyncZod } from "fastify-type-provider-zod";
import { z } from "zod";
import { FOLLOW_UPS } from "../../broadcast/drafting/index.ts";
import { createFollowUp } from "../../broadcast/operations/index.ts";
import { problems } from "../problem.ts";
import { timestamp } from "../schemas.ts";
import type { BroadcastsOptions } from "./options.ts";
import { broadcastCallerOf, presentBroadcast } from "./present.ts";
import { broadcastParams, broadcastSchema } from "./schema.ts";

const followUpBody = z.strictObject({
  type: z
    .enum(FOLLOW_UPS)
    .describe(
      "The danger is over (the follow-up is an all-clear); something was wrong, and the draft has the old text to be mended; or the danger lasts longer.",
    ),
  expiresAt: timestamp
    .optional()
    .describe(
      "Of the follow-up. Absent: 24 hours after its release; for a correction, the original's; for an extension, a day after the original's.",
    ),
});

/** Follow-ups of a broadcast: they withdraw, correct or prolong it. */
export const followUpRoutes: FastifyPluginAsyncZod<BroadcastsOptions> = async (
  app,
  { broadcasts, allow },
) => {
  app.post(
    "/broadcasts/:id/follow-up",
    {
      onRequest: allow("broadcasts:draft"),
      schema: {
        operationId: "followUpBroadcast",
        tags: ["broadcasts"],
        summary: "Draft an all-clear, a correction or an extension",
        description:
          "For the same speakers, of the same mode and level, with texts in Chinese and English that name the event, the place and the time of the original. It replaces the original, on air or ended, once it is released. This request sends nothing.",
        params: broadcastParams,
        body: followUpBody,
        response: {
          201: broadcastSchema.describe("The draft."),
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
      const caller = broadcastCallerOf(request);
      const draft = await createFollowUp(broadcasts, caller, request.params.id, request.body);
      return reply
        .code(201)
        .header("location", `/v1/broadcasts/${draft.id}`)
        .send(await presentBroadcast(draft));
    },
  );
};
